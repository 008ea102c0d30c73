"""Decide for many at once, in a transaction of the caller's: what the ledger and the addresses say.

Whoever is about to act on a decision holds `share_consent` first, in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import attrs

from ecrm.consent.model.decision import Decision, LedgerEntry, Suppression, decide
from ecrm.consent.model.purpose import BUILT_IN, Purpose
from ecrm.consent.tables.ledger import entries_of
from ecrm.consent.tables.purpose import declared_purposes
from ecrm.consent.tables.suppression import suppressions
from ecrm.customers.tables.profile import ProfileRow, profiles_of
from ecrm.database import Transaction
from ecrm.errors import InvalidError

__all__ = ["ADDRESS_OF", "Answer", "Ask", "decide_many", "purposes_of"]

# By which kind of identity a channel reaches somebody; a channel of a plugin says so itself.
ADDRESS_OF: Mapping[str, str] = {
    "email": "email",
    "sms": "phone",
    "whatsapp": "phone",
    "call": "phone",
    "call_task": "phone",
    "push": "account",
}
_RELAY = "relay"


@attrs.frozen
class Ask:
    """Ask whether a customer may be contacted.

    Args:
        customer_id: The customer.
        purpose: What for.
        channel: By which channel; None is asked of what is no message.
        address: The kind of identity the channel reaches them by; None where it needs none.
    """

    customer_id: UUID
    purpose: str
    channel: str | None
    address: str | None


@attrs.frozen(repr=False)
class Answer:
    """Hold a decision, and where to.

    Args:
        decision: Whether, and why.
        address: The identity to send to; None where there is none, or nothing may be sent.
    """

    decision: Decision
    address: tuple[str, str] | None = None


def purposes_of(transaction: Transaction, shop: str) -> dict[str, Purpose]:
    """Give the purposes of a shop by name: ours, and its own before these."""
    return {**BUILT_IN, **declared_purposes(transaction, shop)}


def decide_many(
    transaction: Transaction, shop: str, asks: Sequence[Ask], at: dt.datetime, known_at: dt.datetime | None = None
) -> list[Answer]:
    """Decide what is asked.

    Args:
        transaction: Where the ledger is read.
        shop: Whose.
        asks: What is asked.
        at: The moment asked about: what was said later does not count.
        known_at: As it was known at that time: what was recorded later does not count; None is all.

    Raises:
        InvalidError: There is no such purpose.
    """
    purposes = purposes_of(transaction, shop)
    commercial = {purpose.name for purpose in purposes.values() if purpose.is_commercial}
    # What can not be refused is decided by no word of the customer's.
    can_be_refused = any(ask.purpose not in purposes or purposes[ask.purpose].can_be_refused for ask in asks)
    held = _Held.read(transaction, shop, {ask.customer_id for ask in asks}, with_entries=can_be_refused)
    answers = []
    for ask in asks:
        purpose = purposes.get(ask.purpose)
        if purpose is None:
            raise InvalidError.of("purpose", "this shop has no such purpose: crm.consent.declare(Purpose(…))")
        profiles, entries = held.of(ask.customer_id)
        if known_at is not None:
            entries = [one for one in entries if one.recorded_at <= known_at]
        decision = decide(purpose, ask.channel, [row.id for row in profiles], entries, commercial, at)
        answers.append(_addressed(decision, ask, profiles, held.suppressed))
    return answers


@attrs.frozen(repr=False)
class _Held:
    """What is read once for all who are asked about."""

    profiles: Mapping[UUID, Sequence[ProfileRow]]
    entries: Mapping[UUID, Sequence[LedgerEntry]]
    suppressed: Mapping[tuple[str, str], Suppression]

    @classmethod
    def read(cls, transaction: Transaction, shop: str, customers: set[UUID], *, with_entries: bool) -> _Held:
        profiles: dict[UUID, list[ProfileRow]] = defaultdict(list)
        for row in profiles_of(transaction, shop, customers):
            profiles[row.customer_id].append(row)
        entries: dict[UUID, list[LedgerEntry]] = defaultdict(list)
        ids = [row.id for rows in profiles.values() for row in rows]
        for entry in entries_of(transaction, shop, ids) if with_entries else ():
            entries[entry.profile_id].append(entry)
        addresses = {address for rows in profiles.values() for row in rows if (address := _address(row))}
        return cls(profiles, entries, suppressions(transaction, shop, sorted(addresses)))

    def of(self, customer_id: UUID) -> tuple[Sequence[ProfileRow], list[LedgerEntry]]:
        profiles = self.profiles.get(customer_id, ())
        return profiles, [entry for row in profiles for entry in self.entries.get(row.id, ())]


def _address(row: ProfileRow) -> tuple[str, str] | None:
    if row.is_junk:
        return None
    if row.kind == _RELAY:
        return "email", row.value.partition(":")[2]
    return row.kind, row.value


def _trust(row: ProfileRow) -> tuple[bool, dt.datetime, str]:
    return row.is_proven, row.last_at, row.value


def _addressed(
    decision: Decision,
    ask: Ask,
    profiles: Sequence[ProfileRow],
    suppressed: Mapping[tuple[str, str], Suppression],
) -> Answer:
    if ask.address is None or not decision.is_allowed:
        return Answer(decision)
    # A proven address before one that was only typed, the one seen last before older ones.
    rows = sorted(profiles, key=_trust, reverse=True) if len(profiles) > 1 else profiles
    addresses = [address for row in rows if (address := _address(row)) and address[0] == ask.address]
    if not addresses:
        return Answer(Decision.no(f"no {ask.address} is known of this customer"))
    free = [address for address in addresses if address not in suppressed]
    if free:
        return Answer(decision, free[0])
    reason = suppressed[addresses[0]].reason
    return Answer(Decision.no(f"the {ask.address} is suppressed: {_SAID[reason]}"))


_SAID: Mapping[str, str] = {
    "bounced": "mail to it came back for good",
    "complained": "a message to it was reported as spam",
    "asked": "it was asked that nothing is sent to it",
}
