"""From the ledger to a decision: may this be done, and why.

The rule, in its order:

1. An address that is suppressed gets nothing.
2. What a contract or the law asks for is done.
3. An objection to marketing ends everything commercial. Only the customer takes it back, by agreeing later.
4. For each profile of the customer the newest word counts; one that waits to be confirmed is none yet. A grant
   speaks for all the profiles that were theirs when it was given; a refusal speaks for its own. Over all profiles
   the most restrictive holds: so two customers who turn out to be one keep the refusal of either, until that one
   agrees anew.
5. Where nobody said anything, consent is lacking, and a legitimate interest holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import attrs

from ecrm.consent.model.purpose import Purpose
from ecrm.errors import InvalidError

__all__ = ["Decision", "LedgerEntry", "Suppression", "decide"]

Status = Literal["granted", "pending", "withdrawn", "objected"]
STATUSES: tuple[str, ...] = ("granted", "pending", "withdrawn", "objected")
# What holds where two are of the same moment: the more restrictive.
_STRENGTH = {status: place for place, status in enumerate(("pending", "granted", "withdrawn", "objected"))}


def _check_status(_: Any, __: Any, value: Any) -> None:
    if value not in STATUSES:
        raise InvalidError.of("status", f"use one of {', '.join(STATUSES)}")


@attrs.frozen(kw_only=True, repr=False)
class LedgerEntry:
    """Be one line of the ledger: what somebody said, when, to what, and the proof of it.

    Args:
        id: Of the line; that of the interaction it was told by.
        profile_id: The profile that spoke.
        purpose: What for.
        channel: By which channel; None is every one.
        status: `granted`, `pending` (to be confirmed), `withdrawn` or `objected`.
        at: When it was said, UTC.
        recorded_at: When ecrm heard of it, UTC.
        covers: The profiles that were the same customer's when it was recorded.
        text_version: Which text was agreed to.
        text_hash: The SHA-256 of that text, where it is published here.
        source: The system that told.
        method: How, as `checkbox` or `double_opt_in`.
        evidence: The proof: form, IP address, user agent, message id.
        actor: Who said so, as `customer` or `staff:ali`.
    """

    id: UUID
    profile_id: UUID
    purpose: str
    channel: str | None
    status: Status = attrs.field(validator=_check_status)
    at: dt.datetime
    recorded_at: dt.datetime
    covers: frozenset[UUID]
    text_version: str | None = None
    text_hash: str | None = None
    source: str = "shop"
    method: str | None = None
    evidence: Mapping[str, Any] = attrs.field(factory=dict)
    actor: str = ""

    def __repr__(self) -> str:
        return f"<LedgerEntry {self.purpose} {self.channel or 'every channel'} {self.status}>"

    @property
    def is_of_customer(self) -> bool:
        """Tell whether the customer themselves said so."""
        return self.actor.partition(":")[0] == "customer"

    @property
    def order(self) -> tuple[dt.datetime, int, UUID]:
        """Give what orders entries: when it was said; of one moment the more restrictive is last."""
        return self.at, _STRENGTH[self.status], self.id

    def told(self) -> str:
        """Say it in words, without who."""
        by = f" via {self.method}" if self.method else ""
        text = f", text {self.text_version}" if self.text_version else ""
        where = self.channel or "every channel"
        return f"{self.status} for {where} on {self.at:%Y-%m-%d %H:%M} UTC by {self.source}{by}{text}"


@attrs.frozen(repr=False)
class Suppression:
    """Be an address nothing is sent to any more.

    Args:
        kind: The kind of identity, as `email`.
        value: The address.
        reason: `bounced`, `complained` or `asked`.
        at: Since when.
    """

    kind: str
    value: str
    reason: str
    at: dt.datetime

    def __repr__(self) -> str:
        return f"<Suppression {self.kind} {self.reason}>"


@attrs.frozen
class Decision:
    """Say whether something may be done, and why.

    Args:
        is_allowed: Whether it may.
        reasons: Why, in words a shop reads; what decided it first.
        entry_id: The line of the ledger that decided, where one did.
    """

    is_allowed: bool
    reasons: tuple[str, ...]
    entry_id: UUID | None = None

    @classmethod
    def yes(cls, *reasons: str, by: UUID | None = None) -> Decision:
        """Allow it."""
        return cls(is_allowed=True, reasons=reasons, entry_id=by)

    @classmethod
    def no(cls, *reasons: str, by: UUID | None = None) -> Decision:
        """Refuse it."""
        return cls(is_allowed=False, reasons=reasons, entry_id=by)

    def __bool__(self) -> bool:
        return self.is_allowed


def decide(
    purpose: Purpose,
    channel: str | None,
    profiles: Collection[UUID],
    entries: Sequence[LedgerEntry],
    commercial: Collection[str],
    at: dt.datetime,
) -> Decision:
    """Decide from what is on the ledger.

    Args:
        purpose: What for.
        channel: By which channel; None asks for what holds on every one.
        profiles: All profiles of the customer.
        entries: All lines of these profiles, of every purpose, in any order.
        commercial: The purposes an objection to marketing ends.
        at: The moment asked about: what was said later does not count.

    >>> from ecrm.consent.model.purpose import BUILT_IN
    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> decide(BUILT_IN["marketing"], "email", [UUID(int=1)], [], ["marketing"], at).reasons
    ('nobody agreed to marketing by email',)
    """
    if not purpose.can_be_refused:
        return Decision.yes(f"{purpose.name} rests on {purpose.basis.replace('_', ' ')}")
    spoken = sorted((one for one in entries if one.at <= at), key=lambda one: one.order)
    if purpose.is_commercial:
        objection = _objection([one for one in spoken if one.purpose in commercial])
        if objection is not None:
            return Decision.no(f"an objection to marketing: {objection.told()}", by=objection.id)
    of_purpose = [one for one in spoken if one.purpose == purpose.name and _is_of(one, channel)]
    said = [one for one in of_purpose if one.status != "pending"]
    newest = [found for profile in profiles if (found := _newest(said, profile)) is not None]
    if newest:
        one = max(newest, key=lambda one: (_STRENGTH[one.status], one.order))
        return Decision(is_allowed=one.status == "granted", reasons=(one.told(),), entry_id=one.id)
    if of_purpose and purpose.asks_first:
        return Decision.no(f"not confirmed yet: {of_purpose[-1].told()}", by=of_purpose[-1].id)
    return _unsaid(purpose, channel)


def _objection(spoken: Sequence[LedgerEntry]) -> LedgerEntry | None:
    # Only the customer's own later word takes an objection back, and only for those who were the same person then.
    lifted: set[UUID] = set()
    for one in reversed(spoken):
        if one.status == "objected" and one.profile_id not in lifted:
            return one
        if one.status == "granted" and one.is_of_customer:
            lifted |= {one.profile_id, *one.covers}
    return None


def _is_of(one: LedgerEntry, channel: str | None) -> bool:
    return one.channel is None or one.channel == channel


def _newest(entries: Sequence[LedgerEntry], profile: UUID) -> LedgerEntry | None:
    for one in reversed(entries):
        if one.profile_id == profile or (one.status == "granted" and profile in one.covers):
            return one
    return None


def _unsaid(purpose: Purpose, channel: str | None) -> Decision:
    by = f" by {channel}" if channel else ""
    if purpose.asks_first:
        return Decision.no(f"nobody agreed to {purpose.name}{by}")
    return Decision.yes(f"{purpose.name} rests on a legitimate interest, and nobody objected")
