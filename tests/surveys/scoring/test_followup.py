"""Said versus did: groups, horizons, lists and the verdict."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError, NotFoundError
from ecrm.surveys.scoring import ASKED, NOT_ASKED, Followed, Happening, said_versus_did

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
GROUPS = ("promoter", "passive", "detractor", ASKED, NOT_ASKED)


def customer(key, group="promoter", *, days=200, bought=(), amount_minor=5_000, **events):
    happened = [Happening("Order Completed", START + at * DAY, amount_minor) for at in bought]
    happened += [Happening(name.replace("_", " "), START + at * DAY) for name, at in events.items()]
    return Followed(str(key), group, START, START + days * DAY, happened)


rows = st.lists(
    st.builds(
        lambda group, days, bought, amount: (group, days, bought, amount),
        st.sampled_from(GROUPS), st.integers(0, 250), st.lists(st.integers(1, 250), max_size=3), st.integers(0, 9_999),
    ),
    max_size=30,
).map(
    lambda told: [
        customer(key, group, days=days, bought=bought, amount_minor=amount)
        for key, (group, days, bought, amount) in enumerate(told)
    ]
)  # fmt: skip


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_customers_and_of_their_events_does_not_matter(some, chance):
    shuffled = [
        Followed(row.key, row.group, row.since, row.until, chance.sample(row.happened, len(row.happened)))
        for row in chance.sample(some, len(some))
    ]
    assert said_versus_did(shuffled) == said_versus_did(some)


@given(rows)
def test_the_groups_partition_the_customers_and_the_lists_lie_within_them(some):
    found = said_versus_did(some)
    for days in (30, 90, 180):
        assert sum(found.of(group, days).n for group in GROUPS) == len(some)
        left, stayed = set(found.best_who_left[days]), set(found.worst_who_stayed[days])
        assert left <= {row.key for row in some if row.group == "promoter" and row.days >= days}
        assert stayed <= {row.key for row in some if row.group == "detractor"}
    assert set(found.best_who_left[180]) <= set(found.best_who_left[90]) <= set(found.best_who_left[30])
    assert set(found.worst_who_stayed[30]) <= set(found.worst_who_stayed[180])


def test_each_group_has_its_share_and_its_revenue_within_each_horizon():
    found = said_versus_did(
        [customer(n, bought=[20, 60]) for n in range(30)] + [customer(n, "passive") for n in range(30, 50)]
    )
    promoters = found.of("promoter", 30), found.of("promoter", 90)
    assert [(one["bought again"].value, one["revenue"].value) for one in promoters] == [(1, 5_000), (1, 10_000)]
    assert found.of("passive", 30)["bought again"].value == 0
    assert found.of(NOT_ASKED, 30)["bought again"].note == "no customers yet"
    assert found.curves["promoter", "bought again"].n == 30


def test_follow_up_that_is_not_over_is_not_taken_for_left():
    found = said_versus_did([customer(1, days=50), customer(2, days=100), customer(3, days=100, bought=[30])])
    assert found.best_who_left == {30: ("1", "2"), 90: ("2",), 180: ()}
    assert found.of("promoter", 90)["revenue"].n == 2
    assert found.of("promoter", 180)["revenue"].note == "nobody was followed for 180 days yet"
    assert found.of("promoter", 180)["bought again"].note == "nobody was followed for 180 days yet"


def test_detractors_who_bought_again_are_listed_even_if_their_follow_up_goes_on():
    found = said_versus_did([customer("b", "detractor", days=10, bought=[4]), customer("a", "detractor", bought=[40])])
    assert found.worst_who_stayed == {30: ("b",), 90: ("a", "b"), 180: ("a", "b")}


def test_other_events_are_counted_by_the_words_they_are_given():
    complained = [customer(n, "detractor", Complaint_Opened=5) for n in range(10)]
    found = said_versus_did(
        [*complained, *(customer(n) for n in range(10, 40))],
        horizons_days=[30],
        also={"complained": "Complaint Opened"},
    )
    assert found.of("detractor", 30)["complained"].value == 1
    assert found.difference("detractor", "promoter", 30, "complained").interval.is_above(0.5)


def test_another_event_may_be_the_purchase():
    found = said_versus_did([customer(1, Card_Shown=3)], horizons_days=[30], purchase="Card Shown")
    assert found.of("promoter", 30)["bought again"].value == 1


def test_groups_are_set_against_those_who_did_not_answer_and_those_not_asked():
    found = said_versus_did(
        [customer(n, bought=[9]) for n in range(40)]
        + [customer(n, ASKED, bought=[9] if n % 2 else []) for n in range(40, 80)]
        + [customer(n, NOT_ASKED) for n in range(80, 120)]
    )
    assert found.difference("promoter", ASKED, 90).value == 0.5
    assert found.difference("promoter", NOT_ASKED, 90).value == 1
    assert found.difference("promoter", ASKED, 90, "revenue").unit == "mean"


def test_the_verdict_is_of_the_longest_horizon_that_can_be_told_and_not_of_the_one_that_looks_best():
    promoters = [customer(n, days=100, bought=[10] if n < 60 else [80]) for n in range(100)]
    detractors = [customer(n, "detractor", days=100, bought=[50] if n < 170 else []) for n in range(100, 200)]
    verdict = said_versus_did(promoters + detractors).verdict
    assert (verdict.word, verdict.horizon_days) == ("predicts", 90)
    early = said_versus_did(promoters + detractors, horizons_days=[30]).verdict
    assert early.difference.value > verdict.difference.value


def test_no_customers_at_all_are_said():
    verdict = said_versus_did([]).verdict
    assert (verdict.word, verdict.horizon_days) == ("too_few", 30)
    assert verdict.sentence == (
        "Too few promoters or detractors were followed for 30 days to say whether the score predicts."
    )


def test_every_scale_has_its_groups():
    found = said_versus_did([customer(1, "hard", bought=[3]), customer(2, "easy")], "ces", [30])
    assert (found.best_who_left, found.worst_who_stayed) == ({30: ("2",)}, {30: ("1",)})


def test_a_customer_is_counted_once():
    with pytest.raises(InvalidError, match="first answer"):
        said_versus_did([customer(1), customer(1, "detractor")])


@pytest.mark.parametrize("horizons", [(), (0,), (-30,), (30.5,), (True,)])
def test_horizons_that_are_none_are_refused(horizons):
    with pytest.raises(InvalidError, match="whole days"):
        said_versus_did([], horizons_days=horizons)


def test_a_group_that_is_no_band_is_refused_without_naming_the_customer():
    with pytest.raises(InvalidError, match="promoter; passive; detractor") as caught:
        said_versus_did([customer("ayse@example.com", "satisfied")])
    assert "ayse" not in str(caught.value)


def test_a_group_a_horizon_or_a_happening_that_is_not_there_is_not_found():
    found = said_versus_did([customer(1)])
    for group, days, what in (("easy", 30, "bought again"), ("promoter", 31, "revenue"), ("promoter", 30, "moved")):
        with pytest.raises(NotFoundError, match="ask for"):
            found.difference(group, ASKED, days, what)


def test_who_was_followed_to_the_very_end_of_the_horizon_and_did_not_buy_has_left():
    assert said_versus_did([customer(1, days=30)], horizons_days=[30]).best_who_left == {30: ("1",)}
