"""Trends by period."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import PERIODS, period_of, scored, trend

days = st.dates(dt.date(2020, 1, 1), dt.date(2022, 12, 31))
told = st.lists(st.tuples(days, st.integers(1, 5)), max_size=20)


@pytest.mark.parametrize(
    ("every", "first"),
    [("day", "2026-11-28"), ("week", "2026-11-23"), ("month", "2026-11-01"), ("quarter", "2026-10-01"),
     ("year", "2026-01-01")],
)  # fmt: skip
def test_a_day_is_in_the_period_that_began_last(every, first):
    assert period_of(dt.date(2026, 11, 28), every).isoformat() == first


@given(days, st.sampled_from(PERIODS))
def test_the_first_day_of_a_period_is_in_it(day, every):
    first = period_of(day, every)
    assert first <= day
    assert period_of(first, every) == first


def counted(pairs):
    counts = {}
    for day, value in pairs:
        counts.setdefault(day, Counter())[value] += 1
    return counts


@given(told, st.sampled_from(["week", "month", "quarter", "year"]))
def test_periods_follow_each_other_and_partition_the_answers(pairs, every):
    points = trend("csat", counted(pairs), every)
    assert sum(point.score.n for point in points) == len(pairs)
    for one, other in pairwise(points):
        assert one.period < other.period
        assert period_of(other.period - dt.timedelta(days=1), every) == one.period


@given(told, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(pairs, chance):
    assert trend("csat", counted(chance.sample(pairs, len(pairs)))) == trend("csat", counted(pairs))


def test_a_change_is_against_the_last_period_with_answers():
    january, february, march = (dt.date(2026, month, 9) for month in (1, 2, 3))
    first, empty, last = trend("csat", {january: {1: 10}, march: {5: 10}})
    assert (first.change, empty.change.value, empty.change.note) == (None, None, "no answers in this period")
    assert (last.change.value, empty.period) == (1, february.replace(day=1))


def test_a_period_before_any_answer_has_no_change():
    empty, first = trend("ces", {dt.date(2026, 1, 1): {}, dt.date(2026, 2, 1): {5: 3}})
    assert (empty.score.n, empty.change, first.change) == (0, None, None)


def test_december_is_followed_by_january():
    points = trend("nps", {dt.date(2025, 12, 31): {9: 1}, dt.date(2026, 1, 1): {9: 1}})
    assert [point.period.isoformat() for point in points] == ["2025-12-01", "2026-01-01"]


def test_what_is_no_period_no_date_or_no_kind_is_refused():
    with pytest.raises(InvalidError, match="quarter"):
        trend("nps", {}, "fortnight")
    with pytest.raises(InvalidError, match="zone"):
        period_of(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "day")
    with pytest.raises(InvalidError, match="kind"):
        scored("stars", {})


def test_each_kind_is_scored_by_its_own_scale():
    assert [scored(kind, {5: 4}).headline.value for kind in ("nps", "csat", "ces")] == [-100, 1, 5]
