"""Estimates, their intervals, and what they say of few answers and none."""

from __future__ import annotations

import pytest

from ecrm import InvalidError
from ecrm.surveys.scoring import Estimate, Interval
from ecrm.surveys.scoring.interval import interval_around, note_of, z_of


@pytest.mark.parametrize(("low", "high"), [(2, 1), (0, float("inf")), (float("nan"), 1)])
def test_limits_that_are_none_are_refused(low, high):
    with pytest.raises(InvalidError):
        Interval(low, high)


@pytest.mark.parametrize("level", [95, 1, 0.4, float("nan")])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(InvalidError, match="give a level"):
        Interval(0, 1, level)
    with pytest.raises(InvalidError):
        z_of(level)


def test_an_interval_tells_what_it_holds_and_what_it_lies_above_and_below():
    interval = Interval(0.25, 0.5)
    assert interval.width == 0.25
    assert [value in interval for value in (0.2, 0.25, 0.5, 0.6)] == [False, True, True, False]
    assert (interval.is_above(0.2), interval.is_above(0.25), interval.is_below(0.6), interval.is_below(0.5)) == (
        True, False, True, False,
    )  # fmt: skip


def test_an_interval_around_an_estimate_stays_in_range_and_holds_it():
    assert interval_around(0.5, -1.0, 2.0, 0.95, within=(0.0, 1.0)) == Interval(0.0, 1.0)
    assert interval_around(1.0, 0.4, 0.9, 0.95) == Interval(0.4, 1.0)


@pytest.mark.parametrize("value", [None, 0.6])
def test_an_estimate_outside_its_interval_is_refused(value):
    with pytest.raises(InvalidError, match="holds its estimate"):
        Estimate(value, Interval(0.1, 0.5), 10)


@pytest.mark.parametrize("n", [-1, 1.5, True, "3"])
def test_a_number_of_answers_that_is_none_is_refused(n):
    with pytest.raises(InvalidError):
        Estimate(None, None, n)


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="unit"):
        Estimate(0.5, None, 3, "percent")


def test_few_and_none_are_said_in_words():
    assert note_of(0, "order") == "no orders yet"
    assert note_of(29).startswith("only 29 answers")
    assert note_of(30) == ""
    assert str(Estimate(None, None, 0)) == "no answers yet"


def test_an_estimate_is_written_in_its_unit():
    assert str(Estimate(-12.5, Interval(-20, 5), 1200, "points")) == "-12.5 (95 %: -20.0 to 5.0; n = 1,200)"
    assert str(Estimate(0.5, Interval(0.4, 0.6, 0.9), 100)) == "50.0 % (90 %: 40.0 to 60.0; n = 100)"
    assert str(Estimate(3.0, None, 1, "mean")) == "3.00 (n = 1; only 1 answer: too few to say anything)"
