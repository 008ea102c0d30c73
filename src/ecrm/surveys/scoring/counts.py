"""What the scores are made of: counts by value, and sums of powers. A database gives both by one GROUP BY."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.surveys.scoring.interval import LEVEL, Estimate, checked_count
from ecrm.surveys.scoring.proportion import share

__all__ = ["Bar", "Counts", "Moments", "checked_counts", "distribution"]

Counts = Mapping[int, int]


def checked_counts(counts: Counts, values: range) -> dict[int, int]:
    """Return how often each value of a scale was answered, each value once and in order.

    Args:
        counts: How often, by value; a value that is not there was not answered.
        values: The values of the scale.

    Raises:
        InvalidError: A value is not on the scale, or a count is none.

    >>> checked_counts({3: 2, 1: 1}, range(1, 4))
    {1: 1, 2: 0, 3: 2}
    """
    strange = [value for value in counts if isinstance(value, bool) or value not in values]
    if strange:
        raise InvalidError.of("counts", f"give counts of whole numbers from {values[0]} to {values[-1]}")
    return {value: checked_count(counts.get(value, 0), "counts") for value in values}


@attrs.frozen
class Bar:
    """Be one value of a distribution.

    Args:
        value: The answer.
        count: How often it was given.
        share: Of all answers.
    """

    value: int
    count: int
    share: Estimate


def distribution(counts: Counts, values: range, *, level: float = LEVEL) -> tuple[Bar, ...]:
    """Give how often each value was answered, the values nobody chose as well.

    Args:
        counts: How often, by value.
        values: The values of the scale.
        level: The level of the intervals.

    Raises:
        InvalidError: A value is not on the scale, or a count is none.

    Source: Wilson (1927); see `share`. Each interval is for its own share, not for all of them at once.

    >>> print(*(f"{bar.value}: {bar.share}" for bar in distribution({4: 30, 5: 70}, range(4, 6))), sep=chr(10))
    4: 30.0 % (95 %: 21.9 to 39.6; n = 100)
    5: 70.0 % (95 %: 60.4 to 78.1; n = 100)
    """
    held = checked_counts(counts, values)
    n = sum(held.values())
    return tuple(Bar(value, count, share(count, n, level=level)) for value, count in held.items())


def _exact(value: Any) -> Fraction:
    if isinstance(value, bool):
        raise InvalidError.of("values", "give numbers")
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidError.of("values", "give finite numbers") from error


@attrs.frozen
class Moments:
    """Keep the sums from which mean, spread and skew follow, exactly.

    Sums of floats are taken exactly too, so that they are the same in any order.

    Args:
        n: How many numbers.
        total: Their sum.
        squares: The sum of their squares.
        cubes: The sum of their cubes.

    >>> Moments.of([1, 2, 3, 4]).mean, Moments.of_counts({1: 2, 3: 2}).variance
    (2.5, 1.3333333333333333)
    """

    n: int
    total: Fraction = attrs.field(converter=_exact)
    squares: Fraction = attrs.field(converter=_exact)
    cubes: Fraction = attrs.field(converter=_exact)

    def __attrs_post_init__(self) -> None:
        checked_count(self.n, "n")
        if self.total * self.total > self.n * self.squares:
            raise InvalidError.of("squares", "the sum of squares is too small for such a sum")

    @classmethod
    def of(cls, values: Iterable[Any]) -> Moments:
        """Sum numbers; whole ones are fastest."""
        held = [value if type(value) is int else _exact(value) for value in values]
        return cls(len(held), sum(held), sum(v * v for v in held), sum(v * v * v for v in held))

    @classmethod
    def of_counts(cls, counts: Counts) -> Moments:
        """Sum counts by value."""
        held = counts.items()
        sums = (sum(count * value**power for value, count in held) for power in (1, 2, 3))
        return cls(sum(counts.values()), *sums)

    @property
    def mean(self) -> float:
        """Give the mean; there must be a number at least."""
        return float(self.total / self.n)

    @property
    def variance(self) -> float:
        """Give the unbiased variance; there must be two numbers at least."""
        return float((self.squares - self.total * self.total / self.n) / (self.n - 1))

    @property
    def has_spread(self) -> bool:
        """Tell whether there are two numbers that are not the same."""
        return self.total * self.total != self.n * self.squares

    @property
    def skewness(self) -> float:
        """Give the third standardised moment; the numbers must not be all the same."""
        mean = self.total / self.n
        second = self.squares / self.n - mean * mean
        third = self.cubes / self.n - 3 * mean * self.squares / self.n + 2 * mean**3
        return float(third) / math.pow(float(second), 1.5)
