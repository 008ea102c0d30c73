"""Differences of two groups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import (
    Estimate,
    Interval,
    Moments,
    ces,
    csat,
    difference,
    difference_of_estimates,
    difference_of_means,
    is_clear,
    nps,
    share,
)  # fmt: skip
from ecrm.surveys.scoring.student import t_of

samples = st.lists(st.integers(-100, 100), min_size=2, max_size=30)
parts = st.integers(1, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_differences_of_shares_are_those_newcombe_printed(one, other, low, high):
    interval = difference_of_estimates(share(*one), share(*other)).interval
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(parts, parts)
def test_a_difference_holds_its_estimate_and_stays_in_range(one, other):
    found = difference_of_estimates(share(*one), share(*other))
    assert -1 <= found.interval.low <= found.value <= found.interval.high <= 1


@given(parts, parts, st.integers(2, 10))
def test_a_difference_gets_surer_with_the_number(one, other, times):
    wide = difference_of_estimates(share(*one), share(*other)).interval
    narrow = difference_of_estimates(*(share(part * times, n * times) for part, n in (one, other))).interval
    assert narrow.width < wide.width


def test_a_difference_of_what_has_no_value_or_no_interval_has_none():
    nothing, bare, some = Estimate(None, None, 0), Estimate(0.5, None, 40), share(3, 6)
    assert (
        difference_of_estimates(some, nothing).note == "one of the groups has none: only 6 answers: read the interval"
    )
    assert difference_of_estimates(nothing, share(40, 80)).value is None
    assert (difference_of_estimates(bare, some).value, difference_of_estimates(bare, some).interval) == (0, None)


def test_what_can_not_be_compared_is_refused():
    with pytest.raises(InvalidError, match="unit"):
        difference_of_estimates(share(1, 2), Estimate(1.0, Interval(0, 2), 5, "mean"))
    with pytest.raises(InvalidError, match="level"):
        difference_of_estimates(share(1, 2), share(1, 2, level=0.9))
    with pytest.raises(InvalidError, match="level"):
        difference(csat({5: 1}), csat({5: 1}, level=0.9))
    for one, other in ((csat({5: 1}), ces({5: 1})), (nps({5: 1}), csat({5: 1})), (csat({5: 1}), nps({5: 1}))):
        with pytest.raises(InvalidError, match="scale"):
            difference(one, other)


def test_each_scale_is_compared_in_its_own_number():
    assert difference(nps({10: 5, 0: 5}), nps({0: 10})).value == 100
    assert difference(csat({5: 5, 1: 5}), csat({1: 10})).value == 0.5
    assert difference(ces({7: 5, 1: 5}), ces({1: 5, 3: 5})).value == 2
    same = difference(ces({7: 10}), ces({1: 10}))
    assert (same.value, same.interval.high) == (6, 6)
    assert same.interval.low < 5


@given(samples, samples)
def test_a_difference_of_means_holds_its_estimate_and_turns_with_the_groups(one, other):
    forth, back = (difference_of_means(Moments.of(a), Moments.of(b)) for a, b in ((one, other), (other, one)))
    assert forth.value == -back.value
    if forth.interval:
        assert forth.interval.low <= forth.value <= forth.interval.high
        assert forth.interval.low == pytest.approx(-back.interval.high)


def test_the_degrees_of_freedom_are_those_of_welch():
    # By hand: variances 14 and 8.1667, so a = 2.3333, b = 1.3611; freedom (a + b)^2 / (a^2 / 5 + b^2 / 5) = 9.352.
    found = difference_of_means(Moments.of([20, 22, 24, 26, 28, 30]), Moments.of([18, 20, 21, 22, 24, 26]))
    assert found.interval.high - found.value == pytest.approx(t_of(0.95, 9.352) * 3.69444**0.5, rel=1e-4)


def test_too_few_numbers_or_none_have_no_interval_and_say_why():
    one, more, none = Moments.of([3]), Moments.of([1, 2]), Moments.of([])
    assert difference_of_means(one, more).note == "too few, or all the same: no interval"
    assert difference_of_means(Moments.of([2, 2]), Moments.of([1, 1])).interval is None
    assert str(difference_of_means(none, more)) == "one of the groups has no answers"
    assert difference_of_means(Moments.of([2, 2]), more).interval is not None


def test_a_difference_is_clear_where_its_interval_leaves_out_none():
    unclear = Estimate(0.1, Interval(-0.1, 0.3), 50)
    clear = [Estimate(0.2, Interval(0.1, 0.3), 50), Estimate(-0.2, Interval(-0.3, -0.1), 50)]
    assert [is_clear(found) for found in (unclear, *clear, Estimate(0.5, None, 1))] == [False, True, True, False]
