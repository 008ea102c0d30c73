"""The Net Promoter Score."""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs

from ecrm.surveys.scoring.band import NPS
from ecrm.surveys.scoring.counts import Bar, Counts, checked_counts, distribution
from ecrm.surveys.scoring.interval import LEVEL, Estimate, Interval, checked_count, interval_around, z_of
from ecrm.surveys.scoring.proportion import share

__all__ = ["NpsScore", "nps", "nps_difference", "nps_of_bands"]

# Three made-up answers, a quarter of them promoters and a quarter detractors.
_MADE_UP = (0.75, 1.5, 0.75)


@attrs.frozen
class NpsScore:
    """Keep a Net Promoter Score and what it is made of.

    Args:
        promoters: How many answered 9 or 10.
        passives: How many answered 7 or 8.
        detractors: How many answered 0 to 6.
        level: The level of its intervals.
        bars: How often each value was answered; empty where only the bands are known.

    >>> nps_of_bands(70, 10, 20).variance
    0.65
    """

    promoters: int
    passives: int
    detractors: int
    level: float = LEVEL
    bars: tuple[Bar, ...] = attrs.field(default=(), repr=False)

    def __attrs_post_init__(self) -> None:
        for field in ("promoters", "passives", "detractors"):
            checked_count(getattr(self, field), field)
        z_of(self.level)

    @property
    def n(self) -> int:
        """Count the answers."""
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> Estimate:
        """Give the score in points, -100 to 100, with its adjusted Wald interval.

        Source: Rocks (2016), Interval estimation for the Net Promoter Score, The American Statistician 70, 365-372.
        """
        if self.n == 0:
            return Estimate(None, None, 0, "points")
        value = 100 * self._balance
        low, high = _wald([mine + made_up for mine, made_up in zip(self._bands, _MADE_UP, strict=True)], self.level)
        return Estimate(value, interval_around(value, low, high, self.level, within=(-100, 100)), self.n, "points")

    @property
    def headline(self) -> Estimate:
        """Give the number that stands for the whole: the score."""
        return self.score

    @property
    def wald(self) -> Interval | None:
        """Give the plain Wald interval, in points. It is too narrow in small samples; it is what others publish."""
        return Interval(*_wald(self._bands, self.level), self.level) if self.n else None

    @property
    def variance(self) -> float | None:
        """Give the variance of one answer, a promoter being 1 and a detractor -1; None where there is none."""
        return _variance(self._bands) if self.n else None

    @property
    def standard_error(self) -> float | None:
        """Give the standard error of the score, in points; None where there are no answers."""
        return 100 * math.sqrt(_variance(self._bands) / self.n) if self.n else None

    @property
    def shares(self) -> Mapping[str, Estimate]:
        """Give the share of each band, by its word."""
        counts = zip(NPS.bands, self._bands, strict=True)
        return {band: share(count, self.n, level=self.level) for band, count in counts}

    @property
    def _bands(self) -> tuple[int, int, int]:
        return self.promoters, self.passives, self.detractors

    @property
    def _balance(self) -> float:
        return (self.promoters - self.detractors) / self.n


def nps(counts: Counts, *, level: float = LEVEL) -> NpsScore:
    """Score answers from 0 to 10.

    Args:
        counts: How often, by value.
        level: The level of the intervals.

    Raises:
        InvalidError: A value is not on the scale, or a count is none.

    Source: Reichheld (2003), The one number you need to grow, Harvard Business Review 81(12), 46-54.

    >>> print(nps({10: 40, 9: 30, 8: 10, 3: 20}).score)
    50.0 (95 %: 32.9 to 64.1; n = 100)
    >>> print(nps({}).score)
    no answers yet
    """
    held = checked_counts(counts, NPS.values)
    promoters, passives, detractors = (
        sum(count for value, count in held.items() if NPS.band_of(value) == band) for band in NPS.bands
    )
    return NpsScore(promoters, passives, detractors, level, distribution(held, NPS.values, level=level))


def nps_of_bands(promoters: int, passives: int, detractors: int, *, level: float = LEVEL) -> NpsScore:
    """Score answers of which only the bands are known.

    Raises:
        InvalidError: A count is none.

    Source: Reichheld (2003); see `nps`.

    >>> one = nps_of_bands(70, 10, 20)
    >>> one.score.value, round(one.standard_error, 4), round(one.wald.low, 3), round(one.wald.high, 3)
    (50.0, 8.0623, 34.198, 65.802)
    """
    return NpsScore(promoters, passives, detractors, level=level)


def nps_difference(one: NpsScore, other: NpsScore) -> Estimate:
    """Estimate by how many points one group scores higher than another.

    The groups are different people. The level is that of the first.

    Returns:
        The difference in points, -200 to 200; no value where one of the groups is empty.

    Source: Rocks (2016), see `NpsScore.score`; made-up answers in each of two groups: Agresti & Caffo (2000), Simple
    and effective confidence intervals for proportions, The American Statistician 54, 280-288.

    >>> print(nps_difference(nps_of_bands(70, 10, 20), nps_of_bands(50, 20, 30)))
    30.0 (95 %: 6.2 to 52.0; n = 200)
    """
    n = one.n + other.n
    if not (one.n and other.n):
        return Estimate(None, None, n, "points", note="one of the groups has no answers")
    value = 100 * (one._balance - other._balance)  # noqa: SLF001 - a friend of the class
    middle, square = 0.0, 0.0
    for sign, group in ((1, one), (-1, other)):
        bands = [mine + made_up for mine, made_up in zip(group._bands, _MADE_UP, strict=True)]  # noqa: SLF001
        middle += sign * 100 * _balance(bands)
        square += 10_000 * _variance(bands) / sum(bands)
    half = z_of(one.level) * math.sqrt(square)
    interval = interval_around(value, middle - half, middle + half, one.level, within=(-200, 200))
    return Estimate(value, interval, n, "points")


def _balance(bands: list[float] | tuple[float, ...]) -> float:
    return (bands[0] - bands[2]) / sum(bands)


def _variance(bands: list[float] | tuple[float, ...]) -> float:
    balance, whole = _balance(bands), sum(bands)
    weighted = zip(((1 - balance) ** 2, balance**2, (-1 - balance) ** 2), bands, strict=True)
    return sum(square * count for square, count in weighted) / whole


def _wald(bands: list[float] | tuple[float, ...], level: float) -> tuple[float, float]:
    middle = 100 * _balance(bands)
    half = 100 * z_of(level) * math.sqrt(_variance(bands) / sum(bands))
    return middle - half, middle + half
