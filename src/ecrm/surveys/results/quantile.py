"""Quantiles of numbers that are counted by value, and the bands that cut them into groups of about the same size."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

__all__ = ["bands_of", "quantile_of"]


def quantile_of(counts: Mapping[Any, int], share: float) -> float | None:
    """Give the number below which a share lies; between two numbers on the straight line.

    Args:
        counts: How often, by number.
        share: 0 to 1; 0.5 is the median.

    Returns:
        None where there are no numbers.

    Source: Hyndman & Fan (1996), Sample quantiles in statistical packages, The American Statistician 50, 361-365,
    definition 7.

    >>> quantile_of({1: 2, 4: 1, 10: 1}, 0.5)
    2.5
    """
    values = sorted(value for value, count in counts.items() if count)
    if not values:
        return None
    upto = list(accumulate(counts[value] for value in values))
    place = share * (upto[-1] - 1)
    lower = int(place)
    below, above = (values[bisect_right(upto, spot)] for spot in (lower, min(lower + 1, upto[-1] - 1)))
    return float(below) + (place - lower) * (float(above) - float(below))


def bands_of(counts: Mapping[Any, int], most: int) -> list[tuple[Any, Any]]:
    """Cut values into bands with about as many in each.

    Args:
        counts: How often, by value; values can be compared.
        most: How many bands at most. A value is in one band, so that there may be fewer.

    Returns:
        The lowest and the highest value of each band, in order.

    >>> bands_of({0: 50, 1: 20, 2: 15, 3: 5, 7: 10}, 3)
    [(0, 0), (1, 2), (3, 7)]
    """
    values = sorted(value for value, count in counts.items() if count)
    left = sum(counts[value] for value in values)
    bands: list[tuple[Any, Any]] = []
    start, held = 0, 0
    for place, value in enumerate(values):
        held += counts[value]
        # What a large value took is shared by the bands that are left.
        is_full = held * (most - len(bands)) >= left
        if place == len(values) - 1 or (is_full and len(bands) < most - 1):
            bands.append((values[start], value))
            start, left, held = place + 1, left - held, 0
    return bands
