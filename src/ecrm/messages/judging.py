"""Judge a message that is due: may it go now and by which channel, does it wait, or does it never go, and why.

Everything it is judged by was read before; reading and locking are in `authorising`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from ecrm.consent.deciding import Answer
from ecrm.consent.model.purpose import Purpose
from ecrm.customers.model.trait import Customer
from ecrm.database import Transaction
from ecrm.hookspecs import Channel, Contact
from ecrm.messages.model.arrangement import Arrangement
from ecrm.messages.model.message import PREFERRED
from ecrm.messages.model.pressure import EXEMPTIONS, Go, Policy, Sent, Wait, may_go
from ecrm.messages.recipientzone import recipient_zones
from ecrm.messages.tables.message import SENDING, SUPPRESSED, WAITING, MessageRow
from ecrm.shops.model import Settings

__all__ = ["Case", "Rules", "channels_for", "is_free"]

_RESTING = dt.timedelta(seconds=30)
_LEASE = dt.timedelta(seconds=90)
_ZONE, _CHANNEL = "zone", "preferred_channel"
Objections = Mapping[Contact, tuple[str, ...]]
Facts = Callable[[Transaction, str, Sequence[UUID]], Mapping[UUID, Mapping[str, Any]]]


@attrs.frozen(repr=False)
class Rules:
    """Hold what is decided by, handed down by the composition.

    Args:
        arrangement_of: Gives what a shop arranged about its messages.
        policy_of: Gives how much it says and when.
        settings_of: Gives its settings.
        channels: The channels by name.
        is_on: Tells whether a channel's plugin is on in a shop, by channel and shop.
        objections: Asks plugins whether somebody may be contacted; None where no plugin cares.
        facts_of: Reads facts of customers.
        holidays_of: Gives what tells of a day whether it is a holiday in a country.
    """

    arrangement_of: Callable[[str], Arrangement]
    policy_of: Callable[[str], Policy]
    settings_of: Callable[[str], Settings]
    channels: Mapping[str, Channel]
    is_on: Callable[[str, str], bool]
    objections: Callable[[Contact], tuple[str, ...]] | None
    facts_of: Facts
    holidays_of: Callable[[str | None], Any]


@attrs.frozen(repr=False)
class Case:
    """Hold what was read for the messages of one shop; it judges each.

    Args:
        rules: What is decided by.
        shop: The shop.
        now: The moment, under the lock of its consent.
        arrangement: What it arranged about its messages.
        policy: How much it says and when.
        settings: Its settings.
        there: The channels that are on.
        purposes: Its purposes by name.
        customers: Those the rules ask about.
        answers: What the ledger says, by customer, purpose and channel.
        sent: What went to each customer within the caps, and what of this batch goes.
        facts: Of customers, where a fact mutes.
        objections: What plugins said; None where none is asked.
        resting: Shop and channel of lines that rest.
    """

    rules: Rules
    shop: str
    now: dt.datetime
    arrangement: Arrangement
    policy: Policy
    settings: Settings
    there: Collection[str]
    purposes: Mapping[str, Purpose]
    customers: Mapping[UUID, Customer]
    answers: Mapping[tuple[UUID, str, str], Answer]
    sent: defaultdict[UUID, list[Sent]]
    facts: Mapping[UUID, Mapping[str, Any]]
    objections: Objections | None
    resting: Collection[tuple[str, str]]

    def decided(self, row: MessageRow, channels: Sequence[str]) -> MessageRow | None:
        """Decide about one message; None where it stays as it is for now."""
        reason = self._never(row)
        if reason is not None:
            return self._suppressed(row, reason)
        refusals: list[str] = []
        for channel in channels:
            if channel not in self.there:
                refusals.append(f"no plugin that is on brings the channel {channel}")
                continue
            answer = self.answers[row.customer_id, row.purpose, channel]
            if not answer.decision.is_allowed:
                refusals += [f"{channel}: {reason}" for reason in answer.decision.reasons]
                continue
            objections = self._objections(row, channel)
            if objections is None:
                return None
            if objections:
                refusals += [f"{channel}: {reason}" for reason in objections]
                continue
            if (self.shop, channel) in self.resting:
                return attrs.evolve(row, due_at=self.now + _RESTING)
            return self._timed(row, channel, answer)
        return self._suppressed(row, "; ".join(refusals) or "no channel is arranged for it")

    def _never(self, row: MessageRow) -> str | None:
        arrangement, purpose = self.arrangement, self.purposes.get(row.purpose)
        if arrangement.delivery == "off":
            return 'delivery is off in this shop: crm.messages.configure(delivery="live")'
        if purpose is None:
            return f"this shop has no purpose {row.purpose}"
        if purpose.is_commercial != row.is_commercial:
            kind = "Commercial" if purpose.is_commercial else "Transactional"
            return f"messages of {row.purpose} are {kind}"
        if row.is_commercial and arrangement.public_url is None:
            return "it could not be refused: crm.messages.configure(public_url=…) says where the pages are"
        return "it waited until it was worth nothing any more" if self.now >= row.expires_at else None

    def _objections(self, row: MessageRow, channel: str) -> tuple[str, ...] | None:
        if self.objections is None:
            return ()
        return self.objections.get(Contact(self.shop, row.customer_id, channel, row.purpose))

    def _timed(self, row: MessageRow, channel: str, answer: Answer) -> MessageRow:
        if is_free(self.policy, row):
            return self._sending(row, channel, answer)
        customer, settings = self.customers.get(row.customer_id), self.settings
        said = None if customer is None else customer.attributes.get(_ZONE)
        phone = answer.address[1] if answer.address and answer.address[0] == "phone" else None
        verdict = may_go(
            self.policy,
            self.now,
            recipient_zones(said if isinstance(said, str) else None, phone, settings.zone, self.now),
            self.sent[row.customer_id],
            is_commercial=row.is_commercial,
            purpose=row.purpose,
            channel=channel,
            holidays=self._holidays(settings.country),
            facts=self.facts.get(row.customer_id),
        )
        if isinstance(verdict, Go):
            return self._sending(row, channel, answer)
        if isinstance(verdict, Wait):
            if verdict.until >= row.expires_at:
                return self._suppressed(row, f"{verdict.reason}, until it is worth nothing any more")
            return row.noted(self.now, WAITING, f"until {verdict.until:%Y-%m-%d %H:%M} UTC: {verdict.reason}",
                             due_at=verdict.until)  # fmt: skip
        return self._suppressed(row, verdict.reason)

    def _holidays(self, country: str | None) -> Any:
        closed = self.policy.closed_days
        return self.rules.holidays_of(country) if closed is not None and closed.holidays else ()

    def _sending(self, row: MessageRow, channel: str, answer: Answer) -> MessageRow:
        record = self.rules.channels[channel]
        # What goes now takes up room of the budget for what comes after it in this batch.
        self.sent[row.customer_id].append(Sent(self.now, row.purpose, channel, row.is_commercial))
        kind, value = answer.address or (None, None)
        return attrs.evolve(
            row,
            state=SENDING,
            channel=channel,
            address_kind=kind,
            address=value,
            fence=row.fence + 1,
            tries=row.tries + 1,
            leased_until=self.now + _LEASE + dt.timedelta(seconds=2 * record.deadline_s),
            authorised_at=self.now,
        )

    def _suppressed(self, row: MessageRow, reason: str) -> MessageRow:
        return row.noted(self.now, SUPPRESSED, reason, settled_at=self.now)


def is_free(policy: Policy, row: MessageRow) -> bool:
    """Tell whether no rule of when and how much concerns a message."""
    return not row.is_commercial and policy.transactional_exempt_from.issuperset(EXEMPTIONS)


def channels_for(row: MessageRow, order: Sequence[str], customer: Customer | None) -> Sequence[str]:
    """Give the channels a message may go by, the one the customer prefers first."""
    if row.wanted != PREFERRED:
        return (row.wanted,)
    own = None if customer is None else customer.attributes.get(_CHANNEL)
    return sorted(order, key=lambda name: name != own)
