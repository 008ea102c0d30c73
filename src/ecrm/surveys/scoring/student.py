"""Quantiles of Student's t, which the standard library does not have."""

from __future__ import annotations

import math
from functools import lru_cache

from ecrm.errors import InvalidError
from ecrm.surveys.scoring.interval import checked_level, z_of

__all__ = ["t_of"]

_AS_GOOD_AS_NORMAL = 1e6
_SMALLEST = 1e-300
_CLOSE = 1e-14
_MOST_TERMS = 10_000
_MOST_STEPS = 1_000


@lru_cache(maxsize=4096)
def t_of(level: float, freedom: float) -> float:
    """Give the two-sided quantile of Student's t.

    Args:
        level: 0.5 to 0.9999.
        freedom: The degrees of freedom, above 0, not only whole ones.

    Raises:
        InvalidError: The level or the degrees of freedom are out of range.

    Source: Student (1908), The probable error of a mean, Biometrika 6, 1-25; the tail by the incomplete beta function,
    Abramowitz & Stegun (1964), 26.7.1.

    >>> round(t_of(0.95, 10), 4)
    2.2281
    """
    checked_level(level)
    if not freedom > 0:
        raise InvalidError.of("freedom", "give degrees of freedom above 0")
    if freedom > _AS_GOOD_AS_NORMAL:
        return z_of(level)
    t = z_of(level)
    # The tails are convex and heavier than the normal ones: Newton's steps go up to the quantile, and never past it.
    for _ in range(_MOST_STEPS):  # pragma: no branch - each step at least doubles what is right of it
        step = (_tails(t, freedom) - (1 - level)) / (2 * _density(t, freedom))
        t += step
        if step <= _CLOSE * t:
            break
    return t


def _density(t: float, freedom: float) -> float:
    front = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
    return math.exp(front - (freedom + 1) / 2 * math.log1p(t * t / freedom))


def _tails(t: float, freedom: float) -> float:
    """Give the chance to be further from 0 than t, on either side."""
    return _incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Give the regularised incomplete beta function; the fraction converges fast on one side of the mean."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(1 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) / (a * _continued_fraction(x, a, b))


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Sum the fraction of Abramowitz & Stegun 26.5.8 by the method of Lentz (1976)."""
    value, upper, lower = 1.0, 1.0, 0.0
    for term in range(1, _MOST_TERMS):  # pragma: no branch - it converges in some square root of a + b terms
        half = term // 2
        if term % 2:
            part = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            part = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        lower = 1 / _apart_from_zero(1 + part * lower)
        upper = _apart_from_zero(1 + part / upper)
        value *= upper * lower
        if abs(upper * lower - 1) < _CLOSE:
            break
    return value


def _apart_from_zero(value: float) -> float:
    return value if abs(value) > _SMALLEST else _SMALLEST
