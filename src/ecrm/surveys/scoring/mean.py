"""Means: of a scale, whose ends are known, and of amounts, which are many zeros and a long tail."""

from __future__ import annotations

import math

from ecrm.surveys.scoring.counts import Counts, Moments, checked_counts
from ecrm.surveys.scoring.interval import LEVEL, Estimate, Interval, checked_level, interval_around, note_of
from ecrm.surveys.scoring.proportion import share
from ecrm.surveys.scoring.student import t_of

__all__ = ["mean_of_amounts", "mean_on_scale"]

_NO_SKEW = 1e-9


def mean_on_scale(counts: Counts, values: range, *, level: float = LEVEL) -> Estimate:
    """Estimate the mean of a scale.

    Where all answers are the same, their spread says nothing. Then the interval is the one that holds if the share of
    those who would answer otherwise is as large as Wilson's interval allows, and all of them chose an end of the scale.

    Args:
        counts: How often, by value.
        values: The values of the scale.
        level: The level of the interval.

    Raises:
        InvalidError: A value is not on the scale, or a count is none.

    Source: Student (1908), The probable error of a mean, Biometrika 6, 1-25.

    >>> print(mean_on_scale({5: 30, 6: 30, 7: 40}, range(1, 8)))
    6.10 (95 %: 5.93 to 6.27; n = 100)
    >>> print(mean_on_scale({7: 3}, range(1, 8)))
    7.00 (95 %: 3.63 to 7.00; n = 3; only 3 answers: read the interval)
    """
    checked_level(level)
    moments = Moments.of_counts(checked_counts(counts, values))
    if moments.n == 0:
        return Estimate(None, None, 0, "mean")
    mean, ends = moments.mean, (values[0], values[-1])
    if moments.has_spread:
        half = t_of(level, moments.n - 1) * math.sqrt(moments.variance / moments.n)
        low, high = mean - half, mean + half
    else:
        others = 1 - _lower_limit(moments.n, level)
        low, high = mean - others * (mean - ends[0]), mean + others * (ends[1] - mean)
    return Estimate(mean, interval_around(mean, low, high, level, within=ends), moments.n, "mean")


def _lower_limit(n: int, level: float) -> float:
    interval = share(n, n, level=level).interval
    return interval.low if interval else 0.0


def mean_of_amounts(moments: Moments, *, level: float = LEVEL, counted: str = "customer") -> Estimate:
    """Estimate the mean of amounts, such as revenue by customer.

    Revenue is skewed: most spent nothing, a few spent much, and the usual interval lies too low. Hall's transformation
    takes the skew out. It needs no chance, unlike a bootstrap, and no more than four sums.

    Args:
        moments: The sums of the amounts, in one currency and one unit.
        level: The level of the interval.
        counted: What is counted, in the singular, for the note.

    Returns:
        The mean in the unit of the amounts. No interval where there are less than two amounts, or all are the same.

    Source: Hall (1992), On the removal of skewness by transformation, JRSS B 54, 221-228, with Student's quantile in
    place of the normal one; compared by Zhou & Dinh (2005), Nonparametric confidence intervals for the one- and
    two-sample problems, Biostatistics 6, 187-200.

    >>> print(mean_of_amounts(Moments.of([0] * 60 + [9_900] * 30 + [49_900] * 10)))
    7,960.00 (95 %: 5,429.63 to 11,555.84; n = 100)
    """
    checked_level(level)
    n = moments.n
    if n == 0:
        return Estimate(None, None, 0, "mean", note=note_of(0, counted))
    mean = moments.mean
    if not moments.has_spread:
        note = note_of(n, counted) or "all amounts are the same: no interval"
        return Estimate(mean, None, n, "mean", note=note)
    reach, spread = t_of(level, n - 1) / math.sqrt(n), math.sqrt(moments.variance)
    low = mean - spread * _with_skew(reach, moments.skewness, n)
    high = mean - spread * _with_skew(-reach, moments.skewness, n)
    interval: Interval = interval_around(mean, low, high, level)
    return Estimate(mean, interval, n, "mean", note=note_of(n, counted))


def _with_skew(reach: float, skewness: float, n: int) -> float:
    """Undo Hall's transformation: put the skew back into a limit that was found without it."""
    if abs(skewness) < _NO_SKEW:
        return reach
    return 3 / skewness * (math.cbrt(1 + skewness * (reach - skewness / (6 * n))) - 1)
