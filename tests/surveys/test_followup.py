"""Said versus did, read from the tables: who is in which group, since when, and what they did after it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecrm import InvalidError, Money, NotFoundError, Who, events
from ecrm.hookspecs import Behaviour, Fact, hookimpl
from ecrm.surveys import Survey, YesNo
from ecrm.surveys.scoring import ASKED, NOT_ASKED
from surveys.conftest import token_in

DAY = dt.timedelta(days=1)
COMPLAINED = "Complaint Opened"


class Complaints:
    """A plugin that knows of complaints."""

    name = "complaints"

    @hookimpl
    def register_behaviours(self):
        return [Behaviour("complained", "They complained.", [COMPLAINED])]

    @hookimpl
    def register_facts(self):
        about = "Complaints by phone."
        return [Fact("complaints.by_phone", "integer", "complaints", about, "count", [COMPLAINED], channel="phone")]


@pytest.fixture
def crm(opened, pigeons):
    made = opened(pigeons, Complaints())
    made.upgrade()
    made.shop.configure(currency="TRY")
    return made


@pytest.fixture
def start(clock):
    return clock()


@pytest.fixture
def tell(crm, start):
    """Tell of one customer, by days since the test began."""

    def who(name):
        return Who(email=f"{name}@example.org")

    class Tell:
        def answered(self, name, score, day, **more):
            told = {"survey_id": "mood", "kind": "nps", "score": Decimal(score), **more}
            return crm.record(events.SurveyAnswered(customer=who(name), at=start + day * DAY, **self.key(), **told))

        def bought(self, name, day, amount=100, currency="TRY", order_id=None):
            order_id = order_id or f"{name}-{day}"
            total = Money(amount, currency)
            crm.record(events.OrderCompleted(order_id=order_id, total=total, customer=who(name), at=start + day * DAY))
            return order_id

        def happened(self, kind, name, day, **more):
            return crm.record(events.Custom(kind, more, customer=who(name), at=start + day * DAY, **self.key()))

        def key(self, numbers=iter(range(10**6))):  # noqa: B008 - one count for all
            return {"source_id": f"told-{next(numbers)}"}

        def id_of(self, name):
            return crm.customers.find(who(name)).id

    return Tell()


def shares(found, group, days, what="bought again"):
    return found.of(group, days)[what].value


def test_each_band_has_those_who_bought_again_and_what_they_spent(crm, tell, clock):
    for name in ("ayse", "can"):
        tell.bought(name, -5)
        tell.answered(name, 10, 0)
    tell.answered("mehmet", 8, 0)
    tell.answered("zeynep", 2, 0)
    tell.bought("ayse", 20, amount=100)
    tell.bought("ayse", 60, amount=50)
    tell.bought("zeynep", 80, amount=30)
    clock.advance(days=100)
    found = crm.surveys.said_versus_did("mood", horizon_days=(30, 90))
    assert [shares(found, band, 30) for band in ("promoter", "passive", "detractor")] == [0.5, 0, 0]
    assert [shares(found, band, 90) for band in ("promoter", "passive", "detractor")] == [0.5, 0, 1]
    assert (found.currency, found.of("promoter", 30)["revenue"].value) == ("TRY", 5_000)
    assert found.of("promoter", 90)["revenue"].value == 7_500
    assert found.best_who_left == {days: (tell.id_of("can"),) for days in (30, 90)}
    assert found.worst_who_stayed == {30: (), 90: (tell.id_of("zeynep"),)}
    assert found.curves["promoter", "bought again"].n == 2
    assert found.difference("promoter", "detractor", 30).value == 0.5
    assert found.difference("promoter", "detractor", 30, "revenue").value == 5_000


def test_a_cancelled_order_is_none_and_a_refund_is_taken_off(crm, tell, start, clock):
    for name in ("ayse", "can"):
        tell.answered(name, 9, 0)
        tell.bought(name, 10, amount=100)
    refund = events.OrderRefunded(
        order_id="ayse-10", total=Money(30, "TRY"), at=start + 12 * DAY, customer=Who(email="ayse@example.org"),
        **tell.key(),
    )  # fmt: skip
    crm.record(refund)
    crm.record(events.OrderCancelled(order_id="can-10", at=start + 12 * DAY, customer=Who(email="can@example.org")))
    clock.advance(days=40)
    promoters = crm.surveys.said_versus_did("mood", horizon_days=[30]).of("promoter", 30)
    assert (promoters["bought again"].value, promoters["revenue"].value) == (0.5, 3_500)


def test_orders_in_other_currencies_are_said_and_not_mixed_in(crm, tell, clock):
    tell.answered("ayse", 9, 0)
    tell.bought("ayse", 5, amount=100)
    tell.bought("ayse", 6, amount=70, currency="EUR")
    clock.advance(days=40)
    found = crm.surveys.said_versus_did("mood", horizon_days=[30])
    assert found.of("promoter", 30)["revenue"].value == 10_000
    assert found.notes == ("orders in other currencies count as bought, and not as revenue: 1 in EUR",)


def test_a_shop_without_a_currency_has_that_of_most_orders(crm, tell, clock):
    crm.shop.configure(currency=None)
    tell.answered("ayse", 9, 0)
    for day, currency in ((5, "EUR"), (6, "EUR"), (7, "TRY")):
        tell.bought("ayse", day, currency=currency)
    clock.advance(days=40)
    assert crm.surveys.said_versus_did("mood", horizon_days=[30]).currency == "EUR"


def test_the_first_answer_counts_and_only_what_is_within_the_time_asked_about(crm, tell, start, clock):
    tell.answered("ayse", 10, 0)
    tell.answered("ayse", 0, 10)
    tell.bought("ayse", 15)
    clock.advance(days=60)
    ask = crm.surveys.said_versus_did
    assert ask("mood", [30]).of("promoter", 30).n == 1
    assert ask("mood", [30], since=start + 5 * DAY).of("detractor", 30).n == 1
    assert ask("mood", [30], until=start + 10 * DAY).of("detractor", 30).n == 0
    assert ask("mood", [30], since=start + 11 * DAY).of("detractor", 30).n == 0


def test_merged_customers_are_one_and_parted_again_two(crm, tell, clock):
    tell.answered("ayse", 10, 0)
    tell.bought("can", 5)
    tell.answered("can", 0, 8)
    clock.advance(days=40)
    crm.customers.merge(tell.id_of("ayse"), tell.id_of("can"))
    found = crm.surveys.said_versus_did("mood", [30])
    assert (found.of("promoter", 30).n, found.of("detractor", 30).n, shares(found, "promoter", 30)) == (1, 0, 1)


def test_an_answer_and_an_event_that_are_void_do_not_count(crm, tell, clock):
    wrong = tell.answered("ayse", 0, 0)
    tell.answered("ayse", 10, 1)
    complaint = tell.happened(COMPLAINED, "ayse", 5)
    clock.advance(days=40)
    crm.void(wrong, because="by mistake")
    crm.void(complaint, because="by mistake")
    found = crm.surveys.said_versus_did("mood", [30])
    assert (found.of("detractor", 30).n, shares(found, "promoter", 30, "complained")) == (0, 0)


def test_what_a_plugin_offers_is_counted_while_it_is_on(crm, tell, clock):
    tell.answered("ayse", 2, 0)
    tell.happened(COMPLAINED, "ayse", 5)
    clock.advance(days=40)
    assert shares(crm.surveys.said_versus_did("mood", [30]), "detractor", 30, "complained") == 1
    crm.plugins.switch_off("complaints")
    with pytest.raises(NotFoundError, match="ask for one of bought again, returned, revenue"):
        crm.surveys.said_versus_did("mood", [30]).of("detractor", 30)["complained"]


def test_returns_and_what_is_asked_for_are_counted(crm, tell, start, clock):
    tell.answered("ayse", 2, 0)
    ayse = Who(email="ayse@example.org")
    crm.record(events.ReturnRequested(order_id="1", customer=ayse, at=start + 3 * DAY, **tell.key()))
    crm.record(events.StoreVisited(customer=ayse, at=start + 50 * DAY, channel="store", **tell.key()))
    clock.advance(days=100)
    also = {"came by": "Store Visited", "visited": "visits.count"}
    found = crm.surveys.said_versus_did("mood", [30, 90], also=also)
    assert [shares(found, "detractor", 30, what) for what in ("returned", "came by", "visited")] == [1, 0, 0]
    assert [shares(found, "detractor", 90, what) for what in ("came by", "visited")] == [1, 1]


def test_a_fact_that_counts_on_one_channel_is_counted_on_that_one(crm, tell, start, clock):
    tell.answered("ayse", 2, 0)
    common = {"customer": Who(email="ayse@example.org")}
    crm.record(events.Custom(COMPLAINED, channel="web", at=start + DAY, **common, **tell.key()))
    crm.record(events.Custom(COMPLAINED, channel="phone", at=start + 40 * DAY, **common, **tell.key()))
    clock.advance(days=100)
    found = crm.surveys.said_versus_did("mood", [30, 90], also={"rang": "complaints.by_phone"})
    assert [shares(found, "detractor", days, "rang") for days in (30, 90)] == [0, 1]


def test_another_event_may_be_buying_again(crm, tell, clock):
    tell.answered("ayse", 2, 0)
    tell.happened("Pass Renewed", "ayse", 3)
    tell.bought("ayse", 4)
    clock.advance(days=40)
    found = crm.surveys.said_versus_did("mood", [30], purchase="Pass Renewed")
    assert (shares(found, "detractor", 30), found.of("detractor", 30)["revenue"].value) == (1, 10_000)


def test_follow_up_that_is_not_over_is_not_taken_for_left(crm, tell, clock):
    tell.answered("ayse", 10, 0)
    clock.advance(days=10)
    found = crm.surveys.said_versus_did("mood", [30])
    assert found.best_who_left == {30: ()}
    assert found.of("promoter", 30)["bought again"].note == "nobody was followed for 30 days yet"
    assert found.verdict.word == "too_few"


def test_who_is_asked_and_does_not_answer_begins_when_they_were_asked(crm, tell, pigeons, wait):
    crm.surveys.start("mood", after="Order Delivered", delay="1 day")
    for name, order in (("ayse", "1"), ("can", "2")):
        tell.bought(name, 0, order_id=order)
        crm.record(events.OrderDelivered(order_id=order, customer=Who(email=f"{name}@example.org")))
    wait(2)
    tokens = {sent.to: token_in(sent) for sent in pigeons.sent}
    crm.surveys.answer(tokens["ayse@example.org"], {"score": 10})
    crm.record(events.OrderCompleted(order_id="3", total=Money(5, "TRY"), customer=Who(email="can@example.org")))
    wait(40)
    found = crm.surveys.said_versus_did("mood", [30])
    assert (found.of("promoter", 30).n, found.of(ASKED, 30).n, found.of(NOT_ASKED, 30).n) == (1, 1, 0)
    assert (shares(found, "promoter", 30), shares(found, ASKED, 30)) == (0, 1)
    (asked,) = [one for one in crm.surveys.invitations() if one.state == "expired"]
    assert asked.customer_id == tell.id_of("can")


def test_who_was_told_as_asked_by_another_program_is_asked(crm, tell, start, clock):
    tell.answered("ayse", 10, 1)
    for name in ("ayse", "can"):
        tell.bought(name, -5)
        sent = events.SurveySent(customer=Who(email=f"{name}@example.org"), survey_id="mood", at=start, **tell.key())
        crm.record(sent)
    clock.advance(days=40)
    found = crm.surveys.said_versus_did("mood", [30])
    assert [found.of(group, 30).n for group in ("promoter", ASKED, NOT_ASKED)] == [1, 1, 0]


def test_who_answers_after_the_time_asked_about_is_not_one_who_did_not_answer(crm, tell, start, clock):
    sent = events.SurveySent(customer=Who(email="can@example.org"), survey_id="mood", at=start, **tell.key())
    crm.record(sent)
    tell.answered("can", 3, 20)
    clock.advance(days=40)
    assert crm.surveys.said_versus_did("mood", [30], until=start + 10 * DAY).of(ASKED, 30).n == 0


def test_who_was_not_asked_begins_when_the_event_would_have_led_to_it(crm, tell, start, clock):
    crm.surveys.start("mood", after="Order Delivered", delay="3 days", sample=0.0001)
    tell.answered("ayse", 10, 0)
    for name, day in (("can", 2), ("zeynep", -40)):
        tell.bought(name, day - 2, order_id=name)
        who = Who(email=f"{name}@example.org")
        crm.record(events.OrderDelivered(order_id=name, customer=who, at=start + day * DAY))
    # On day 4 it is not yet asked; on day 6 it would have been.
    tell.bought("can", 4)
    clock.advance(days=100)
    found = crm.surveys.said_versus_did("mood", [30])
    assert (found.of(NOT_ASKED, 30).n, shares(found, NOT_ASKED, 30)) == (1, 0)
    tell.bought("can", 6)
    assert shares(crm.surveys.said_versus_did("mood", [30]), NOT_ASKED, 30) == 1


def test_of_two_ways_to_be_asked_the_first_within_the_time_counts(crm, tell, start, clock):
    crm.surveys.start("mood", after="Order Delivered", sample=0.0001)
    crm.surveys.start("mood", "later", after="Order Delivered", delay="10 days", sample=0.0001)
    tell.answered("ayse", 10, 0)
    tell.bought("can", -6, order_id="1")
    crm.record(events.OrderDelivered(order_id="1", customer=Who(email="can@example.org"), at=start - 5 * DAY))
    # At once would have been before anybody was asked; ten days later is day 5, after this.
    tell.bought("can", 3)
    clock.advance(days=100)
    found = crm.surveys.said_versus_did("mood", [30])
    assert (found.of(NOT_ASKED, 30).n, shares(found, NOT_ASKED, 30)) == (1, 0)


def test_who_was_not_asked_begins_at_a_moment_of_others_where_nothing_leads_to_it(crm, tell, clock):
    tell.answered("ayse", 10, 10)
    for name, day in (("can", 2), ("late", 20)):
        tell.bought(name, day)
    tell.bought("can", 15)
    clock.advance(days=100)
    found = crm.surveys.said_versus_did("mood", [30])
    # Who bought for the first time after that moment was not known at it.
    assert (found.of(NOT_ASKED, 30).n, shares(found, NOT_ASKED, 30)) == (1, 1)


def test_of_those_not_asked_some_are_drawn_the_same_each_time_and_it_is_said(crm, tell, clock):
    tell.answered("ayse", 10, 10)
    for number in range(30):
        tell.bought(f"n{number}", 1)
    tell.bought("n7", 20)
    clock.advance(days=100)
    found = crm.surveys.said_versus_did("mood", [30], most_not_asked=12)
    assert found.of(NOT_ASKED, 30).n == 12
    assert found.notes == ("of 30 customers who were not asked 12 are followed, drawn by chance",)
    assert found == crm.surveys.said_versus_did("mood", [30], most_not_asked=12)
    assert crm.surveys.said_versus_did("mood", [30], most_not_asked=0).of(NOT_ASKED, 30).n == 0


def test_who_can_not_be_known_again_is_not_followed(crm, tell, start, clock):
    nobody = events.SurveyAnswered(
        customer=Who(anonymous_id="v1"), survey_id="mood", kind="nps", score=Decimal(9), at=start, **tell.key()
    )
    crm.record(nobody)
    crm.record(events.OrderCompleted(order_id="9", total=Money(1, "TRY"), at=start - DAY))
    tell.answered("ayse", 9, 0)
    tell.answered("can", 9, 0, kind="csat")
    crm.record(events.SurveyAnswered(customer=Who(email="can@example.org"), survey_id="mood", at=start, **tell.key()))
    clock.advance(days=40)
    found = crm.surveys.said_versus_did("mood", [30])
    assert (found.of("promoter", 30).n, found.of(NOT_ASKED, 30).n) == (1, 0)
    assert found.notes == (
        "answers of nobody who could be known again are left out: 1",
        "answers without a score of kind nps are left out: 2",
    )
    # As soon as the visitor is known, the answer counts.
    crm.record(events.StoreVisited(customer=Who(anonymous_id="v1", email="new@example.org"), at=start, **tell.key()))
    assert crm.surveys.said_versus_did("mood", [30]).of("promoter", 30).n == 2


def test_who_was_erased_is_in_no_group(crm, tell, clock):
    tell.answered("ayse", 10, 0)
    tell.answered("can", 10, 0)
    clock.advance(days=40)
    crm.privacy.erase("ayse@example.org", "they asked for it")
    found = crm.surveys.said_versus_did("mood", [30])
    assert (found.of("promoter", 30).n, found.best_who_left[30]) == (1, (tell.id_of("can"),))


def test_other_shops_do_not_count(crm, tell, clock):
    tell.answered("ayse", 10, 0)
    clock.advance(days=40)
    other = crm.for_shop("other")
    other.surveys.write(crm.surveys.show("mood"))
    assert other.surveys.said_versus_did("mood", [30]).of("promoter", 30).n == 0


def test_a_survey_without_a_score_is_refused(crm):
    crm.surveys.write(Survey("plain", "Plain", [YesNo("again", "Would you?")]))
    with pytest.raises(InvalidError, match="nps, csat or ces"):
        crm.surveys.said_versus_did("plain")
    with pytest.raises(NotFoundError):
        crm.surveys.said_versus_did("nothing")


@pytest.mark.parametrize(
    "given",
    [
        {"since": dt.datetime(2026, 1, 1)},  # noqa: DTZ001 - that is what is wrong with it
        {"until": "2026-01-01"},
        {"most_not_asked": -1},
        {"most_not_asked": 1.5},
        {"horizon_days": []},
        {"horizon_days": 90},
        {"horizon_days": [10**12]},
        {"also": COMPLAINED},
        {"also": {"revenue": COMPLAINED}},
        {"also": {"": COMPLAINED}},
        {"also": {"went": ""}},
        {"also": {"score": "nps.last_score"}},
        {"also": {"anything": "interactions.count"}},
    ],
)
def test_what_can_not_be_asked_is_refused(crm, given):
    with pytest.raises(InvalidError):
        crm.surveys.said_versus_did("mood", **given)


def test_it_is_written_as_json_with_both_languages_and_ids(crm, tell, clock):
    tell.answered("ayse", 10, 0)
    clock.advance(days=40)
    found = crm.surveys.said_versus_did("mood", [30])
    told = json.loads(json.dumps(found.to_json()))
    assert told["best_who_left"] == {"30": [str(tell.id_of("ayse"))]}
    assert set(told["verdict"]["sentences"]) == {"en", "tr"}
    assert found.sentence == told["verdict"]["sentences"]["en"]
    assert told["outcomes"][0]["shares"]["bought again"]["n"] == 1
    assert told["currency"] == "TRY"
    assert "ayse" not in repr(found)
    assert str(tell.id_of("ayse")) not in repr(found)
    assert UUID(told["best_who_left"]["30"][0])


story = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["answer", "buy", "complain", "sent"]), st.integers(0, 60),
              st.integers(0, 10)),
    max_size=14,
)  # fmt: skip


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(crm, clock, some, chance):
    """Two shops are told the same in another order, and find the same."""
    number = test_the_order_of_arrival_does_not_matter.count = 1 + getattr(
        test_the_order_of_arrival_does_not_matter, "count", 0
    )
    now = clock()
    found = []
    for place, told in enumerate((some, chance.sample(some, len(some)))):
        shop = crm.for_shop(f"shop-{number}-{place}")
        shop.surveys.write(crm.surveys.show("mood"))
        shop.record_many([event(now, *one) for one in told])
        followed = shop.surveys.said_versus_did("mood", [30], most_not_asked=0)
        found.append([(one.group, one.n, one["bought again"].value, one["complained"].value, one["revenue"].value)
                      for one in followed.outcomes])  # fmt: skip
    assert found[0] == found[1]


def event(now, name, what, days_ago, score):
    common = {"customer": Who(email=f"{name}@example.org"), "at": now - days_ago * DAY}
    key = f"{name}{what}{days_ago}"
    if what == "answer":
        told = {"survey_id": "mood", "kind": "nps", "score": Decimal(score), "source_id": f"{key}{score}"}
        return events.SurveyAnswered(**told, **common)
    if what == "buy":
        return events.OrderCompleted(order_id=key, total=Money(score, "TRY"), **common)
    if what == "sent":
        return events.SurveySent(survey_id="mood", source_id=key, **common)
    return events.Custom(COMPLAINED, source_id=key, **common)
