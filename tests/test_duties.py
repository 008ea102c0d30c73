"""What a CRM does on its own is asked for by a few words: conditions, health, lag."""

from __future__ import annotations

import datetime as dt

import pytest

from ecrm import CRM, NotFoundError, SetupError, Who, events
from ecrm.effects import Tag
from ecrm.hookspecs import Condition, Reaction, hookimpl
from story import AYSE, visited


class Regulars:
    """Know regulars, badly in several ways."""

    name = "regulars"

    @hookimpl
    def register_conditions(self):
        return [
            Condition("is_regular", "They came twice.", lambda ask: ask.facts()["visits.count"] >= 2),
            Condition("is_odd", "Nobody can tell.", lambda _: 1 / 0),
            Condition("is_vague", "Who knows.", lambda _: "perhaps"),
        ]

    @hookimpl
    def register_reactions(self):
        return [Reaction("mark", lambda *_: [Tag("seen")], kinds=["Store Visited"])]


@pytest.fixture
def crm(database_url, clock):
    with CRM(database_url, clock=clock, plugins=[Regulars]) as opened:
        opened.upgrade()
        yield opened


def test_a_condition_holds_for_those_it_holds_for(crm):
    crm.record(visited(source_id="v1"))
    assert not crm.holds("is_regular", AYSE)
    crm.record(visited(source_id="v2"))
    assert crm.holds("is_regular", AYSE)
    assert not crm.holds("is_regular", "nobody@example.org")


@pytest.mark.parametrize("name", ["is_odd", "is_vague"])
def test_a_plugin_that_can_not_tell_is_named(crm, name):
    crm.record(visited())
    with pytest.raises(SetupError, match="regulars"):
        crm.holds(name, AYSE)


def test_a_condition_that_nobody_has_or_whose_plugin_is_off_is_not_found(crm):
    with pytest.raises(NotFoundError):
        crm.holds("is_rich", AYSE)
    crm.plugins.switch_off("regulars")
    with pytest.raises(NotFoundError):
        crm.holds("is_regular", AYSE)


def test_what_comes_to_be_late_is_told_once_until_it_is_well_again(crm, clock):
    told = []
    receiver = crm.signals.lagged.connect(
        lambda _, shop, findings: told.append((shop, [finding.name for finding in findings])), weak=False
    )
    watch = crm.worker()._watch
    crm.record(visited(source_id="v1"))
    watch()
    assert told == []
    for _ in range(2):
        clock.advance(minutes=10)
        watch()
    assert told == [("main", ["reaction mark lag"])]
    crm.work()
    clock.advance(minutes=1)
    watch()
    crm.record(visited(source_id="v2"))
    clock.advance(minutes=10)
    watch()
    assert [names for _, names in told] == [["reaction mark lag"]] * 2
    assert receiver is not None


def test_health_is_a_figure_for_each_thing_that_may_wait(crm, clock):
    crm.record(visited())
    clock.advance(minutes=4)
    figures = {finding.name: (finding.is_good, finding.figure) for finding in crm.health()}
    assert figures["reaction mark lag"] == (True, 240)
    clock.advance(minutes=1)
    late = next(finding for finding in crm.health() if finding.name == "reaction mark lag")
    assert not late.is_good
    assert "ecrm work" in late.detail
    crm.work()
    assert all(finding.is_good for finding in crm.health())


def test_a_reaction_that_is_new_begins_at_the_head(database_url, clock):
    with CRM(database_url, clock=clock, plugins=[]) as before:
        before.record(visited(source_id="v1"))
    with CRM(database_url, clock=clock, plugins=[Regulars]) as crm:
        crm.upgrade()
        assert crm.work().reacted == 0
        crm.record(visited(source_id="v2"))
        assert crm.work().reacted == 1


def test_a_reaction_sees_neither_what_is_imported_nor_what_is_old(crm, clock):
    crm.record(visited(source_id="v1", live=False))
    crm.record(events.StoreVisited(customer=AYSE, source_id="v2", at=clock() - dt.timedelta(days=8)))
    assert crm.work().reacted == 0
    crm.record(events.StoreVisited(customer=Who(card="9"), source_id="v3", at=clock() - dt.timedelta(days=6)))
    assert crm.work().reacted == 1
