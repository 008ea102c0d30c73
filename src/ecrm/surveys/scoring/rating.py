"""Customer satisfaction (CSAT) and customer effort (CES): the share of the best band, and the mean."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ecrm.surveys.scoring.band import CES, CSAT, ScoreScale
from ecrm.surveys.scoring.counts import Bar, Counts, Moments, checked_counts, distribution
from ecrm.surveys.scoring.interval import LEVEL, Estimate
from ecrm.surveys.scoring.mean import mean_on_scale
from ecrm.surveys.scoring.proportion import share

__all__ = ["Rating", "ces", "csat"]


@attrs.frozen
class Rating:
    """Keep what answers on a scale say.

    Args:
        scale: The scale.
        n: How many answers.
        best: The share of the best band.
        mean: The mean.
        moments: The sums it is made of, for comparing.
        bars: How often each value was answered.
        level: The level of its intervals.
    """

    scale: ScoreScale
    n: int
    best: Estimate
    mean: Estimate
    moments: Moments = attrs.field(repr=False)
    bars: tuple[Bar, ...] = attrs.field(repr=False)
    level: float = LEVEL

    @property
    def headline(self) -> Estimate:
        """Give the number that stands for the whole: the share of the satisfied for CSAT, the mean for CES."""
        return self.best if self.scale is CSAT else self.mean

    @property
    def shares(self) -> Mapping[str, Estimate]:
        """Give the share of each band, by its word."""
        of_band = dict.fromkeys(self.scale.bands, 0)
        for bar in self.bars:
            of_band[self.scale.band_of(bar.value)] += bar.count
        return {band: share(count, self.n, level=self.level) for band, count in of_band.items()}


def csat(counts: Counts, *, level: float = LEVEL) -> Rating:
    """Score answers from 1 to 5 by how many are satisfied: the two best boxes.

    Args:
        counts: How often, by value.
        level: The level of the intervals.

    Raises:
        InvalidError: A value is not on the scale, or a count is none.

    Source: Wilson (1927) for the share, see `share`; Student (1908) for the mean, see `mean_on_scale`.

    >>> print(csat({5: 50, 4: 20, 3: 10, 2: 10, 1: 10}).best)
    70.0 % (95 %: 60.4 to 78.1; n = 100)
    """
    return _rated(CSAT, counts, level)


def ces(counts: Counts, *, level: float = LEVEL) -> Rating:
    """Score answers from 1 to 7 by their mean and by how many found it easy, which is 5 and more.

    Args:
        counts: How often, by value; 7 is the easiest.
        level: The level of the intervals.

    Raises:
        InvalidError: A value is not on the scale, or a count is none.

    Source: Dixon, Freeman & Toman (2010), Stop trying to delight your customers, Harvard Business Review 88(7); the
    seven points of agreement: Dixon, Toman & DeLisi (2013), The effortless experience.

    >>> found = ces({7: 50, 5: 20, 4: 10, 1: 20})
    >>> print(found.mean, found.best, sep=" | ")
    5.10 (95 %: 4.64 to 5.56; n = 100) | 70.0 % (95 %: 60.4 to 78.1; n = 100)
    """
    return _rated(CES, counts, level)


def _rated(scale: ScoreScale, counts: Counts, level: float) -> Rating:
    held = checked_counts(counts, scale.values)
    best = sum(count for value, count in held.items() if value >= scale.best_from)
    n = sum(held.values())
    return Rating(
        scale,
        n,
        share(best, n, level=level),
        mean_on_scale(held, scale.values, level=level),
        Moments.of_counts(held),
        distribution(held, scale.values, level=level),
        level,
    )
