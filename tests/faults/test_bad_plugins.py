"""A plugin that raises, hangs, exits, returns garbage or changes what it got hurts nobody but itself.

What the other plugin derived, kept and was woken for equals a run without the bad one. How hooks that fail
at the start are told of, stands in the tests of the registry.
"""

from __future__ import annotations

import attrs
import pytest
import sqlalchemy as sa

from ecrm import CRM
from ecrm.reactions.reacting import Reactor
from ecrm.testing import FrozenClock
from faults import children
from faults.bad_plugins import CANARY, FAULTS, Bad, Good, forges, work_with_one_that_ends
from faults.reactive import FileClock
from story import AYSE, MEHMET, START, visited

PLACES = ("react", "keep", "fire")


@pytest.fixture
def clock():
    return FrozenClock(START)


def tell(crm, clock):
    for number, who in enumerate((AYSE, MEHMET, AYSE)):
        crm.record(attrs.evolve(visited(who, f"v{number}", channel="store"), at=clock()))


def live(crm, clock):
    """Tell of visits, work, and let all time pass that timers, rests and tries take."""
    tell(crm, clock)
    crm.work()
    for _ in range(8):
        clock.advance(minutes=31)
        crm.work()


def results(crm):
    """Give what the good plugin came to, of each customer."""
    return {
        who: (
            crm.facts(who).get("good.visits"),
            sorted((one.kind, sorted(one.properties.items()), one.at) for one in derived(crm, who)),
            crm.customers.find(who).tags,
        )
        for who in (AYSE, MEHMET)
    }


def derived(crm, who):
    return crm.timeline(who, limit=1_000, kinds=["Seen", "Woken"])


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    clock = FrozenClock(START)
    with CRM(f"sqlite:///{tmp_path_factory.mktemp('good') / 'crm.db'}", clock=clock, plugins=[Good()]) as crm:
        live(crm, clock)
        return results(crm)


@pytest.fixture
def opened(bare_database_url, clock):
    """Give what opens a CRM with the good plugin and another."""
    crms = []

    def open_(bad):
        crm = CRM(bare_database_url, clock=clock, plugins=[bad, Good()])
        crm.upgrade()
        crms.append(crm)
        return crm

    yield open_
    for crm in crms:
        crm.close()


@pytest.mark.parametrize("place", PLACES)
def test_a_bad_plugin_changes_nothing_for_the_others_and_is_parked(opened, clock, expected, place, caplog):
    crm = opened(Bad(place, {fault: function for fault, (function, _) in FAULTS.items()}))
    live(crm, clock)
    assert results(crm) == expected
    parked = crm.parked(limit=1_000)
    asked_about = 2 if place == "keep" else 3
    for fault, (_, said) in FAULTS.items():
        of_fault = [one for one in parked if one.reaction == f"bad_{fault}"]
        assert len(of_fault) == (1 if fault == "hangs" else asked_about), fault
        assert all(said in one.error for one in of_fault), fault
    assert CANARY not in repr(parked)
    assert CANARY not in caplog.text


@pytest.mark.parametrize("place", ["react", "keep"])
def test_a_plugin_that_forges_what_it_got_stays_behind_alone(opened, clock, expected, place, caplog):
    crm = opened(Bad(place, {"forges": forges}))
    live(crm, clock)
    assert results(crm) == expected
    assert CANARY not in caplog.text
    assert CANARY not in repr(crm.parked(with_retrying=True))


def test_reactions_that_share_a_failure_are_seen(opened, clock, expected, monkeypatch):
    monkeypatch.setattr(Reactor, "_hold_alone", Reactor._hold)
    crm = opened(Bad("react", {"forges": forges}))
    tell(crm, clock)
    with pytest.raises(sa.exc.SQLAlchemyError):
        crm.work()
    assert results(crm) != expected


def test_a_plugin_that_never_comes_back_rests_longer_each_time(opened, clock):
    crm = opened(Bad("react", {"hangs": FAULTS["hangs"][0]}))
    tell(crm, clock)
    crm.work()
    rests = [one.rest_until for one in crm.reactions() if one.name == "bad_hangs"]
    assert rests[0] > clock()
    assert [one.waiting for one in crm.reactions() if one.name == "good"] == [0]


@pytest.mark.parametrize("place", PLACES)
def test_a_plugin_that_ends_the_worker_is_parked_after_some_deaths(
    opened, clock, expected, place, bare_database_url, tmp_path
):
    at = FileClock(tmp_path / "clock")
    at.set(clock())
    bad = Bad(place, {"ends": lambda *_: None})
    crm = opened(bad)
    tell(crm, clock)
    deaths = []
    for _ in range(60):
        with children.running(work_with_one_that_ends, bare_database_url, at, place) as child:
            child.join(children.PATIENCE_S)
            deaths.append(child.exitcode)
        clock.advance(minutes=31)
        at.set(clock())
        if deaths[-1] == 0 and len(crm.parked()) == (2 if place == "keep" else 3):
            break
    crm.work()
    assert results(crm) == expected
    assert {one.reaction for one in crm.parked()} == {"bad_ends"}
    assert all("ended" in one.error for one in crm.parked())
    assert set(deaths) == {0, 7}
    assert deaths.count(7) <= 3 * len(crm.parked()) + 1
