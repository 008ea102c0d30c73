"""Shares: so many of so many, with the interval of Wilson."""

from __future__ import annotations

import math

from ecrm.errors import InvalidError
from ecrm.surveys.scoring.interval import LEVEL, Estimate, checked_count, interval_around, note_of, z_of

__all__ = ["share"]


def share(part: int, whole: int, *, level: float = LEVEL, counted: str = "answer") -> Estimate:
    """Estimate a share: the response rate, the completion rate, or any other.

    Args:
        part: How many are as asked, 0 to `whole`.
        whole: Of how many.
        level: The level of the interval.
        counted: What is counted, in the singular, for the note on few and none.

    Returns:
        The share, 0 to 1. Without anybody there is no value, but a note.

    Raises:
        InvalidError: There are more in the part than in the whole, or one is no count.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212;
    recommended by Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16.

    >>> print(share(15, 148, counted="invitation"))
    10.1 % (95 %: 6.2 to 16.0; n = 148)
    >>> print(share(0, 0, counted="invitation"))
    no invitations yet
    """
    z, n = z_of(level), checked_count(whole, "whole")
    if checked_count(part, "part") > n:
        raise InvalidError.of("part", "give at most as many as there are in the whole")
    if n == 0:
        return Estimate(None, None, 0, note=note_of(0, counted))
    value, z2 = part / n, z * z
    middle = (value + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(value * (1 - value) / n + z2 / (4 * n * n))
    interval = interval_around(value, middle - half, middle + half, level, within=(0, 1))
    return Estimate(value, interval, n, note=note_of(n, counted))
