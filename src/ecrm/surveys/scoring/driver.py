"""Key drivers: which answers move with the score. What moves together need not be cause and effect."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

from ecrm.errors import InvalidError
from ecrm.surveys.scoring.comparison import is_clear
from ecrm.surveys.scoring.interval import LEVEL, Estimate, checked_count, checked_level, interval_around, z_of

__all__ = ["Driver", "Pairs", "key_drivers", "pairs_of", "rank_correlation"]

Pairs = Mapping[tuple[float, float], int]
_FEWEST = 4


def pairs_of(answers: Iterable[tuple[float, float]]) -> Counter[tuple[float, float]]:
    """Count pairs of an answer and a score.

    >>> pairs_of([(5, 10), (5, 10), (1, 3)])
    Counter({(5, 10): 2, (1, 3): 1})
    """
    return Counter(answers)


@attrs.frozen
class Driver:
    """Be one answer and how it moves with the score.

    Args:
        name: The key of its question, and of its option where it has options.
        correlation: The rank correlation, -1 to 1.
        is_clear: Whether it is sure not to be 0, all drivers that were looked at considered.
    """

    name: str
    correlation: Estimate
    is_clear: bool


def key_drivers(answers: Mapping[str, Pairs], *, level: float = LEVEL) -> tuple[Driver, ...]:
    """Sort answers by how strongly they move with the score.

    Options have no order: give each one as a driver of its own, 1 where it was chosen and 0 where not.

    Args:
        answers: By the name of a driver, how often each pair of an answer and a score was given, by one person each.
        level: The level of the intervals, each for itself. `is_clear` is stricter: of twenty drivers that mean nothing
            one would look clear by chance.

    Returns:
        The strongest first; those of which nothing can be said last.

    Source: Spearman, see `rank_correlation`; Bonferroni's correction as in Dunn (1961), Multiple comparisons among
    means, JASA 56, 52-64.

    >>> on_time = pairs_of([(1, 10)] * 30 + [(1, 8)] * 10 + [(0, 3)] * 15 + [(0, 9)] * 5)
    >>> paper = pairs_of([(0, 10), (1, 10), (0, 3), (1, 3)] * 15)
    >>> for found in key_drivers({"paper": paper, "on_time": on_time}):
    ...     print(found.name, found.correlation, found.is_clear)
    on_time 0.77 (95 %: 0.62 to 0.87; n = 60) True
    paper 0.00 (95 %: -0.25 to 0.25; n = 60) False
    """
    strict = 1 - (1 - checked_level(level)) / max(len(answers), 1)
    found = [
        Driver(name, _correlation(pairs, z_of(level), level), is_clear(_correlation(pairs, _strict_z(strict), level)))
        for name, pairs in answers.items()
    ]
    return tuple(sorted(found, key=_strength))


def _strength(driver: Driver) -> tuple[bool, float, str]:
    value = driver.correlation.value
    return value is None, -abs(value or 0.0), driver.name


def _strict_z(level: float) -> float:
    # Corrected for many drivers it may be nearer to 1 than anybody may ask for.
    from statistics import NormalDist

    return NormalDist().inv_cdf((1 + level) / 2)


def rank_correlation(pairs: Pairs, *, level: float = LEVEL) -> Estimate:
    """Estimate the rank correlation of two answers; equal answers share the mean of their ranks.

    Args:
        pairs: How often each pair was given.
        level: The level of the interval.

    Returns:
        -1 to 1. No value where one of the two is the same for everybody, and no interval for less than four pairs.

    Raises:
        InvalidError: A count is none.

    Source: Spearman (1904), The proof and measurement of association between two things, American Journal of
    Psychology 15, 72-101; the interval of Bonett & Wright (2000), Sample size requirements for estimating Pearson,
    Kendall and Spearman correlations, Psychometrika 65, 23-28. Where the two go together without exception that one has
    no width; then it is the one that Wilson's interval leaves for exceptions.

    >>> print(rank_correlation({(1, 2): 20, (2, 5): 10, (3, 4): 10}))
    0.78 (95 %: 0.59 to 0.89; n = 40)
    """
    return _correlation(pairs, z_of(level), level)


def _correlation(pairs: Pairs, z: float, level: float) -> Estimate:
    counts = {pair: checked_count(count, "pairs") for pair, count in pairs.items() if count != 0}
    n = sum(counts.values())
    if n == 0:
        return Estimate(None, None, 0, "correlation")
    first, second = (_centred_ranks(counts, side) for side in (0, 1))
    squares = [sum(count * ranks[pair[side]] ** 2 for pair, count in counts.items()) for side, ranks in
               ((0, first), (1, second))]  # fmt: skip
    if 0 in squares:
        return Estimate(None, None, n, "correlation", note="one of the two is the same for everybody")
    products = sum(count * first[one] * second[other] for (one, other), count in counts.items())
    is_perfect = products**2 == squares[0] * squares[1]
    value = math.copysign(1, products) if is_perfect else products / math.sqrt(squares[0] * squares[1])
    if n < _FEWEST:
        return Estimate(value, None, n, "correlation")
    interval = interval_around(value, *_limits(value, n, z), level, within=(-1, 1))
    return Estimate(value, interval, n, "correlation")


def _limits(value: float, n: int, z: float) -> tuple[float, float]:
    if abs(value) == 1:
        # As many pairs may go against the order as Wilson's interval allows where none of n did.
        least = 1 - 2 * z * z / (n + z * z)
        return (least, 1.0) if value > 0 else (-1.0, -least)
    middle, half = math.atanh(value), z * math.sqrt((1 + value * value / 2) / (n - 3))
    return math.tanh(middle - half), math.tanh(middle + half)


def _centred_ranks(counts: Pairs, side: int) -> dict[float, int]:
    """Give twice the distance of each answer's rank from the middle one: whole numbers, exact in any order."""
    totals: dict[float, int] = {}
    for pair, count in counts.items():
        answer = pair[side]
        if not math.isfinite(answer):
            raise InvalidError.of("pairs", "give finite numbers")
        totals[answer] = totals.get(answer, 0) + count
    ranks, before, n = {}, 0, sum(totals.values())
    for answer in sorted(totals):
        ranks[answer] = 2 * before + totals[answer] - n
        before += totals[answer]
    return ranks
