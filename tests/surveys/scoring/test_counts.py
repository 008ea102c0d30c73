"""Counts by value and exact sums of powers."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import Moments, distribution
from ecrm.surveys.scoring.counts import checked_counts

numbers = st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=50)
floats = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@pytest.mark.parametrize("counts", [{0: 1}, {6: 1}, {"5": 1}, {2.5: 1}, {True: 1}, {None: 1}, {3: -1}, {3: 1.5}])
def test_counts_off_the_scale_are_refused(counts):
    with pytest.raises(InvalidError):
        checked_counts(counts, range(1, 6))


def test_a_distribution_shows_what_nobody_chose_too():
    bars = distribution({2: 3, 5: 1}, range(1, 6))
    assert [(bar.value, bar.count, bar.share.value) for bar in bars] == [
        (1, 0, 0), (2, 3, 0.75), (3, 0, 0), (4, 0, 0), (5, 1, 0.25),
    ]  # fmt: skip
    assert [bar.share.value for bar in distribution({}, range(2))] == [None, None]


@given(numbers)
def test_mean_and_variance_are_those_of_the_standard_library(values):
    moments = Moments.of(values)
    assert moments.mean == pytest.approx(fmean(values))
    assert moments.variance == pytest.approx(variance(values))
    assert moments == Moments.of_counts(Counter(values))
    assert moments.has_spread == (len(set(values)) > 1)


@given(floats, st.randoms(use_true_random=False))
def test_sums_of_floats_are_the_same_in_any_order(values, chance):
    shuffled = chance.sample(values, len(values))
    assert Moments.of(shuffled) == Moments.of(values)


def test_skewness_is_none_for_what_is_even_and_above_none_for_a_long_tail():
    assert Moments.of([1, 2, 3]).skewness == 0
    assert Moments.of([0, 0, 0, 1]).skewness == pytest.approx(1.1547005)


def test_exact_numbers_of_any_kind_are_summed():
    assert Moments.of([Decimal("0.1"), Fraction(1, 5), 1]).total == Fraction(13, 10)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, True, "one"])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(InvalidError):
        Moments.of([value])


def test_sums_that_contradict_each_other_are_refused():
    with pytest.raises(InvalidError, match="squares"):
        Moments(2, 10, 1, 1)
    with pytest.raises(InvalidError):
        Moments(-1, 0, 0, 0)
