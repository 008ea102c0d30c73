"""Where reactions stand is told in figures, and the host is told once when one of them is late."""

from __future__ import annotations

import time

from ecrm.effects import SetTimer
from ecrm.hookspecs import Reaction, Timer, hookimpl
from ecrm.interactions.health import LONGEST_LAG_S
from ecrm.reactions.holding import in_hand
from reactions.acting import Acting, visit


def findings(crm):
    return {one.name: one for one in crm.health()}


def fails(*_):
    raise LookupError


def test_a_reaction_that_has_not_read_the_log_is_late(opened, clock):
    crm = opened(Acting())
    visit(crm, clock, "v1")
    clock.advance(seconds=LONGEST_LAG_S - 1)
    lag = findings(crm)["reaction act lag"]
    assert (lag.is_good, lag.figure) == (True, LONGEST_LAG_S - 1)
    clock.advance(seconds=1)
    lag = findings(crm)["reaction act lag"]
    assert (lag.is_good, lag.figure) == (False, LONGEST_LAG_S)
    assert "ecrm work" in lag.detail
    (standing,) = crm.reactions()
    assert (standing.waiting, standing.lag_s) == (1, LONGEST_LAG_S)
    crm.work()
    assert findings(crm)["reaction act lag"].figure == 0


def test_a_reaction_that_rests_is_told(opened, clock):
    crm = opened(Acting(lambda *_: time.sleep(0.5), deadline_s=0.05))
    visit(crm, clock, "v1")
    crm.work()
    rests = findings(crm)["reaction act lag"]
    assert not rests.is_good
    assert "rests" in rests.detail
    clock.advance(seconds=10)
    assert findings(crm)["reaction act lag"].is_good


def test_a_timer_that_is_overdue_is_told(opened, clock):
    crm = opened(Acting(lambda one, _: [SetTimer("wake", key="k", at=one.at)], fire=fails))
    assert findings(crm)["timers lag"].detail == "none is overdue"
    visit(crm, clock, "v1")
    crm._core.crew.reactor.react()
    clock.advance(seconds=LONGEST_LAG_S)
    overdue = findings(crm)["timers lag"]
    assert (overdue.is_good, overdue.figure) == (False, LONGEST_LAG_S)
    crm.work()
    assert findings(crm)["timers lag"].is_good


def give_up(crm, clock):
    for _ in range(6):
        crm.work()
        clock.advance(minutes=31)


def test_reactions_and_timers_that_are_given_up_are_counted(opened, clock):
    crm = opened(Acting(fails, fire=fails), Sets())
    visit(crm, clock, "v1")
    assert findings(crm)["parked"].is_good
    give_up(crm, clock)
    parked = findings(crm)["parked"]
    assert (parked.is_good, parked.figure) == (False, 2)
    assert {one.is_timer for one in crm.parked()} == {True, False}
    assert "parked" in findings(crm.for_shop("outlet"))
    assert findings(crm.for_shop("outlet"))["parked"].is_good


class Sets(Acting):
    """Another plugin, whose timer fails under a name no reaction has."""

    name = "sets"

    def __init__(self):
        super().__init__(lambda one, _: [SetTimer("alone", key="k", at=one.at)], fire=fails)

    @hookimpl
    def register_reactions(self):
        return [Reaction("sets", self._react, kinds=["Store Visited"])]

    @hookimpl
    def register_timers(self):
        return [Timer("alone", self._fire)]


def test_the_host_is_told_once_when_a_reaction_comes_to_be_late(opened, clock):
    crm = opened(Acting())
    told = []

    def hear(_, shop, findings):
        told.append((shop, [one.name for one in findings]))

    crm.signals.lagged.connect(hear)
    with in_hand(crm._core.crew.parts, "act", 300):
        visit(crm, clock, "v1")
        for _ in range(3):
            clock.advance(seconds=LONGEST_LAG_S)
            crm._watch()
    assert told == [("main", ["reaction act lag"])]
    crm.work()
    clock.advance(minutes=1)
    crm._watch()
    assert len(told) == 1
