"""Histories of everything that happens to reactions and timers, beside the model of `historic`.

The model leaves out what must not show: batches, leases, transactions, which worker does what. It leaves out
workers at work at the same moment, and those that die: `tests/faults` has them. It takes the ids of
interactions from the CRM, since decisions of the same microsecond are told apart by them. It does not model
how customers are recognised: two people, merged and parted by a person, are enough for kept facts.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from ecrm import CRM
from ecrm.database.rows import Put
from ecrm.reactions.tables import timer as timer_table
from ecrm.testing import FrozenClock
from reactions.historic import Historic, Model, Told

PEOPLE = ("a", "b")
says = st.fixed_dictionaries(
    {
        "person": st.sampled_from(PEOPLE),
        "age": st.sampled_from([0, 1, 5, 40, 200, 60 * 24 * 8]),
        "does": st.sampled_from(["set", "set", "cancel", "fail", "nothing"]),
        "key": st.sampled_from(["k1", "k2"]),
        "minutes": st.sampled_from([-10, 0, 1, 20, 50, 400]),
        "left": st.integers(0, 2),
        "live": st.sampled_from([True, True, True, False]),
    }
)
doors = st.sampled_from(["record", "record_many", "emit"])
places = st.integers(0, 1_000)


class HistoryMachine(RuleBasedStateMachine):
    """One shop with two workers, and the model of it."""

    workers: ClassVar[list[CRM]]
    clock: ClassVar[FrozenClock]
    shops = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.clock.advance(days=30)
        key = f"history{next(self.shops)}"
        self.views = [worker.for_shop(key) for worker in self.workers]
        self.shop = self.views[0]
        self.model = Model(key, self.id_of)
        self.numbers = itertools.count()
        self.told: list[Told] = []
        self.merge: Any = None

    def id_of(self, name):
        return next(iter(self.shop.stored([("shop", name)]).values())).id

    @rule(said=st.lists(says, min_size=1, max_size=4), door=doors, again=st.lists(places, max_size=2), data=st.data())
    def tell(self, said, door, again, data):
        fresh = [self.made(one) for one in said]
        self.told += fresh
        batch = [*fresh, *(self.told[place % len(self.told)] for place in again)]
        batch = data.draw(st.permutations(batch))
        if door == "record_many":
            self.shop.record_many(one.event() for one in batch)
        else:
            for one in batch:
                getattr(self.shop, door)(one.event())
        for one in batch:
            self.model.inbox.append(one) if door == "emit" else self.model.record(one)

    def made(self, said):
        number = next(self.numbers)
        at = self.clock() - dt.timedelta(minutes=said["age"]) + dt.timedelta(microseconds=number - 10_000)
        rest = {name: value for name, value in said.items() if name != "age"}
        return Told(name=f"e{number}", at=at, **rest)

    @rule(place=places)
    def work(self, place):
        self.workers[place % len(self.workers)].work()
        self.model.work(self.clock())

    @rule(minutes=st.sampled_from([1, 6, 31, 61, 60 * 24 * 8]))
    def wait(self, minutes):
        self.clock.advance(minutes=minutes)

    @precondition(lambda self: self.model.log)
    @rule(place=places)
    def void(self, place):
        name = sorted(self.model.log)[place % len(self.model.log)]
        self.shop.void(self.id_of(name), because="it was wrong")
        self.model.voided.add(name)

    @precondition(lambda self: {one.person for one in self.model.log.values()} == set(PEOPLE))
    @rule()
    def merge_or_part(self):
        if self.merge is None:
            self.merge = self.shop.customers.merge(*(f"{person}@example.org" for person in PEOPLE))
        else:
            self.shop.customers.unmerge(self.merge.id)
            self.merge = None
        self.model.merged = self.merge is not None

    @rule()
    def switch(self):
        switchboard = self.shop.plugins
        (switchboard.switch_off if self.model.is_on else switchboard.switch_on)("historic")
        self.model.is_on = not self.model.is_on
        self.model.was_off = True
        # The other worker reads settings again after half a minute.
        self.clock.advance(minutes=1)

    @rule()
    def retry(self):
        assert self.shop.retry() == self.model.retry(self.clock())

    @rule(is_rehearsed=st.booleans())
    def replay(self, is_rehearsed):
        # What waits is received first: a replay sees the log.
        self.work(0)
        if not self.model.is_on:
            return
        foreseen = self.shop.dry_run("historic_act")
        assert self.state() == self.modelled()
        if not is_rehearsed:
            played = self.shop.replay("historic_act")
            assert (played.seen, played.failed) == self.model.replay(self.clock())
            assert (foreseen.seen, foreseen.fired, foreseen.counts) == (played.seen, played.fired, played.counts)
            assert self.shop.replay("historic_act").recorded == 0
            assert self.state() == self.modelled()

    def teardown(self):
        self.work(1)
        assert self.state() == self.modelled()
        if not self.model.is_on:
            self.switch()
        for _ in range(12):
            self.clock.advance(hours=6)
            self.work(0)
        assert self.state() == self.modelled()
        assert all(not self.model._waits(one) for one in self.model.timers.values())
        if self.model.was_off:
            # What happened while it was off, nobody was asked about.
            self.shop.replay("historic_keep")
        assert self.kept() == {person: self.modelled_facts(person) for person in self.people()}

    def people(self):
        return sorted({one.person for one in self.model.log.values()})

    def state(self):
        return {
            "counted": self.derived("Counted", lambda one: one.properties["of"]),
            "woken": self.derived("Woken", lambda one: (one.properties["key"], one.properties["left"])),
            "noted": self.derived("Note Added", lambda one: one.properties["text"]),
            "failed": {
                one.cause_id: (one.tries, one.next_try_at) for one in self.shop.parked(with_retrying=True, limit=1_000)
            },
            "waiting": self.waiting(),
        }

    def modelled(self):
        model = self.model
        return {
            "counted": model.counted,
            "woken": model.woken,
            "noted": model.noted,
            "failed": {self.id_of(name): (one.tries, one.next_at) for name, one in model.failed.items()},
            "waiting": sorted((key, one.due_at) for key, one in model.timers.items() if model._waits(one)),
        }

    def derived(self, kind, of):
        emails = [f"{person}@example.org" for person in self.people()]
        customers = {self.shop.customers.find(email).id for email in emails}
        pages = [self.shop.timeline(customer, limit=1_000, kinds=[kind]) for customer in customers]
        return Counter(of(one) for page in pages for one in page)

    def waiting(self):
        with self.shop.database.read() as transaction:
            chosen = timer_table.TIMER.c
            mine = chosen.shop == self.shop.shop.key
            found = timer_table.TIMER.select().where(mine, chosen.due_at.is_not(None), chosen.fired_at.is_(None))
            return sorted((row.key, row.due_at) for row in transaction.core(found))

    def kept(self):
        return {person: self.facts(person) for person in self.people()}

    def facts(self, person):
        found = self.shop.facts(f"{person}@example.org")
        return found.get("historic.told"), found.get("historic.last")

    def modelled_facts(self, person):
        told = self.model.told_of(person)
        return (len(told), told[0]) if told else (None, None)


def run(url: str, clock: FrozenClock, **size: int) -> None:
    opened = [CRM(url, clock=clock, plugins=[Historic()]) for _ in range(2)]
    opened[0].upgrade()
    try:
        machine = type("BoundHistoryMachine", (HistoryMachine,), {"workers": opened, "clock": clock})
        run_state_machine_as_test(machine, settings=settings(**size))
    finally:
        for crm in opened:
            crm.close()


def test_reactions_and_timers_keep_to_their_model_on_sqlite(bare_sqlite_url, clock):
    run(bare_sqlite_url, clock, max_examples=settings().max_examples, stateful_step_count=15)


def test_reactions_and_timers_keep_to_their_model_on_postgresql(bare_postgresql_url, clock):
    run(bare_postgresql_url, clock, max_examples=settings().max_examples // 5, stateful_step_count=12)


def test_a_timer_that_follows_whatever_decision_came_last_is_seen(bare_sqlite_url, clock, monkeypatch):
    decided = timer_table._DECIDED
    careless = Put(
        timer_table.TIMER, timer_table._KEY, (*timer_table._KEY, *decided), merge=dict.fromkeys(decided, "set")
    )
    monkeypatch.setattr(timer_table, "_PUT", careless)
    with pytest.raises((AssertionError, ExceptionGroup)):
        run(bare_sqlite_url, clock, max_examples=500, phases=[Phase.generate], database=None, derandomize=True)
