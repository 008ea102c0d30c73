"""What a CRM offers of its reactions: where they stand, what failed, try again, replay, rehearse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ecrm.errors import InvalidError, NotFoundError
from ecrm.interactions.tables.position import safe_position
from ecrm.reactions.model.rehearsal import Replayed
from ecrm.reactions.model.standing import Parked, Standing
from ecrm.reactions.parts import Owned, OwnedTimer, Parts
from ecrm.reactions.replaying import Progress, Span, replay
from ecrm.reactions.tables import cursor as cursor_table
from ecrm.reactions.tables import parked as parked_table
from ecrm.reactions.tables.parked import GIVEN_UP, RETRYING, ParkedRow
from ecrm.reactions.tables.reading import first_recorded_after

__all__ = ["Reactions"]

_BEGINNING = dt.datetime(1, 1, 2, tzinfo=dt.UTC)


class Reactions:
    """Serve the reactions of one shop.

    Args:
        parts: Database, time and plugins.
        shop: The shop.
        reactions: Of every plugin that is on.
        timers: Of every plugin that is on.
    """

    def __init__(self, parts: Parts, shop: str, reactions: Sequence[Owned], timers: Sequence[OwnedTimer]) -> None:
        self._parts = parts
        self._shop = shop
        self._reactions = {one.record.name: one for one in reactions}
        self._timers = timers

    def standings(self) -> list[Standing]:
        """Give where each reaction stands, by name."""
        now = self._parts.now()
        with self._parts.library.database.read() as transaction:
            cursors = cursor_table.cursors(transaction)
            safe = safe_position(transaction)
            counts = parked_table.count_parked(transaction, self._shop)
            found = []
            for name, owned in sorted(self._reactions.items()):
                row = cursors.get(name)
                position = safe if row is None else row.position
                first = first_recorded_after(transaction, position) if position < safe else None
                lag_s = 0.0 if first is None else max((now - first).total_seconds(), 0.0)
                is_on = self._parts.is_on(owned.plugin, self._shop)
                rest_until = None if row is None else row.rest_until
                rests = rest_until if rest_until is not None and rest_until > now else None
                failed = counts.get((name, RETRYING), 0), counts.get((name, GIVEN_UP), 0)
                waiting = max(safe - position, 0)
                found.append(Standing(name, owned.plugin, is_on, position, waiting, lag_s, rests, *failed))
        return found

    def parked(self, *, with_retrying: bool = False, limit: int = 100) -> list[Parked]:
        """Give what failed and is given up, oldest first; with what is tried again where asked."""
        states = (GIVEN_UP, RETRYING) if with_retrying else (GIVEN_UP,)
        with self._parts.library.database.read() as transaction:
            rows = parked_table.parked_rows(transaction, self._shop, states, limit)
        return [_shown(row) for row in rows]

    def count_parked(self) -> int:
        """Give how many reactions and timers of the shop are given up, also of plugins that are gone."""
        with self._parts.library.database.read() as transaction:
            counts = parked_table.count_parked(transaction, self._shop)
        return sum(count for (_, state), count in counts.items() if state == GIVEN_UP)

    def retry(self, id_: int | None = None) -> int:
        """Let what failed be tried again by the next work: one, or all; give how many.

        Raises:
            NotFoundError: Nothing with this id failed in this shop.
        """
        now = self._parts.now()
        ids = None if id_ is None else [id_]
        tried = self._parts.transact(lambda t: parked_table.retry_rows(t, self._shop, ids, now))
        if id_ is not None and not tried:
            message = "nothing with this id is parked in this shop: crm.parked() lists what is"
            raise NotFoundError(message)
        return tried

    def replay(
        self,
        name: str,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        *,
        applies: bool,
        progress: Progress | None = None,
    ) -> Replayed:
        """Walk a reaction through history.

        Raises:
            NotFoundError: No plugin of this CRM has this reaction.
            InvalidError: A time without a zone, or an end before the beginning.
        """
        owned = self._reactions.get(name)
        if owned is None:
            known = ", ".join(sorted(self._reactions)) or "none"
            message = f"there is no such reaction: those of the plugins that are on are {known}"
            raise NotFoundError(message)
        # Without an end, what happened at this very moment is seen too.
        end = _moment("until", until) or self._parts.now() + dt.timedelta.resolution
        span = Span(self._shop, _moment("since", since) or _BEGINNING, end)
        if span.until < span.since:
            raise InvalidError.of("until", "give an end that is not before the beginning")
        timers = [one for one in self._timers if one.plugin == owned.plugin]
        return replay(self._parts, owned, timers, span, progress, applies=applies)


def _moment(field: str, value: dt.datetime | None) -> dt.datetime | None:
    if value is None:
        return None
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise InvalidError.of(field, "give a time with its zone")
    return value.astimezone(dt.UTC)


def _shown(row: ParkedRow) -> Parked:
    is_given_up = row.state == GIVEN_UP
    return Parked(
        row.id, row.reaction, row.due is not None, row.cause_id, row.profile_id, row.error, row.tries, is_given_up,
        None if is_given_up else row.next_try_at, row.failed_at,
    )  # fmt: skip
