"""What a shop arranged about its messages, kept: read again every 30 seconds since another program may change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from ecrm.database import Database, Transaction
from ecrm.errors import InvalidError
from ecrm.messages.model.arrangement import Arrangement
from ecrm.messages.model.pressure import Cap, Policy
from ecrm.messages.model.quiet import ClosedDays, QuietHours
from ecrm.shops.tables import hold_settings, load_options, save_options

__all__ = ["Arrangements", "Held"]

# No plugin can be called so: a table of the core begins with it.
_OWNER = "message"
_FRESH = dt.timedelta(seconds=30)
_ARRANGED = {field.name for field in attrs.fields(Arrangement)}
_POLICY = {field.name for field in attrs.fields(Policy)}


@attrs.frozen
class Held:
    """Hold what a shop arranged.

    Args:
        arrangement: Whether its messages go, where to, and who it is.
        policy: How much it says and when.
    """

    arrangement: Arrangement = attrs.field(factory=Arrangement)
    policy: Policy = attrs.field(factory=lambda: Policy(caps=[Cap(5, dt.timedelta(days=7))], quiet_hours=QuietHours()))


class Arrangements:
    """Keep what shops arranged about their messages.

    Args:
        database: Where it is kept.
        now: Gives the time.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._now = now
        self._known: dict[str, tuple[dt.datetime, Held]] = {}

    def of(self, shop: str) -> Held:
        """Give what a shop arranged, defaults for the rest."""
        now, known = self._now(), self._known.get(shop)
        if known is not None and abs(now - known[0]) < _FRESH:
            return known[1]
        with self._database.read() as transaction:
            held = _load(transaction, shop)
        self._known[shop] = (now, held)
        return held

    def change(self, shop: str, values: Mapping[str, Any]) -> Held:
        """Set what is named, leave the rest; give what holds.

        Raises:
            InvalidError: There is no such setting, or it can not have this value.
        """
        for name in values:
            if name not in _ARRANGED | _POLICY:
                known = ", ".join(sorted(_ARRANGED | _POLICY))
                raise InvalidError.of(name, f"there is no such setting: use one of {known}")
        with self._database.write() as transaction:
            hold_settings(transaction, shop)
            held = _load(transaction, shop)
            arranged = attrs.evolve(held.arrangement, **{n: v for n, v in values.items() if n in _ARRANGED})
            policy = attrs.evolve(held.policy, **{n: v for n, v in values.items() if n in _POLICY})
            changed = Held(arranged, policy)
            kept = {"arrangement": arranged.to_json(), "policy": _to_json(policy)}
            save_options(transaction, shop, _OWNER, kept, self._now())
        self._known[shop] = (self._now(), changed)
        return changed


def _load(transaction: Transaction, shop: str) -> Held:
    kept = load_options(transaction, shop, _OWNER)
    if not kept:
        return Held()
    return Held(Arrangement(**kept["arrangement"]), _policy(kept["policy"]))


def _to_json(policy: Policy) -> dict[str, Any]:
    quiet, closed = policy.quiet_hours, policy.closed_days
    return {
        "caps": [{**attrs.asdict(cap), "within": cap.within.total_seconds()} for cap in policy.caps],
        "quiet_hours": None if quiet is None else {
            "start": quiet.start.isoformat(), "end": quiet.end.isoformat(), "channels": _listed(quiet.channels),
        },
        "closed_days": None if closed is None else {
            name: _listed(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
            for name, value in attrs.asdict(closed, recurse=False).items()
        },
        "muted_by": list(policy.muted_by),
        "transactional_exempt_from": sorted(policy.transactional_exempt_from),
        "patience": policy.patience.total_seconds(),
    }  # fmt: skip


def _listed(value: Iterable[Any] | None) -> list[Any] | None:
    return None if value is None else sorted(value)


def _policy(kept: Mapping[str, Any]) -> Policy:
    quiet, closed = kept["quiet_hours"], kept["closed_days"]
    return Policy(
        caps=[Cap(**{**cap, "within": dt.timedelta(seconds=cap["within"])}) for cap in kept["caps"]],
        quiet_hours=None if quiet is None else QuietHours(
            dt.time.fromisoformat(quiet["start"]), dt.time.fromisoformat(quiet["end"]), quiet["channels"]
        ),
        closed_days=None if closed is None else ClosedDays(**closed),
        muted_by=kept["muted_by"],
        transactional_exempt_from=kept["transactional_exempt_from"],
        patience=dt.timedelta(seconds=kept["patience"]),
    )  # fmt: skip
