"""Events, merges and unmerges in any order, beside a model that keeps all evidence and groups it from nothing.

The model is simple since it is slow: it knows every event, every decision, and works everything out anew.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from ecrm import CRM, ConflictError, Money, Who, events
from ecrm.customers.model.claim import KINDS, claims_of, order_claim
from ecrm.customers.model.grouping import Edge, Link, Node, group
from ecrm.customers.tables.decision import find_merge
from ecrm.shops.model import Settings
from ecrm.testing import FrozenClock
from story import cancelled, ordered, refunded, updated, visited

SETTINGS = Settings(country="TR", currency="TRY")
IDENTITIES = {
    "user_id": ["11", "12", "13"],
    "card": ["c-1", "c-2"],
    "phone": ["+905321112233", "+905321112244"],
    "email": ["a@shop.org", "b@shop.org", "c@shop.org"],
    "anonymous_id": ["k-1", "k-2"],
}
people = (
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in IDENTITIES.items()})
    .filter(bool)
    .map(lambda names: Who(**names))
)
times = st.integers(0, 3_000)
order_ids = st.sampled_from(["1", "2", "3", "4"])
doors = st.sampled_from(["record", "record_many", "emit"])
places = st.integers(0, 1_000)


COUNTED = (
    "interactions.count", "visits.count", "orders.count", "orders.cancelled_count", "orders.refunded_count",
    "orders.spent.TRY",
)  # fmt: skip
Profiles = dict[tuple[UUID, tuple[str, str]], UUID]


@attrs.define
class Known:
    """An event the model was told."""

    key: str
    event: events.Event
    names: tuple[tuple[str, str], ...]
    is_voided: bool = False

    @property
    def main(self) -> tuple[str, str]:
        return self.names[0]

    @property
    def order_id(self) -> str | None:
        return getattr(self.event, "order_id", None)

    @property
    def is_named(self) -> bool:
        return self.event.customer is not None


class MergeMachine(RuleBasedStateMachine):
    """One shop, and the model of it."""

    crm: CRM
    clock: FrozenClock
    shops = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.shop = self.crm.for_shop(f"machine{next(self.shops)}")
        self.shop.shop.configure(country="TR", currency="TRY")
        self.known: dict[str, Known] = {}
        self.voids: list[str] = []
        self.edges: dict[tuple[Any, Any], dt.datetime] = {}
        self.links: dict[UUID, Link] = {}
        self.parted: set[frozenset[UUID]] = set()
        self.ids: set[UUID] = set()
        self.numbers = itertools.count(1)

    # What happens

    @rule(who=people, after=times, door=doors)
    def visit(self, who, after, door):
        self.tell(visited(who, f"v{next(self.numbers)}", after=after), door)

    @rule(who=people, order_id=order_ids, after=times, minor=st.integers(0, 500), door=doors)
    def order(self, who, order_id, after, minor, door):
        self.tell(ordered(order_id, f"{minor}.00", who=who, after=after), door)

    @rule(who=st.none() | people, order_id=order_ids, after=times, door=doors)
    def refund(self, who, order_id, after, door):
        number = f"r{next(self.numbers)}"
        self.tell(refunded(order_id, refund_id=number, after=after, customer=who), door)

    @rule(who=st.none() | people, order_id=order_ids, after=times, door=doors)
    def update(self, who, order_id, after, door):
        self.tell(updated(order_id, "70.00", after=after, customer=who), door)

    @rule(who=st.none() | people, order_id=order_ids, after=times, door=doors)
    def cancel(self, who, order_id, after, door):
        self.tell(cancelled(order_id, after=after, customer=who), door)

    @precondition(lambda self: self.known)
    @rule(place=places, door=doors)
    def repeat(self, place, door):
        self.send(self.pick(list(self.known.values()), place).event, door)

    @precondition(lambda self: any(not known.is_voided for known in self.known.values()))
    @rule(place=places)
    def void(self, place):
        key = self.pick([key for key, known in self.known.items() if not known.is_voided], place)
        wrong = next(one for one in self.timelines() if one.source_id == key)
        self.voids.append(self.shop.void(wrong, because="wrong").source_id)
        self.known[key].is_voided = True

    # What people decide

    @precondition(lambda self: self.known)
    @rule(one=places, other=places)
    def merge(self, one, other):
        keep, absorb = self.pick(self.customers(), one), self.pick(self.customers(), other)
        if keep == absorb:
            with pytest.raises(ConflictError):
                self.shop.customers.merge(keep, absorb)
            return
        before = self.members()
        self.clock.advance(seconds=1)
        made = self.shop.customers.merge(keep, absorb)
        assert self.shop.customers.get(absorb).id == self.shop.customers.get(keep).id == keep
        self.parted -= {frozenset((a, b)) for a in before[keep] for b in before[absorb]}
        row = self.journal(made.id)
        self.links[made.id] = Link(row.keep_profile, row.absorb_profile, keep, absorb, row.at)

    @precondition(lambda self: self.known)
    @rule(one=places, other=places)
    def merge_and_think_again(self, one, other):
        keep, absorb = self.pick(self.customers(), one), self.pick(self.customers(), other)
        before = self.members()
        if keep != absorb:
            made = self.shop.customers.merge(keep, absorb)
            crossing = {pair for pair in self.parted if all(pair & before[side] for side in (keep, absorb))}
            self.parted -= crossing
            self.undo(made.id)
            assert crossing or self.members() == before, "only a parting that the merge took back may be missed"

    @precondition(lambda self: self.standing())
    @rule(place=places)
    def unmerge(self, place):
        self.undo(self.pick(self.standing(), place))

    @precondition(lambda self: self.known)
    @rule(one=places, other=places)
    def keep_apart(self, one, other):
        sides = self.pick(self.customers(), one), self.pick(self.customers(), other)
        if sides[0] == sides[1]:
            with pytest.raises(ConflictError):
                self.shop.customers.keep_apart(*sides)
            return
        pair = frozenset(self.strongest(side) for side in sides)
        self.shop.customers.keep_apart(*sides)
        self.parted.add(pair)

    # What must hold

    @invariant()
    def the_shop_is_as_the_model_says(self):
        of = self.profiles()
        timelines = {customer: self.shop.timeline(customer, limit=500) for customer in set(of.values())}
        self.check_customers(of)
        self.check_timelines(of, timelines)
        self.check_facts(of, timelines)

    def check_customers(self, of: Profiles) -> None:
        ids = {name: id_ for id_, name in of}
        nodes = [Node(id_, *name) for id_, name in of]
        edges = [Edge(ids[a], ids[b], at) for (a, b), at in self.edges.items()]
        parted = [tuple(pair) for pair in self.parted]
        customer_of = {id_: customer for (id_, _), customer in of.items()}
        assert customer_of == dict(group(nodes, edges, self.links.values(), parted).customer_of)
        assert all(customer_of[a] != customer_of[b] for a, b in parted)
        self.ids |= set(customer_of.values())
        for id_ in self.ids:
            assert self.shop.customers.get(id_).id == customer_of[id_], "an id of before leads to today's customer"

    def check_timelines(self, of: Profiles, timelines: dict[UUID, Any]) -> None:
        names = dict(of.keys())
        found = [one for timeline in timelines.values() for one in timeline]
        assert sorted(one.source_id for one in found) == sorted([*self.known, *self.voids])
        for one in found:
            if one.source_id in self.known:
                known = self.known[one.source_id]
                assert names[one.profile_id] == known.main, "it hangs on the strongest identity it came by"
                assert one.is_voided == known.is_voided

    def check_facts(self, of: Profiles, timelines: dict[UUID, Any]) -> None:
        expected = self.recounted({name: customer for (_, name), customer in of.items()})
        for customer, timeline in timelines.items():
            expected[customer]["interactions.count"] = sum(not one.is_voided for one in timeline)
            facts = self.shop.facts(customer)
            counted = {name: facts[name] for name in COUNTED if facts.get(name)}
            assert counted == {name: value for name, value in expected[customer].items() if value}

    def teardown(self):
        findings = self.shop.doctor(recount=True)
        assert [finding for finding in findings if not finding.is_good] == []

    # The model

    def tell(self, event: events.Event, door: str) -> None:
        key = f"{event.event_name}:{event.natural_key()}" if event.natural_key() else event.source_id
        self.send(event, door)
        if key in self.known:
            return
        customer = {} if event.customer is None else event.customer.given
        names = tuple((claim.kind, claim.value) for claim in claims_of(customer, "shop", SETTINGS).usable)
        order_id = getattr(event, "order_id", None)
        thread = None if order_id is None else order_claim("shop", order_id)[:2]
        known = Known(key, event, names or (thread,))
        self.known[key] = known
        for name in names[1:]:
            self.see(names[0], name, event.at)
        if thread is not None:
            self.see_order(thread, known)

    def see_order(self, thread: tuple[str, str], told: Known) -> None:
        of_order = [known for known in self.known.values() if known.order_id == told.order_id]
        if told.is_named:
            seen = [told] if any(not known.is_named for known in of_order) else []
        else:
            seen = [known for known in of_order if known.is_named and not known.is_voided]
        for known in seen:
            self.see(known.main, thread, known.event.at)

    def see(self, a: tuple[str, str], b: tuple[str, str], at: dt.datetime) -> None:
        self.edges[a, b] = min(at, self.edges.get((a, b), at))

    def recounted(self, of: dict[tuple[str, str], UUID]) -> dict[UUID, dict[str, Any]]:
        facts: dict[UUID, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
        counted = [known for known in self.known.values() if not known.is_voided]
        for known in counted:
            facts[of[known.main]]["visits.count"] += isinstance(known.event, events.StoreVisited)
        for order_id in {known.order_id for known in counted} - {None}:
            self.count_order([known for known in counted if known.order_id == order_id], of, facts)
        for mine in facts.values():
            mine["orders.spent.TRY"] = mine["orders.spent.TRY"] and Money.of_minor(mine["orders.spent.TRY"], "TRY")
        return facts

    def count_order(self, told: list[Known], of: dict[tuple[str, str], UUID], facts: dict) -> None:
        told = sorted(told, key=lambda known: (known.event.at, known.key))
        owner = min(told, key=lambda known: max(KINDS[known.main[0]].rank, 5)).main
        mine = facts[of[owner]]
        if any(isinstance(known.event, events.OrderCancelled) for known in told):
            mine["orders.cancelled_count"] += 1
            return
        totals = [k.event.total.minor for k in told if isinstance(k.event, events.OrderCompleted | events.OrderUpdated)]
        refunds = [k.event.total.minor for k in told if isinstance(k.event, events.OrderRefunded)]
        mine["orders.count"] += bool(totals)
        mine["orders.refunded_count"] += bool(refunds)
        mine["orders.spent.TRY"] += (totals[-1] if totals else 0) - sum(refunds)

    # What the shop says

    def send(self, event: events.Event, door: str) -> None:
        self.clock.advance(seconds=1)
        if door == "record":
            self.shop.record(event)
        elif door == "record_many":
            assert not self.shop.record_many([event]).rejected
        else:
            assert self.shop.emit(event)
            assert not self.shop.work().rejected, self.shop.inbox.rejected()

    def undo(self, merge_id: UUID) -> None:
        row = self.journal(merge_id)
        assert self.shop.customers.unmerge(merge_id).is_undone
        self.links.pop(merge_id, None)
        self.parted.add(frozenset((row.keep_profile, row.absorb_profile)))

    def journal(self, merge_id: UUID) -> Any:
        with self.crm.database.read() as transaction:
            return find_merge(transaction, self.shop.shop.key, merge_id)

    def standing(self) -> list[UUID]:
        found = {
            merge.id
            for customer in self.customers()
            for merge in self.shop.customers.merges(customer)
            if not merge.is_undone
        }
        return sorted(found)

    def customers(self) -> list[UUID]:
        return [customer.id for customer in self.shop.customers.list()]

    def profiles(self) -> Profiles:
        return {
            (identity.profile_id, (identity.kind, identity.value)): customer
            for customer in self.customers()
            for identity in self.shop.customers.identities(customer)
        }

    def members(self) -> dict[UUID, set[UUID]]:
        members: dict[UUID, set[UUID]] = defaultdict(set)
        for (id_, _), customer in self.profiles().items():
            members[customer].add(id_)
        return dict(members)

    def strongest(self, customer: UUID) -> UUID:
        found = self.shop.customers.identities(customer)
        return min(found, key=lambda one: (KINDS[one.kind].rank, one.profile_id)).profile_id

    def timelines(self) -> list[Any]:
        return [one for customer in self.customers() for one in self.shop.timeline(customer, limit=500)]

    @staticmethod
    def pick(choices: list[Any], place: int) -> Any:
        return choices[place % len(choices)]


def run(url: str, clock: FrozenClock, **size: int) -> None:
    # People decide once it has happened; what is told later may be older than their decision.
    clock.advance(days=3)
    with CRM(url, clock=clock, plugins=[]) as crm:
        machine = type("BoundMergeMachine", (MergeMachine,), {"crm": crm, "clock": clock})
        run_state_machine_as_test(machine, settings=settings(**size))


def test_a_shop_keeps_to_its_model_on_sqlite(sqlite_url, clock):
    run(sqlite_url, clock, max_examples=settings().max_examples // 3, stateful_step_count=25)


def test_a_shop_keeps_to_its_model_on_postgresql(postgresql_url, clock):
    run(postgresql_url, clock, max_examples=settings().max_examples // 10, stateful_step_count=12)
