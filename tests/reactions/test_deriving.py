"""What is derived does not derive from itself for ever, by reactions nor by timers."""

from __future__ import annotations

import datetime as dt

from ecrm import events
from ecrm.effects import Record, SetTimer
from ecrm.hookspecs import Reaction, hookimpl
from reactions.acting import Acting, visit
from story import AYSE

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


class Echoing:
    """Two reactions, each of which answers what the other derives."""

    name = "echoing"

    @hookimpl
    def register_reactions(self):
        return [
            Reaction("ping", lambda *_: [Record(events.Custom("Ping", {}))], kinds=["Store Visited", "Pong"]),
            Reaction("pong", lambda *_: [Record(events.Custom("Pong", {}))], kinds=["Ping"]),
        ]


def test_reactions_that_derive_from_each_other_are_parked_after_ten_derivations(opened, clock):
    crm = opened(Echoing())
    visit(crm, clock, "v1")
    for _ in range(10):
        crm.work()
        clock.advance(hours=1)
    depths = [one.context["context"]["derived"]["depth"] for one in crm.timeline(AYSE) if one.kind != "Store Visited"]
    assert sorted(depths) == list(range(1, 11))
    (parked,) = crm.parked()
    assert "without an end" in parked.error


def test_a_timer_that_sets_itself_again_to_the_past_lets_work_come_to_an_end(opened, clock):
    fired = []

    def react(interaction, _):
        return [SetTimer("wake", key="k", at=interaction.at)]

    def fire(due, _):
        fired.append(due.due_at)
        return [SetTimer("wake", key="k", at=due.due_at - DAY)]

    crm = opened(Acting(react, fire=fire))
    at = visit(crm, clock, "v1").at
    clock.advance(minutes=3)
    crm.work()
    assert fired == [at + number * MINUTE for number in range(4)]
    assert crm.replay("act").fired == 4
    crm.work()
    assert len(fired) == 8, "a replay asks again, and nothing more is due"


def test_a_reaction_and_a_timer_that_follow_from_each_other_let_work_come_to_an_end(opened, clock):
    def react(interaction, _):
        return [SetTimer("wake", key=str(interaction.id), at=interaction.at - 10 * MINUTE)]

    def fire(*_):
        return [Record(events.Custom("Woken", {}))]

    crm = opened(Acting(react, fire=fire, kinds=["Store Visited", "Woken"]))
    at = visit(crm, clock, "v1").at
    clock.advance(minutes=2)
    crm.work()
    woken = [one.at for one in reversed(crm.timeline(AYSE, kinds=["Woken"]))]
    assert woken == [at + number * MINUTE for number in range(-10, 3)]
