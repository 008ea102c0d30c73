"""Key drivers: a rank correlation with ties, and no driver that is one by chance alone."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import key_drivers, pairs_of, rank_correlation

answers = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 10)), min_size=1, max_size=60)
ALONG = {(1, 0): 20, (2, 5): 20, (3, 10): 20}


def test_correlations_are_those_of_the_midranks():
    # Ranks 1.5 1.5 3 4 and 1 2.5 2.5 4, by Pearson: 4 / sqrt(4.5 * 4.5).
    assert rank_correlation(pairs_of([(1, 1), (1, 2), (2, 2), (3, 3)])).value == pytest.approx(4 / 4.5 - 0.0555555556)


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(pairs, chance):
    assert rank_correlation(pairs_of(chance.sample(pairs, len(pairs)))) == rank_correlation(pairs_of(pairs))


@given(answers)
def test_the_interval_holds_the_correlation_and_stays_in_range(pairs):
    found = rank_correlation(pairs_of(pairs))
    if found.interval:
        assert -1 <= found.interval.low <= found.value <= found.interval.high <= 1


@given(answers)
def test_only_the_order_of_values_counts_and_turning_it_turns_the_sign(pairs):
    plain = rank_correlation(pairs_of(pairs))
    stretched = rank_correlation(pairs_of((answer**3, score) for answer, score in pairs))
    turned = rank_correlation(pairs_of((-answer, score) for answer, score in pairs))
    assert stretched == plain
    assert turned.value == (None if plain.value is None else pytest.approx(-plain.value))


@given(answers, st.integers(2, 10))
def test_the_interval_shrinks_with_the_number(pairs, times):
    some = pairs_of(pairs)
    found = rank_correlation(some)
    more = rank_correlation(Counter({pair: count * times for pair, count in some.items()}))
    if found.interval and abs(found.value) < 1:
        assert more.interval.width < found.interval.width


def test_what_nothing_can_be_said_of_says_so():
    assert rank_correlation({}).note == "no answers yet"
    assert rank_correlation({(1, 5): 9, (2, 5): 9}).note == "one of the two is the same for everybody"
    assert rank_correlation({(1, 5): 1, (2, 6): 2}).interval is None
    assert rank_correlation({(1, 5): 0}).n == 0


@pytest.mark.parametrize("pairs", [{(float("nan"), 1): 5}, {(1, float("inf")): 5}, {(1, 1): -1}, {(1, 1): 0.5}])
def test_pairs_that_are_none_are_refused(pairs):
    with pytest.raises(InvalidError):
        rank_correlation(pairs)


def test_drivers_are_sorted_by_strength_in_either_direction_and_the_silent_come_last():
    against = {(answer, 10 - score): count for (answer, score), count in ALONG.items()}
    weak = {**ALONG, (1, 10): 20}
    found = key_drivers({"none": {}, "weak": weak, "b": against, "a": ALONG})
    assert [driver.name for driver in found] == ["a", "b", "weak", "none"]
    assert [driver.correlation.value for driver in found[:2]] == pytest.approx([1, -1])
    assert [driver.is_clear for driver in found] == [True, True, True, False]
    assert key_drivers({}) == ()


def test_what_looks_clear_alone_need_not_be_clear_among_many():
    weak = {(0, 0): 31, (0, 1): 19, (1, 0): 19, (1, 1): 31}
    alone, *_ = key_drivers({"weak": weak})
    among, *_ = key_drivers({f"driver {number}": weak for number in range(40)})
    assert (alone.is_clear, among.is_clear) == (True, False)
    assert alone.correlation == among.correlation


def test_answers_that_always_go_with_the_score_are_not_taken_for_certain():
    found = rank_correlation({(1, 1): 3, (2, 2): 3})
    assert found.value == 1
    assert found.interval.low < 1


def test_the_interval_is_that_of_bonett_and_wright():
    found = rank_correlation({(1, 2): 20, (2, 5): 10, (3, 4): 10})
    half = 1.959964 * math.sqrt((1 + found.value**2 / 2) / 37)
    assert found.interval.low == pytest.approx(math.tanh(math.atanh(found.value) - half))
    assert found.interval.high == pytest.approx(math.tanh(math.atanh(found.value) + half))
