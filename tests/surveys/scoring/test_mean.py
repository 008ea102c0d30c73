"""Means of scales and of amounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import Moments, mean_of_amounts, mean_on_scale
from ecrm.surveys.scoring.student import t_of

SCALE = range(1, 8)
counts = st.dictionaries(st.sampled_from(SCALE), st.integers(1, 40), min_size=1)
amounts = st.lists(st.integers(-5_000, 1_000_000), min_size=2, max_size=60)


@given(counts)
def test_the_interval_holds_the_mean_and_stays_on_the_scale(some):
    found = mean_on_scale(some, SCALE)
    assert 1 <= found.interval.low <= found.value <= found.interval.high <= 7


@given(counts, st.integers(2, 20))
def test_the_interval_shrinks_with_the_number(some, times):
    more = {value: count * times for value, count in some.items()}
    assert mean_on_scale(more, SCALE).interval.width < mean_on_scale(some, SCALE).interval.width


def test_answers_that_are_all_the_same_are_not_taken_for_certain():
    found = mean_on_scale({7: 5}, SCALE)
    assert (found.value, found.interval.high) == (7, 7)
    assert found.interval.low < 6
    middle = mean_on_scale({4: 1}, SCALE).interval
    assert (middle.low + middle.high) / 2 == pytest.approx(4)


def test_no_answers_have_no_mean():
    assert str(mean_on_scale({}, SCALE)) == "no answers yet"
    assert str(mean_of_amounts(Moments.of([]))) == "no customers yet"


def test_even_amounts_get_the_interval_of_student():
    found = mean_of_amounts(Moments.of([1, 2, 3, 4, 5]))
    assert found.interval.low == pytest.approx(3 - 1.9633, abs=1e-4)
    assert found.interval.high == pytest.approx(3 + 1.9633, abs=1e-4)


def test_a_long_tail_moves_the_interval_up():
    found = mean_of_amounts(Moments.of([0] * 45 + [1_000] * 5))
    assert found.interval.high - found.value > found.value - found.interval.low


@given(amounts)
def test_the_interval_holds_the_mean_of_amounts(values):
    found = mean_of_amounts(Moments.of(values))
    if len(set(values)) == 1:
        assert found.interval is None
    else:
        assert found.interval.low < found.value < found.interval.high


@given(amounts, st.sampled_from([100, 7]))
def test_another_unit_of_money_changes_nothing_else(values, times):
    one, other = (mean_of_amounts(Moments.of(some)) for some in (values, [times * value for value in values]))
    assert other.value == pytest.approx(times * one.value)
    if one.interval:
        assert other.interval.high == pytest.approx(times * one.interval.high, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(
    ("values", "note"),
    [([5], "only 1 customer: too few to say anything"), ([0] * 50, "all amounts are the same: no interval")],
)
def test_amounts_without_a_spread_have_no_interval_and_say_why(values, note):
    found = mean_of_amounts(Moments.of(values))
    assert (found.value, found.interval, found.note) == (values[0], None, note)


def test_a_level_that_is_none_is_refused_even_without_answers():
    with pytest.raises(InvalidError):
        mean_on_scale({}, SCALE, level=95)
    with pytest.raises(InvalidError):
        mean_of_amounts(Moments.of([]), level=95)


def test_the_interval_of_a_scale_is_that_of_student():
    interval = mean_on_scale({2: 1, 3: 1, 4: 1, 5: 1, 6: 1}, SCALE).interval
    assert [round(limit, 4) for limit in (interval.low, interval.high)] == [2.0368, 5.9632]


def test_the_limits_of_amounts_are_those_that_halls_transformation_takes_to_the_quantile():
    moments = Moments.of([0] * 60 + [9_900] * 30 + [49_900] * 10)
    found, skew = mean_of_amounts(moments), moments.skewness
    for limit, sign in ((found.interval.low, 1), (found.interval.high, -1)):
        away = (found.value - limit) / moments.variance**0.5
        transformed = away + skew * away**2 / 3 + skew**2 * away**3 / 27 + skew / (6 * 100)
        assert transformed == pytest.approx(sign * t_of(0.95, 99) / 10)
