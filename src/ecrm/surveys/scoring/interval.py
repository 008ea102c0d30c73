"""An estimate with its interval, and what is said where there are few answers or none.

How an interval is found is in the modules of the scores.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import attrs

from ecrm.errors import InvalidError

__all__ = [
    "FEW",
    "LEVEL",
    "Estimate",
    "Interval",
    "checked_count",
    "checked_level",
    "interval_around",
    "note_of",
    "z_of",
]

LEVEL = 0.95
FEW = 30
_LOWEST_LEVEL, _HIGHEST_LEVEL = 0.5, 0.9999
_UNITS = ("share", "points", "mean", "correlation")


def checked_level(level: float) -> float:
    """Return the level of an interval.

    Args:
        level: How often such intervals hold the true value, 0.5 to 0.9999.

    Raises:
        InvalidError: It is out of range; 95 is not 0.95.

    >>> checked_level(0.95)
    0.95
    """
    if not _LOWEST_LEVEL <= level <= _HIGHEST_LEVEL:
        raise InvalidError.of("level", f"give a level from {_LOWEST_LEVEL} to {_HIGHEST_LEVEL}, as 0.95")
    return level


def checked_count(value: object, field: str) -> int:
    """Return a count.

    Raises:
        InvalidError: It is no whole number of at least 0.

    >>> checked_count(3, "n")
    3
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidError.of(field, "give a whole number of at least 0")
    return value


def z_of(level: float) -> float:
    """Give the two-sided quantile of the normal distribution.

    Args:
        level: 0.5 to 0.9999.

    >>> round(z_of(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf((1 + checked_level(level)) / 2)


def note_of(n: int, counted: str = "answer") -> str:
    """Say that there are few answers, or none; nothing where there are 30 or more.

    Args:
        n: How many there are.
        counted: What is counted, in the singular.

    >>> note_of(0), note_of(1), note_of(12), note_of(80)
    ('no answers yet', 'only 1 answer: too few to say anything', 'only 12 answers: read the interval', '')
    """
    if n == 0:
        return f"no {counted}s yet"
    if n == 1:
        return f"only 1 {counted}: too few to say anything"
    return f"only {n} {counted}s: read the interval" if n < FEW else ""


@attrs.frozen
class Interval:
    """Keep from where to where the true value may lie.

    Args:
        low: The lower limit.
        high: The upper limit.
        level: How often such intervals hold the true value.

    >>> 0.5 in Interval(0.4, 0.6), Interval(0.4, 0.6).is_above(0)
    (True, True)
    """

    low: float
    high: float
    level: float = LEVEL

    def __attrs_post_init__(self) -> None:
        checked_level(self.level)
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise InvalidError.of("interval", "give finite limits, the lower one first")

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        """Tell how far apart the limits are."""
        return self.high - self.low

    def is_above(self, value: float) -> bool:
        """Tell whether all of it lies above a value."""
        return self.low > value

    def is_below(self, value: float) -> bool:
        """Tell whether all of it lies below a value."""
        return self.high < value


def interval_around(
    value: float, low: float, high: float, level: float, within: tuple[float, float] = (-math.inf, math.inf)
) -> Interval:
    """Make an interval that stays in the range of what is estimated, and holds the estimate.

    A formula may leave the range, or miss the estimate by a rounding error or in a sample of one.

    >>> interval_around(0.9, 0.4, 1.2, 0.95, within=(0.0, 1.0))
    Interval(low=0.4, high=1.0, level=0.95)
    """
    return Interval(min(max(low, within[0]), value), max(min(high, within[1]), value), level)


def _default_note(estimate: Any) -> str:
    return note_of(checked_count(estimate.n, "n"))


@attrs.frozen
class Estimate:
    """Keep what a sample says: a number, how far it can be trusted, and of how many it is.

    Args:
        value: The number; None where there is nothing to count.
        interval: Where the true value may lie; None where nothing can be said.
        n: How many it is made of.
        unit: share (0 to 1), points (-100 to 100), mean or correlation (-1 to 1).
        note: What to say beside it; by default of few answers and none.

    >>> print(Estimate(0.625, Interval(0.51, 0.72), 80))
    62.5 % (95 %: 51.0 to 72.0; n = 80)
    >>> print(Estimate(None, None, 0))
    no answers yet
    """

    value: float | None
    interval: Interval | None
    n: int
    unit: str = attrs.field(default="share", validator=attrs.validators.in_(_UNITS))
    note: str = attrs.field(default=attrs.Factory(_default_note, takes_self=True), kw_only=True)

    def __attrs_post_init__(self) -> None:
        checked_count(self.n, "n")
        if self.interval is not None and (self.value is None or self.value not in self.interval):
            raise InvalidError.of("interval", "an interval holds its estimate")

    def __str__(self) -> str:
        if self.value is None:
            return self.note
        said = [f"{level_said(self.interval)}: {self._limits(self.interval)}"] if self.interval else []
        said += [f"n = {self.n:,}", *([self.note] if self.note else [])]
        return f"{self.said(self.value)} ({'; '.join(said)})"

    def said(self, value: float) -> str:
        """Write a value in the unit of this one.

        >>> Estimate(None, None, 0).said(0.5)
        '50.0 %'
        """
        return f"{self._figure(value)}{' %' if self.unit == 'share' else ''}"

    def _figure(self, value: float) -> str:
        if self.unit == "share":
            return f"{100 * value:.1f}"
        return f"{value:,.1f}" if self.unit == "points" else f"{value:,.2f}"

    def _limits(self, interval: Interval) -> str:
        return f"{self._figure(interval.low)} to {self._figure(interval.high)}"


def level_said(interval: Interval) -> str:
    """Write the level of an interval.

    >>> level_said(Interval(0, 1, 0.95))
    '95 %'
    """
    return f"{100 * interval.level:g} %"
