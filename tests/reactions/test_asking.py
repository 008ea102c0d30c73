"""What a reaction may ask, as things stand, and as they stood at a moment of the past.

The past of a CRM that was told everything is the present of one that was told only up to then. Left out of
that is who somebody is, and what is known of their name, tags and attributes: those are answered as today.
"""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import CRM, InvalidError, Who
from ecrm.reactions.asking import Questions
from ecrm.reactions.past import PastQuestions
from ecrm.testing import FrozenClock
from ecrm.testing.strategies import order_events
from reactions.acting import Acting, visit
from story import AYSE, MEHMET, START, minute, ordered, refunded, visited

ASKED = ("orders.count", "orders.cancelled_count", "orders.refunded_count", "orders.items", "interactions.count",
         "visits.count", "orders.spent.TRY", "orders.spent.EUR")  # fmt: skip


def questions(crm, who=AYSE, kind=Questions, now=None):
    parts = crm._core.crew.parts
    profile = crm.customers.find(who).id
    return kind(parts.library, crm.shop.key, "acting", profile, now or parts.now())


@pytest.fixture
def told(crm):
    crm.record_many([ordered("1"), ordered("2", after=5), refunded("1", after=6), visited(MEHMET, "v9", after=7)])
    return crm


def test_questions_that_name_nobody_are_about_the_interactions_customer(told):
    ask = questions(told)
    assert ask.customer().id == told.customers.find(AYSE).id
    assert ask.facts() == told.facts(AYSE)
    assert ask.orders() == told.orders(AYSE)
    assert list(ask.timeline()) == list(told.timeline(AYSE))


def test_questions_may_name_somebody_else_of_the_shop(told):
    ask = questions(told)
    assert ask.facts(MEHMET)["visits.count"] == 1
    assert [one.source_id for one in ask.timeline(MEHMET)] == ["v9"]
    assert ask.customer(Who(email="nobody@example.org")) is None
    assert ask.facts(Who(email="nobody@example.org")) == {}
    assert ask.orders(Who(email="nobody@example.org")) == []


def test_what_was_voided_is_left_out_of_the_timeline(told):
    wrong = told.timeline(AYSE, kinds=["Order Refunded"])[0]
    told.void(wrong, because="wrong order")
    assert wrong.id not in {one.id for one in questions(told).timeline()}


def test_a_timeline_is_paged_and_chosen_by_kind(told):
    ask = questions(told)
    first = ask.timeline(limit=2)
    rest = ask.timeline(limit=2, before=first.next)
    assert [one.id for one in (*first, *rest)] == [one.id for one in told.timeline(AYSE)]
    assert {one.kind for one in ask.timeline(kinds=["Order Refunded"])} == {"Order Refunded"}


def test_questions_know_the_shop_its_settings_and_the_time_and_show_nobody(told, clock):
    told.shop.configure(currency="TRY")
    ask = questions(told)
    assert (ask.shop, ask.settings.currency, ask.now, dict(ask.options)) == ("main", "TRY", clock(), {})
    assert repr(ask) == f"<Questions main {clock():%Y-%m-%d %H:%M}>"


def test_options_that_a_plugin_changes_stay_as_they_are(opened, clock):
    seen = []

    def react(_, ask):
        ask.options["wait_hours"] = 99
        seen.append(ask.options)

    crm = opened("abandoned_cart", Acting(react))
    visit(crm, clock, "v1")
    crm.work()
    assert seen == [{}]
    assert crm.plugins.settings("abandoned_cart") == {"wait_hours": 4}


def test_the_past_knows_what_had_happened_and_nothing_later(told):
    past = questions(told, kind=PastQuestions, now=minute(5))
    assert past.facts()["orders.count"] == 2
    assert [one.kind for one in past.timeline()] == ["Order Completed"] * 2
    assert all(not order.contribution().revenue.get("refunded") for order in past.orders())
    assert questions(told, kind=PastQuestions, now=minute(-1)).orders() == []
    assert questions(told, kind=PastQuestions, now=minute(4)).facts()["orders.count"] == 1


@pytest.mark.parametrize("before", [minute(100), "page"])
def test_the_past_never_pages_past_its_moment(told, before):
    past = questions(told, kind=PastQuestions, now=minute(5))
    start = told.timeline(AYSE, limit=1).next if before == "page" else before
    assert [one.at for one in past.timeline(before=start)] == [minute(5), minute(0)]
    earlier = past.timeline(before=past.timeline(limit=1)[0])
    assert [one.at for one in earlier] == [minute(0)]
    assert [one.at for one in past.timeline(before=minute(3))] == [minute(0)]


def test_the_past_refuses_a_place_that_is_none(told):
    with pytest.raises(InvalidError):
        questions(told, kind=PastQuestions, now=minute(5)).timeline(before="yesterday")


def test_the_past_knows_nobody_who_is_not_known(told):
    past = questions(told, kind=PastQuestions, now=minute(5))
    assert past.facts(Who(email="nobody@example.org")) == {}


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request):
    url = request.getfixturevalue(f"{request.param}_url")
    with CRM(url, clock=FrozenClock(START.replace(year=2028)), plugins=[]) as crm:
        yield crm, iter(range(100_000))


def answers(ask, who):
    facts = ask.facts(who)
    return (
        {name: facts.get(name) for name in ASKED},
        [(one.order_id, one.status, one.total, one.cancelled_at, one.contribution()) for one in ask.orders(who)],
        [(one.kind, one.at, one.source_id) for one in ask.timeline(who, limit=1_000)],
    )


def compare(world, history, moment):
    """Tell one shop everything and another only what had happened, and ask both."""
    crm, numbers = world
    number = next(numbers)
    whole, cut = crm.for_shop(f"whole{number}"), crm.for_shop(f"cut{number}")
    for shop in (whole, cut):
        shop.shop.configure(country="TR", currency="TRY")
    whole.record_many(history)
    cut.record_many([event for event in history if event.at <= moment])
    for person in range(2):
        who = Who(email=f"person{person}@example.com")
        if cut.customers.find(who) is not None:
            past = questions(whole, who, PastQuestions, moment)
            assert answers(past, who) == answers(questions(cut, who), who)


def one_identity(event):
    number = min(int(str(event.order_id)) % 2, 1)
    return attrs.evolve(event, customer=Who(email=f"person{number}@example.com"))


# Each once: of two that are the same event, whoever was told only up to a moment may know the other one.
histories = st.lists(
    order_events(people=2, numbers=4).map(one_identity),
    min_size=1,
    max_size=12,
    unique_by=lambda one: (one.NAME, one.natural_key()),
)
seconds = st.integers(0, 365 * 24 * 3600)
moments = seconds.map(lambda number: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number))


def test_the_past_of_who_knows_all_is_the_present_of_who_knew_only_that(world):
    @given(history=histories, moment=moments)
    def past_is_present(history, moment):
        compare(world, history, moment)

    past_is_present()
