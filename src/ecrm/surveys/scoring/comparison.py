"""How far two groups are apart, and how sure that is. The groups are different people."""

from __future__ import annotations

import math

from ecrm.errors import InvalidError
from ecrm.surveys.scoring.band import CSAT
from ecrm.surveys.scoring.counts import Moments
from ecrm.surveys.scoring.interval import LEVEL, Estimate, checked_level, interval_around
from ecrm.surveys.scoring.netpromoter import NpsScore, nps_difference
from ecrm.surveys.scoring.rating import Rating
from ecrm.surveys.scoring.student import t_of

__all__ = ["difference", "difference_of_estimates", "difference_of_means", "is_clear"]


def difference(one: NpsScore | Rating, other: NpsScore | Rating) -> Estimate:
    """Estimate by how much one group scores higher than another, in the number that stands for the whole.

    Args:
        one: The scores of the first group.
        other: Those of the second, on the same scale.

    Returns:
        Points for NPS, a share for CSAT, a mean for CES; no value where a group has no answers.

    Raises:
        InvalidError: The scales or the levels are not the same.

    Source: see `nps_difference`, `difference_of_estimates` and `difference_of_means`.

    >>> from ecrm.surveys.scoring import csat
    >>> print(difference(csat({5: 70, 1: 30}), csat({5: 50, 1: 50})))
    20.0 % (95 %: 6.4 to 32.6; n = 200)
    """
    if one.level != other.level:
        raise InvalidError.of("level", "compare scores of the same level")
    if isinstance(one, NpsScore) and isinstance(other, NpsScore):
        return nps_difference(one, other)
    if isinstance(one, NpsScore) or isinstance(other, NpsScore) or one.scale != other.scale:
        raise InvalidError.of("scale", "compare scores of the same scale")
    if one.scale is CSAT:
        return difference_of_estimates(one.best, other.best)
    if one.moments.has_spread and other.moments.has_spread:
        return difference_of_means(one.moments, other.moments, level=one.level)
    return difference_of_estimates(one.mean, other.mean)


def difference_of_estimates(one: Estimate, other: Estimate) -> Estimate:
    """Estimate the difference of two independent estimates from their own intervals.

    For two shares with Wilson's intervals it is Newcombe's method.

    Returns:
        The difference in the unit of both. No value where one has none, and no interval where one has none.

    Raises:
        InvalidError: The units or the levels are not the same.

    Source: Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17, 873-890, method 10; for other estimates Zou & Donner (2008), Construction of confidence limits about
    effect measures, Statistics in Medicine 27, 1693-1702.

    >>> from ecrm.surveys.scoring import share
    >>> print(difference_of_estimates(share(56, 70), share(48, 80)))
    20.0 % (95 %: 5.2 to 33.4; n = 150)
    """
    if one.unit != other.unit:
        raise InvalidError.of("unit", "compare estimates of the same unit")
    n = one.n + other.n
    if one.value is None or other.value is None:
        return Estimate(None, None, n, one.unit, note=f"one of the groups has none: {one.note or other.note}")
    value = one.value - other.value
    note = one.note or other.note
    if one.interval is None or other.interval is None:
        return Estimate(value, None, n, one.unit, note=note)
    if one.interval.level != other.interval.level:
        raise InvalidError.of("level", "compare estimates of the same level")
    low = value - math.hypot(one.value - one.interval.low, other.interval.high - other.value)
    high = value + math.hypot(one.interval.high - one.value, other.value - other.interval.low)
    return Estimate(value, interval_around(value, low, high, one.interval.level), n, one.unit, note=note)


def difference_of_means(one: Moments, other: Moments, *, level: float = LEVEL) -> Estimate:
    """Estimate the difference of two means whose spreads need not be the same.

    Args:
        one: The sums of the first group.
        other: Those of the second.
        level: The level of the interval.

    Returns:
        The difference. No interval where a group has less than two numbers, or neither has a spread; no value where a
        group has none.

    Source: Welch (1947), The generalization of Student's problem when several different population variances are
    involved, Biometrika 34, 28-35.

    >>> print(difference_of_means(Moments.of([27, 20, 21, 26, 27, 31]), Moments.of([24, 27, 29, 34, 30, 35])))
    -4.50 (95 %: -9.84 to 0.84; n = 12; only 12 answers: read the interval)
    """
    checked_level(level)
    n = one.n + other.n
    if not (one.n and other.n):
        return Estimate(None, None, n, "mean", note="one of the groups has no answers")
    value = one.mean - other.mean
    if min(one.n, other.n) == 1 or not (one.has_spread or other.has_spread):
        return Estimate(value, None, n, "mean", note="too few, or all the same: no interval")
    parts = [(group.variance / group.n, group.n - 1) for group in (one, other)]
    square = sum(part for part, _ in parts)
    freedom = square**2 / sum(part**2 / less for part, less in parts)
    half = t_of(level, freedom) * math.sqrt(square)
    return Estimate(value, interval_around(value, value - half, value + half, level), n, "mean")


def is_clear(found: Estimate) -> bool:
    """Tell whether a difference, or a correlation, is sure not to be 0 at its level.

    >>> is_clear(difference_of_means(Moments.of([1, 2, 3]), Moments.of([11, 12, 13])))
    True
    """
    return found.interval is not None and (found.interval.is_above(0) or found.interval.is_below(0))
