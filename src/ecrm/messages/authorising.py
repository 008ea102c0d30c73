"""Authorise messages that are due: in one short transaction each is taken to be sent, or waits, or never goes.

What decides it is read in that transaction, under the lock that whoever writes the ledger waits for: nothing
is authorised after a withdrawal was committed. What plugins say is asked before, since their code runs
outside any transaction; a message nobody asked them about yet waits for the next round.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from uuid import UUID

from ecrm.consent.deciding import Ask, decide_many, purposes_of
from ecrm.consent.tables.ledger import share_consent
from ecrm.customers.tables.customer import find_customers
from ecrm.database import Database, Transaction
from ecrm.hookspecs import Contact
from ecrm.messages.judging import Case, Objections, Rules, channels_for, is_free
from ecrm.messages.model.circuit import taken
from ecrm.messages.model.message import PREFERRED
from ecrm.messages.model.pressure import Sent
from ecrm.messages.tables import claim as claim_table
from ecrm.messages.tables import line as line_table
from ecrm.messages.tables import message as message_table
from ecrm.messages.tables.message import SENDING, MessageRow

__all__ = ["Authoriser"]

BATCH = 500


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
        for channel in channels_for(row, self._order(row.shop), None):
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
            counted = {row.customer_id for row in rows if not is_free(policy, row)}
            held = message_table.hold_budgets(transaction, shop, counted)
            rows = [row for row in rows if row.customer_id in held or is_free(policy, row)]
        case = self._case(transaction, shop, rows, now, objections, resting)
        for row in rows:
            decided = case.decided(row, channels_for(row, order, case.customers.get(row.customer_id)))
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
    ) -> Case:
        rules, there, order = self._rules, self._there(shop), self._order(shop)
        policy, purposes = rules.policy_of(shop), purposes_of(transaction, shop)
        ruled = sorted({row.customer_id for row in rows if not is_free(policy, row)})
        # The channel they prefer, and the zone they are in; who needs neither is not read.
        asked = {row.customer_id for row in rows if row.wanted == PREFERRED}.union(ruled)
        customers = {one.id: one for one in find_customers(transaction, shop, asked)}
        wanted = list(dict.fromkeys(
            (row.customer_id, row.purpose, channel)
            for row in rows
            if row.purpose in purposes
            for channel in channels_for(row, order, customers.get(row.customer_id))
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
        return Case(rules, shop, now, rules.arrangement_of(shop), policy, rules.settings_of(shop), there, purposes,
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
