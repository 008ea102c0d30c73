"""A CRM whose time passes when told: whatever falls due on the way is done at its moment."""

# ruff: noqa: ARG002 - a plugin takes what it is given, whether it looks at it or not
from __future__ import annotations

import datetime as dt
import time

import pytest

from ecrm import CRM, InvalidError, SetupError, UnavailableError
from ecrm.effects import Note, SetTimer
from ecrm.events import StoreVisited
from ecrm.hookspecs import Page, Reaction, Setting, Source, Timer, hookimpl
from ecrm.testing import FrozenClock, FrozenCRM
from story import AYSE, START, minute, visited


class Chain:
    """Each visit sets a timer for an hour later, which sets itself twice more."""

    name = "chain"

    @hookimpl
    def register_reactions(self):
        return [Reaction("chain", self.begin, kinds=["Store Visited"])]

    @hookimpl
    def register_timers(self):
        return [Timer("chain", self.go_on)]

    def begin(self, interaction, ask):
        return [SetTimer("chain", "one", at=interaction.at + dt.timedelta(hours=1), details={"left": 2})]

    def go_on(self, due, ask):
        yield Note(f"{due.due_at:%H:%M} {ask.now:%H:%M}")
        if due.details["left"]:
            left = due.details["left"] - 1
            yield SetTimer("chain", "one", at=due.due_at + dt.timedelta(hours=1), details={"left": left})


class Stumbling:
    """It fails the first three times it is asked."""

    name = "stumbling"

    def __init__(self):
        self.asked_at = []

    @hookimpl
    def register_reactions(self):
        return [Reaction("stumbling", self.react, kinds=["Store Visited"])]

    def react(self, interaction, ask):
        self.asked_at.append((ask.now - START).total_seconds())
        if len(self.asked_at) < 4:
            raise ConnectionError
        return [Note("at last")]


class Sleepy(Stumbling):
    """It does not come back the first time it is asked."""

    name = "sleepy"

    @hookimpl
    def register_reactions(self):
        return [Reaction("sleepy", self.react, kinds=["Store Visited"], deadline_s=0.05)]

    def react(self, interaction, ask):
        self.asked_at.append(ask.now)
        if len(self.asked_at) == 1:
            time.sleep(0.3)
        return [Note("awake")]


class Till:
    """It is asked for visits every hour, and is away once."""

    name = "till"

    def __init__(self):
        self.asked = 0

    @hookimpl
    def register_settings(self):
        return [Setting("address", "text", "Where the till is.")]

    @hookimpl
    def register_sources(self):
        return [Source("till", pull=self.pull, every=dt.timedelta(hours=1))]

    def pull(self, shop, cursor, keys):
        self.asked += 1
        if self.asked == 2:
            raise UnavailableError("the till is off", retry_after_s=600)
        return Page([StoreVisited(customer=AYSE, at=keys.now(), source_id=str(self.asked))], str(self.asked))


@pytest.fixture
def open_crm(database_url):
    opened = []

    def open_crm(*plugins):
        opened.append(FrozenCRM(database_url, clock=FrozenClock(START), plugins=plugins))
        opened[-1].upgrade()
        return opened[-1]

    yield open_crm
    for crm in opened:
        crm.close()


def notes(crm):
    return [one.properties["text"] for one in reversed(crm.timeline(AYSE, kinds=["Note Added"]))]


def test_every_timer_fires_at_its_moment_also_one_that_another_set(open_crm):
    crm = open_crm(Chain)
    crm.record(visited())
    done = crm.advance(hours=2, minutes=30)
    assert notes(crm) == ["10:00 10:00", "11:00 11:00"]
    assert done.reacted == 3
    assert crm.clock() == minute(150)
    assert crm.advance(days=1).reacted == 1
    assert notes(crm)[-1] == "12:00 12:00"


def test_a_timer_that_is_due_at_the_very_end_fires(open_crm):
    crm = open_crm(Chain)
    crm.record(visited())
    crm.advance(hours=1)
    assert notes(crm) == ["10:00 10:00"]


def test_what_was_emitted_is_received_before_time_passes(open_crm):
    crm = open_crm(Chain)
    crm.emit(visited())
    assert crm.advance(hours=1).received == 1
    assert notes(crm) == ["10:00 10:00"]


def test_a_timer_of_a_shop_that_has_the_plugin_off_does_not_hold_up_the_others(open_crm):
    crm = open_crm(Chain)
    off = crm.for_shop("off")
    for each in (crm, off):
        each.record(visited())
    crm.work()
    off.plugins.switch_off("chain")
    off.advance(hours=5)
    assert (len(notes(crm)), notes(off)) == (3, [])


def test_what_failed_is_tried_again_on_the_way(open_crm):
    plugin = Stumbling()
    crm = open_crm(plugin)
    crm.record(visited())
    assert crm.advance(hours=1).failed == 3
    assert plugin.asked_at == [0, 10, 70, 370]
    assert notes(crm) == ["at last"]


def test_a_reaction_that_rests_goes_on_when_it_has_rested(open_crm):
    crm = open_crm(Sleepy())
    crm.record(visited())
    crm.record(visited(source_id="v2", after=1))
    crm.advance(minutes=10)
    assert notes(crm) == ["awake", "awake"]


def test_sources_are_pulled_when_it_is_their_turn(open_crm):
    plugin = Till()
    crm = open_crm(plugin)
    crm.plugins.configure("till", address="behind the door")
    done = crm.advance(hours=3)
    assert [one.at for one in reversed(crm.timeline(AYSE))] == [minute(0), minute(70), minute(130)]
    assert (done.pulled, done.failed) == (3, 1)


def test_a_day_in_which_nothing_falls_due_is_one_step(open_crm):
    crm = open_crm()
    assert crm.advance(days=1).is_idle
    assert crm.clock() == START + dt.timedelta(days=1)


def test_time_does_not_go_back(open_crm):
    with pytest.raises(InvalidError, match="not below zero"):
        open_crm().advance(hours=-1)


def test_a_clock_of_its_own_is_made_where_none_is_given(sqlite_url):
    with FrozenCRM(sqlite_url, plugins=[]) as crm:
        assert crm.clock() == FrozenClock()()
        assert crm.for_shop("outlet").clock is crm.clock


def test_another_clock_is_refused(sqlite_url):
    with FrozenCRM(sqlite_url, plugins=[], clock=lambda: START) as crm, pytest.raises(SetupError, match="FrozenClock"):
        crm.advance(hours=1)


def test_the_plain_crm_has_no_time_machine():
    assert not hasattr(CRM, "advance")
