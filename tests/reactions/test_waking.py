"""A timer fires once when it is due, and only when what happened before is known; the newest decision holds."""

from __future__ import annotations

import datetime as dt
import itertools

import attrs
import pytest

from ecrm.crew import TOMBSTONES_KEPT
from ecrm.effects import CancelTimer, SetTimer, Tag
from ecrm.reactions.holding import in_hand
from reactions.acting import Acting, visit
from story import AYSE, MEHMET, visited

HOUR = dt.timedelta(hours=1)


class Fired(list):
    """What a timer's function was asked about."""

    def __call__(self, due, _):
        self.append((due.key, due.details.get("by")))
        return [Tag("woken")]


def by_name(interaction, _):
    """Set the timer an hour on, or cancel it, as the visit's id says."""
    if interaction.source_id.startswith("cancel"):
        return [CancelTimer("wake", key="k")]
    return [SetTimer("wake", key="k", at=interaction.at + HOUR, details={"by": interaction.source_id})]


def rows(crm):
    with crm.database.read() as transaction:
        return transaction.run("SELECT count(*) FROM ecrm_timer").fetchone()[0]


@pytest.fixture
def fired():
    return Fired()


@pytest.fixture
def crm(opened, fired):
    return opened(Acting(by_name, fire=fired))


def test_a_timer_fires_once_when_it_is_due(crm, clock, fired):
    visit(crm, clock, "set1")
    crm.work()
    clock.advance(minutes=59)
    crm.work()
    assert fired == []
    clock.advance(minutes=1)
    assert crm.work().reacted == 1
    assert fired == [("k", "set1")]
    assert crm.customers.find(AYSE).tags == {"woken"}
    clock.advance(days=1)
    assert crm.work().is_idle


@pytest.mark.parametrize("order", list(itertools.permutations(["set1", "cancel2", "set3"])))
def test_the_newest_decision_holds_in_whatever_order_decisions_arrive(crm, clock, fired, order):
    age = {"set1": 30, "cancel2": 20, "set3": 10}
    for name in order:
        visit(crm, clock, name, age[name])
        crm.work()
    clock.advance(minutes=49)
    crm.work()
    assert fired == []
    clock.advance(minutes=1)
    crm.work()
    assert fired == [("k", "set3")]


@pytest.mark.parametrize("order", list(itertools.permutations(["set1", "cancel2"])))
def test_a_cancelled_timer_sleeps_in_whatever_order_decisions_arrive(crm, clock, fired, order):
    for name in order:
        visit(crm, clock, name, 30 if name == "set1" else 20)
        crm.work()
    clock.advance(days=1)
    crm.work()
    assert fired == []


def test_an_older_decision_that_arrives_after_the_firing_wakes_nothing_again(crm, clock, fired):
    visit(crm, clock, "set2", 70)
    crm.work()
    visit(crm, clock, "set1", 80)
    crm.work()
    assert fired == [("k", "set2")]


def test_a_timer_waits_for_older_rows_of_the_inbox(crm, clock, fired):
    visit(crm, clock, "set1")
    crm.work()
    clock.advance(minutes=59)
    crm.emit(attrs.evolve(visited(source_id="cancel2"), at=clock()))
    clock.advance(minutes=1)
    assert crm._core.crew.waker.wake().seen == 0
    crm.work()
    assert fired == []
    clock.advance(days=1)
    crm.work()
    assert fired == []


def test_a_timer_does_not_wait_for_rows_that_came_after_it_was_due(crm, clock, fired):
    visit(crm, clock, "set1")
    crm.work()
    clock.advance(minutes=61)
    crm.emit(attrs.evolve(visited(source_id="cancel2"), at=clock()))
    assert crm._core.crew.waker.wake().seen == 1
    assert fired == [("k", "set1")]


def test_a_timer_waits_until_its_plugins_reactions_have_read_what_happened_before(crm, clock, fired):
    visit(crm, clock, "set1")
    crm.work()
    clock.advance(minutes=59)
    visit(crm, clock, "cancel2")
    clock.advance(minutes=1)
    with in_hand(crm._core.crew.parts, "act", 5):
        crm.work()
        assert fired == []
    crm.work()
    clock.advance(days=1)
    crm.work()
    assert fired == []


@pytest.mark.parametrize("late", [-HOUR, dt.timedelta(0), HOUR])
def test_a_timer_may_set_itself_again_also_where_it_was_due_before_what_set_it(opened, clock, late):
    fired = []

    def react(interaction, _):
        return [SetTimer("wake", key="k", at=interaction.at + late, details={"left": 2})]

    def fire(due, _):
        fired.append(due.due_at)
        left = due.details["left"]
        return [SetTimer("wake", key="k", at=due.due_at + HOUR, details={"left": left - 1})] if left else []

    crm = opened(Acting(react, fire=fire))
    at = visit(crm, clock, "v1").at
    for _ in range(5):
        crm.work()
        clock.advance(hours=1)
    assert fired == [at + late + number * HOUR for number in range(3)]


def test_timers_of_a_shop_that_has_the_plugin_off_wait(crm, clock, fired):
    visit(crm, clock, "set1")
    outlet = crm.for_shop("outlet")
    visit(outlet, clock, "set2", who=MEHMET)
    crm.work()
    outlet.plugins.switch_off("acting")
    clock.advance(hours=2)
    crm.work()
    assert fired == [("k", "set1")]
    outlet.plugins.switch_on("acting")
    crm.work()
    assert fired == [("k", "set1"), ("k", "set2")]


def test_more_timers_than_one_batch_all_fire_the_oldest_first(opened, clock, monkeypatch):
    monkeypatch.setattr("ecrm.reactions.waking.AT_ONCE", 3)
    fired = []

    def react(interaction, _):
        at = interaction.at + HOUR
        return [SetTimer("wake", key=f"k{n}", at=at + n * dt.timedelta(minutes=1)) for n in (4, 2, 0, 3, 1, 6, 5)]

    crm = opened(Acting(react, fire=lambda due, _: fired.append(due.key)))
    visit(crm, clock, "v1")
    crm.work()
    clock.advance(days=1)
    crm.work()
    assert fired == [f"k{number}" for number in range(7)]


def test_what_fired_or_was_cancelled_is_kept_for_a_while_against_decisions_that_come_late(crm, clock, fired):
    visit(crm, clock, "cancel1")
    crm.work()
    clock.advance(days=1)
    visit(crm, clock, "set0", 60 * 24 + 1)
    crm.work()
    assert fired == []
    clock._now += TOMBSTONES_KEPT
    crm._core.crew.prune()
    assert rows(crm) == 0


def test_a_timer_that_waits_is_never_pruned(opened, clock, fired):
    crm = opened(Acting(lambda one, _: [SetTimer("wake", key="k", at=one.at + 2 * TOMBSTONES_KEPT)], fire=fired))
    visit(crm, clock, "v1")
    crm.work()
    clock._now += 1.5 * TOMBSTONES_KEPT
    crm._core.crew.prune()
    assert rows(crm) == 1
    clock._now += TOMBSTONES_KEPT
    crm.work()
    assert fired == [("k", None)]
