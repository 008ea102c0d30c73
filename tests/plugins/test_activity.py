"""Activity: sessions against a plain count, days, the last channel; and the contract of plugins."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import CRM, Actor, InvalidError, events
from ecrm.plugins.activity.sessions import count_sessions
from ecrm.testing import FrozenClock, FrozenCRM, PluginContract
from story import AYSE, MEHMET, START, minute, visited

NUMBERS = itertools.count()
IDLE = dt.timedelta(minutes=30)
MINUTES = st.lists(st.integers(0, 600), max_size=12)


class TestContract(PluginContract):
    has_facts = True

    @pytest.fixture
    def plugin(self):
        return "activity"


@pytest.fixture
def shop(database_url):
    with FrozenCRM(database_url, clock=FrozenClock(START), plugins=["activity"]) as crm:
        crm.upgrade()
        yield crm


@pytest.fixture(scope="module")
def long_open(sqlite_template, tmp_path_factory):
    url = sqlite_template.copy(tmp_path_factory.mktemp("activity") / "crm.db")
    with FrozenCRM(url, clock=FrozenClock(START), plugins=["activity"]) as crm:
        yield crm


def plain_count(minutes, idle=30):
    """Count sessions by walking from minute to minute."""
    count, quiet_since = 0, None
    for now in range(max(minutes, default=-1) + 1):
        if now in minutes:
            count += quiet_since is None or now - quiet_since >= idle
            quiet_since = now
    return count


@given(MINUTES)
def test_sessions_are_parted_by_pauses_whatever_the_order(minutes):
    assert count_sessions([minute(one) for one in minutes], IDLE) == plain_count(set(minutes))


@given(MINUTES.filter(bool))
def test_the_fact_is_what_a_plain_count_gives_in_any_order(long_open, minutes):
    shop = long_open.for_shop(f"s{next(NUMBERS)}")
    told = [visited(source_id=f"v{number}", after=one) for number, one in enumerate(minutes)]
    shop.record_many(told)
    shop.work()
    assert shop.facts(AYSE)["activity.sessions"] == plain_count(set(minutes))


def test_a_shop_says_how_long_a_session_may_pause(shop):
    shop.plugins.configure("activity", idle_minutes=5)
    for number in range(3):
        shop.record(visited(source_id=f"v{number}", after=10 * number))
    shop.work()
    assert shop.facts(AYSE)["activity.sessions"] == 3


@pytest.mark.parametrize("minutes", [0, -5, 1_441])
def test_a_pause_that_can_not_be_is_refused(shop, minutes):
    with pytest.raises(InvalidError, match="1 to 1440 minutes"):
        shop.plugins.configure("activity", idle_minutes=minutes)


@pytest.mark.parametrize("more", [{"actor": Actor.staff("ali")}, {"direction": "out"}])
def test_what_the_customer_did_not_do_is_no_activity(shop, more):
    shop.record(visited())
    shop.record(visited(source_id="v2", after=24 * 60, channel="phone", **more))
    shop.work()
    facts = shop.facts(AYSE)
    assert (facts["activity.sessions"], facts["activity.days"]) == (1, 1)
    assert facts.get("activity.last_channel") != "phone"


def test_days_and_the_last_channel_are_counted_at_once(shop):
    shop.record(visited(channel="web", after=24 * 60))
    shop.record(visited(source_id="v2", channel="store"))
    facts = shop.facts(AYSE)
    assert (facts["activity.days"], facts["activity.last_channel"]) == (2, "web")


def test_what_was_imported_counts(shop):
    shop.record_many([visited(source_id=f"v{day}", after=24 * 60 * day, live=False) for day in range(-400, -390)])
    shop.work()
    assert shop.facts(AYSE)["activity.sessions"] == 10


def test_a_voided_visit_is_no_session(shop):
    shop.record(visited())
    wrong = shop.record(visited(source_id="v2", after=120))
    shop.work()
    assert shop.facts(AYSE)["activity.sessions"] == 2
    shop.void(wrong.id, because="wrong card")
    shop.work()
    assert shop.facts(AYSE)["activity.sessions"] == 1


def test_merged_customers_have_the_sessions_of_both_together(shop):
    shop.record(visited())
    shop.record(visited(MEHMET, "v2", after=10))
    shop.record(visited(MEHMET, "v3", after=100))
    shop.work()
    merge = shop.customers.merge(AYSE, MEHMET)
    shop.work()
    assert shop.facts(AYSE)["activity.sessions"] == 2
    shop.customers.unmerge(merge.id)
    shop.work()
    assert (shop.facts(AYSE)["activity.sessions"], shop.facts(MEHMET)["activity.sessions"]) == (1, 2)


def test_more_than_a_page_of_happenings_is_counted(shop):
    shop.record_many([visited(source_id=f"v{number}", after=60 * number) for number in range(-1_200, 0)])
    shop.work()
    assert shop.facts(AYSE)["activity.sessions"] == 1_200


def test_a_plugin_that_comes_later_is_brought_up_to_date_by_a_replay(database_url):
    with CRM(database_url, plugins=[], clock=FrozenClock(START)) as before:
        before.record(events.PageViewed(customer=AYSE, source_id="p1", at=START))
    with FrozenCRM(database_url, plugins=["activity"], clock=FrozenClock(START)) as crm:
        crm.upgrade()
        crm.advance(seconds=1)
        assert crm.facts(AYSE).get("activity.sessions") is None
        assert crm.replay("activity").seen == 1
        assert crm.facts(AYSE)["activity.sessions"] == 1
