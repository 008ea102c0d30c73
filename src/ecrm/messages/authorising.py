"""Authorise messages that are due: in one short transaction each is taken to be sent, or waits, or never goes.

What decides it is read in that transaction, under the lock that whoever writes the ledger waits for: nothing
is authorised after a withdrawal was committed. What plugins say is asked before, since their code runs
outside any transaction; a message nobody asked them about yet waits for the next round.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from ecrm.consent.deciding import Answer, Ask, decide_many, purposes_of
from ecrm.consent.model.purpose import Purpose
from ecrm.consent.tables.ledger import share_consent
from ecrm.customers.model.trait import Customer
from ecrm.customers.tables.customer import find_customers
from ecrm.database import Database, Transaction
from ecrm.hookspecs import Channel, Contact
from ecrm.messages.model.arrangement import Arrangement
from ecrm.messages.model.circuit import taken
from ecrm.messages.model.message import PREFERRED
from ecrm.messages.model.pressure import EXEMPTIONS, Go, Policy, Sent, Wait, may_go
from ecrm.messages.recipientzone import recipient_zones
from ecrm.messages.tables import claim as claim_table
from ecrm.messages.tables import line as line_table
from ecrm.messages.tables import message as message_table
from ecrm.messages.tables.message import SENDING, SUPPRESSED, WAITING, MessageRow
from ecrm.shops.model import Settings

__all__ = ["Authoriser", "Rules"]

BATCH = 500
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


class Authoriser:
    """Take messages that may go.

    Args:
        database: Where they are.
        rules: What is decided by.
        now: Gives the time.
    """

    def __init__(self, database: Database, rules: Rules, now: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._rules = rules
        self._now = now

    def authorise(self, limit: int = BATCH) -> list[MessageRow]:
        """Look at messages that are due; give all that changed, those to be sent in the state `sending`."""
        now = self._now()
        with self._database.read() as transaction:
            shops = claim_table.due_shops(transaction, now, limit)
            resting = line_table.resting_lines(transaction, now) if shops else set()
        if not shops:
            return []
        objections = self._asked(shops, resting, limit)

        def work(transaction: Transaction) -> list[MessageRow]:
            for shop in shops:
                share_consent(transaction, shop)
            # The moment is taken under the lock: whatever was committed before it is seen.
            moment = self._now()
            rows = claim_table.due_messages(transaction, moment, shops, resting, limit, holds=True)
            by_shop: dict[str, list[MessageRow]] = defaultdict(list)
            for row in rows:
                by_shop[row.shop].append(row)
            changed = [
                one
                for shop in sorted(by_shop)
                for one in self._decide(transaction, shop, by_shop[shop], moment, objections, resting)
            ]
            changed = self._within_rates(transaction, changed, moment)
            claim_table.take_messages(transaction, [row for row in changed if row.state == SENDING], moment)
            message_table.save_messages(transaction, [row for row in changed if row.state != SENDING])
            return changed

        return self._database.transact(work)

    def _asked(self, shops: Sequence[str], resting: set[tuple[str, str]], limit: int) -> Objections | None:
        ask = self._rules.objections
        if ask is None:
            return None
        with self._database.read() as transaction:
            rows = claim_table.due_messages(transaction, self._now(), shops, resting, limit, holds=False)
        contacts = {contact for row in rows for contact in self._contacts(row)}
        return {contact: ask(contact) for contact in sorted(contacts, key=str)}

    def _contacts(self, row: MessageRow) -> Iterator[Contact]:
        for channel in _channels(row, self._order(row.shop), None):
            yield Contact(row.shop, row.customer_id, channel, row.purpose)

    def _order(self, shop: str) -> list[str]:
        there = self._there(shop)
        return [name for name in self._rules.arrangement_of(shop).channels if name in there]

    def _there(self, shop: str) -> frozenset[str]:
        return frozenset(name for name in self._rules.channels if self._rules.is_on(name, shop))

    def _decide(
        self,
        transaction: Transaction,
        shop: str,
        rows: Sequence[MessageRow],
        now: dt.datetime,
        objections: Objections | None,
        resting: Collection[tuple[str, str]],
    ) -> Iterator[MessageRow]:
        policy, order = self._rules.policy_of(shop), self._order(shop)
        if policy.caps:
            counted = {row.customer_id for row in rows if not _is_free(policy, row)}
            held = message_table.hold_budgets(transaction, shop, counted)
            rows = [row for row in rows if row.customer_id in held or _is_free(policy, row)]
        case = self._case(transaction, shop, rows, now, objections, resting)
        for row in rows:
            decided = case.decided(row, _channels(row, order, case.customers.get(row.customer_id)))
            if decided is not None:
                yield decided

    def _case(
        self,
        transaction: Transaction,
        shop: str,
        rows: Sequence[MessageRow],
        now: dt.datetime,
        objections: Objections | None,
        resting: Collection[tuple[str, str]],
    ) -> _Case:
        rules, there, order = self._rules, self._there(shop), self._order(shop)
        policy, purposes = rules.policy_of(shop), purposes_of(transaction, shop)
        ruled = sorted({row.customer_id for row in rows if not _is_free(policy, row)})
        # The channel they prefer, and the zone they are in; who needs neither is not read.
        asked = {row.customer_id for row in rows if row.wanted == PREFERRED}.union(ruled)
        customers = {one.id: one for one in find_customers(transaction, shop, asked)}
        wanted = list(dict.fromkeys(
            (row.customer_id, row.purpose, channel)
            for row in rows
            if row.purpose in purposes
            for channel in _channels(row, order, customers.get(row.customer_id))
            if channel in there
        ))  # fmt: skip
        asks = [Ask(who, purpose, channel, self._address(channel)) for who, purpose, channel in wanted]
        answers = dict(zip(wanted, decide_many(transaction, shop, asks, now), strict=True))
        sent: defaultdict[UUID, list[Sent]] = defaultdict(list)
        if policy.caps and ruled:
            since = now - max(cap.within for cap in policy.caps)
            for who, at, purpose, channel, is_commercial in message_table.sent_since(transaction, shop, ruled, since):
                sent[who].append(Sent(at, purpose, channel, is_commercial))
        facts = rules.facts_of(transaction, shop, ruled) if policy.muted_by else {}
        return _Case(rules, shop, now, rules.arrangement_of(shop), policy, rules.settings_of(shop), there, purposes,
                     customers, answers, sent, facts, objections, resting)  # fmt: skip

    def _address(self, channel: str) -> str | None:
        kind = self._rules.channels[channel].address
        return None if kind == "any" else kind

    def _within_rates(self, transaction: Transaction, rows: Sequence[MessageRow], now: dt.datetime) -> list[MessageRow]:
        """Let no more go than the provider takes; what is too many goes back as it was."""
        limited: dict[tuple[str, str], list[MessageRow]] = defaultdict(list)
        kept: list[MessageRow] = []
        for row in rows:
            rated = row.state == SENDING and self._rules.channels[row.channel or ""].per_second is not None
            (limited[row.shop, row.channel or ""] if rated else kept).append(row)
        if not limited:
            return kept
        for key, line in line_table.hold_lines(transaction, limited).items():
            per_second = self._rules.channels[key[1]].per_second
            assert per_second is not None  # noqa: S101 - only these were put there
            count, free_at = taken(line.free_at, now, len(limited[key]), per_second)
            kept += limited[key][:count]
            line_table.save_line(transaction, line._replace(free_at=free_at))
        return kept


@attrs.frozen(repr=False)
class _Case:
    """What was read for the messages of one shop, and the rule."""

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
        if _is_free(self.policy, row):
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


def _is_free(policy: Policy, row: MessageRow) -> bool:
    """Tell whether no rule of when and how much concerns a message."""
    return not row.is_commercial and policy.transactional_exempt_from.issuperset(EXEMPTIONS)


def _channels(row: MessageRow, order: Sequence[str], customer: Customer | None) -> Sequence[str]:
    """Give the channels a message may go by, the one the customer prefers first."""
    if row.wanted != PREFERRED:
        return (row.wanted,)
    own = None if customer is None else customer.attributes.get(_CHANNEL)
    return sorted(order, key=lambda name: name != own)
