"""The curve of Kaplan and Meier: printed values, and what must hold for every sample."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import kaplan_meier, share

# Remission of leukaemia under 6-MP, Freireich et al. (1963), in weeks; the printed table of Kalbfleisch & Prentice.
RELAPSED = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
STILL_WELL = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}
times = st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60)


def drawn(rows):
    happened = Counter(days for days, is_happened in rows if is_happened)
    return kaplan_meier(happened, Counter(days for days, is_happened in rows if not is_happened))


def test_the_printed_curve_and_its_interval_come_out():
    curve = kaplan_meier(RELAPSED, STILL_WELL)
    assert [(step.days, step.at_risk, round(step.waiting, 4)) for step in curve.steps] == [
        (6, 21, 0.8571), (7, 17, 0.8067), (10, 15, 0.7529), (13, 12, 0.6902), (16, 11, 0.6275), (22, 7, 0.5378),
        (23, 6, 0.4482),
    ]  # fmt: skip
    first, last = curve.happened_within(6), curve.happened_within(23)
    assert [round(1 - limit, 4) for limit in (first.interval.high, first.interval.low)] == [0.6197, 0.9516]
    assert [round(1 - limit, 4) for limit in (last.interval.high, last.interval.low)] == [0.1881, 0.6801]


@given(times, st.integers(1, 60))
def test_the_interval_holds_the_share_and_stays_in_range(rows, horizon):
    found = drawn(rows).happened_within(horizon)
    if found.value is not None:
        assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1


@given(times, st.integers(1, 60), st.integers(2, 10))
def test_the_interval_shrinks_with_the_number(rows, horizon, many):
    few, more = drawn(rows).happened_within(horizon), drawn(rows * many).happened_within(horizon)
    assert (few.value is None) == (more.value is None)
    if few.value is not None:
        assert more.value == pytest.approx(few.value)
        assert more.interval.width < few.interval.width


@given(times, st.randoms(use_true_random=False))
def test_the_order_of_customers_does_not_matter(rows, chance):
    assert drawn(chance.sample(rows, len(rows))) == drawn(rows)


@given(times)
def test_the_share_only_goes_up_with_the_horizon(rows):
    found = [drawn(rows).happened_within(horizon).value for horizon in range(1, 61)]
    known = [value for value in found if value is not None]
    assert known == sorted(known)
    assert all(value is None for value in found[len(known) :])


@given(st.lists(st.integers(1, 59), max_size=40), st.integers(0, 40))
def test_where_all_follow_up_is_over_it_is_the_plain_share(bought_days, others):
    rows = [(days, True) for days in bought_days] + [(60, False)] * others
    if rows:
        found = drawn(rows).happened_within(60 if others else 59)
        assert found.value == pytest.approx(len(bought_days) / len(rows))


def test_follow_up_that_is_not_over_is_not_taken_for_not_bought():
    half = kaplan_meier({30: 20}, {10: 50, 90: 20})
    assert half.happened_within(90).value == 0.5
    assert share(20, 90).value < 0.25


def test_who_was_followed_to_the_very_time_was_still_at_risk():
    assert kaplan_meier({10: 1}, {10: 1}).steps[0].at_risk == 2


def test_nobody_followed_so_long_is_said_and_not_guessed():
    curve = kaplan_meier({10: 5}, {20: 60})
    assert (curve.happened_within(20).value, curve.happened_within(21).value) == (pytest.approx(5 / 65), None)
    assert curve.happened_within(21).note == "nobody was followed for 21 days yet"
    assert str(kaplan_meier({}, {}).happened_within(30)) == "no customers yet"


def test_where_it_happened_to_all_the_horizon_may_be_any():
    found = kaplan_meier({10: 50, 20: 50}, {}).happened_within(500)
    assert (found.value, found.interval.high) == (1, 1)
    assert 0.9 < found.interval.low < 1


def test_where_it_happened_to_nobody_the_interval_is_that_of_those_still_followed():
    found = kaplan_meier({80: 1}, {10: 50, 100: 40}).happened_within(30)
    assert (found.value, found.interval.low) == (0, 0)
    assert found.interval.high == share(0, 41).interval.high


def test_where_it_happens_after_the_horizon_they_were_still_followed():
    found = kaplan_meier({80: 40}, {10: 50}).happened_within(30)
    assert found.interval.high == share(0, 40).interval.high


def test_a_horizon_that_few_could_be_followed_for_is_said():
    assert kaplan_meier({5: 4}, {10: 90, 60: 6}).happened_within(50).note == (
        "only 10 of 100 customers could be followed for 50 days"
    )
    assert "read the interval" in kaplan_meier({5: 4}, {60: 6}).happened_within(50).note


@pytest.mark.parametrize(
    ("happened", "unfinished"),
    [({-1: 1}, {}), ({}, {float("inf"): 1}), ({1: -1}, {}), ({}, {1: 0.5}), ({float("nan"): 1}, {})],
)
def test_times_and_counts_that_are_none_are_refused(happened, unfinished):
    with pytest.raises(InvalidError):
        kaplan_meier(happened, unfinished)


@pytest.mark.parametrize("days", [0, -5, float("inf"), float("nan")])
def test_a_horizon_that_is_none_is_refused(days):
    with pytest.raises(InvalidError):
        kaplan_meier({1: 1}, {}).happened_within(days)


def test_counts_of_none_change_nothing():
    assert kaplan_meier({5: 1, 7: 0}, {9: 0, 10: 2}) == kaplan_meier({5: 1}, {10: 2})


def test_a_very_small_share_has_an_interval_without_overflow():
    interval = kaplan_meier({1: 1}, {2: 1_000_000}).happened_within(1).interval
    assert 0 < interval.low < 1e-6 < interval.high < 1e-4


def test_where_it_happened_to_all_who_were_left_the_interval_is_that_of_those():
    interval = kaplan_meier({30: 5}, {10: 20}).happened_within(30).interval
    assert interval.low == pytest.approx(1 - share(0, 5).interval.high)
