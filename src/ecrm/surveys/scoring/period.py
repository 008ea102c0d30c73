"""Scores by period, and what changed from one to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import attrs

from ecrm.errors import InvalidError
from ecrm.surveys.scoring.band import CSAT, NPS, scale_of
from ecrm.surveys.scoring.comparison import difference
from ecrm.surveys.scoring.counts import Counts
from ecrm.surveys.scoring.interval import LEVEL, Estimate
from ecrm.surveys.scoring.netpromoter import NpsScore, nps
from ecrm.surveys.scoring.rating import Rating, ces, csat

__all__ = ["PERIODS", "Point", "period_of", "scored", "trend"]

PERIODS = ("day", "week", "month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}


def scored(kind: str, counts: Counts, *, level: float = LEVEL) -> NpsScore | Rating:
    """Score answers of any kind; the `headline` of each is its number.

    Args:
        kind: nps, csat or ces.
        counts: How often, by value.
        level: The level of the intervals.

    Raises:
        InvalidError: There is no such kind, a value is not on its scale, or a count is none.

    Source: see `nps`, `csat` and `ces`.

    >>> print(scored("csat", {5: 70, 1: 30}).headline)
    70.0 % (95 %: 60.4 to 78.1; n = 100)
    """
    scale = scale_of(kind)
    if scale is NPS:
        return nps(counts, level=level)
    return csat(counts, level=level) if scale is CSAT else ces(counts, level=level)


@attrs.frozen
class Point:
    """Be the score of one period.

    Args:
        period: Its first day.
        score: The score.
        change: Against the last period before that has answers; None for the first one.
    """

    period: dt.date
    score: NpsScore | Rating
    change: Estimate | None


def period_of(day: dt.date, every: str) -> dt.date:
    """Give the first day of the period a day is in.

    Args:
        day: The day, in the zone of the shop.
        every: day, week (from Monday), month, quarter or year.

    Raises:
        InvalidError: There is no such period, or the day has a time.

    Source: ISO 8601 for the week.

    >>> period_of(dt.date(2026, 5, 20), "quarter").isoformat()
    '2026-04-01'
    """
    _check_every(every)
    if isinstance(day, dt.datetime):
        raise InvalidError.of("day", "give a date, in the zone of the shop")
    if every in _DAYS:
        return day - dt.timedelta(days=day.weekday() if every == "week" else 0)
    return dt.date(day.year, day.month - (day.month - 1) % _MONTHS[every], 1)


def trend(
    kind: str, counts: Mapping[dt.date, Counts], every: str = "month", *, level: float = LEVEL
) -> tuple[Point, ...]:
    """Score each period from the first to the last, those without answers as well.

    Args:
        kind: nps, csat or ces.
        counts: How often, by day and by value; any day of a period stands for it.
        every: day, week (from Monday), month, quarter or year.
        level: The level of the intervals, each for itself: over many periods one looks changed by chance.

    Raises:
        InvalidError: There is no such kind or period, a value is not on the scale, or a count is none.

    Source: see `difference`.

    >>> found = trend("nps", {dt.date(2026, 1, 5): {10: 60, 3: 40}, dt.date(2026, 3, 9): {10: 40, 3: 60}})
    >>> for point in found:
    ...     print(point.period, point.score.headline, "| change", point.change)
    2026-01-01 20.0 (95 %: 0.6 to 38.2; n = 100) | change None
    2026-02-01 no answers yet | change no answers in this period
    2026-03-01 -20.0 (95 %: -38.2 to -0.6; n = 100) | change -40.0 (95 %: -65.4 to -12.2; n = 200)
    """
    _check_every(every)
    gathered: dict[dt.date, dict[int, int]] = {}
    for day, some in counts.items():
        of_period = gathered.setdefault(period_of(day, every), {})
        for value, count in some.items():
            of_period[value] = of_period.get(value, 0) + count
    points: list[Point] = []
    last: NpsScore | Rating | None = None
    for period in _periods(gathered, every):
        score = scored(kind, gathered.get(period, {}), level=level)
        points.append(Point(period, score, _change(score, last)))
        last = score if score.n else last
    return tuple(points)


def _check_every(every: str) -> None:
    if every not in PERIODS:
        raise InvalidError.of("every", f"give one of {', '.join(PERIODS)}")


def _change(score: NpsScore | Rating, last: NpsScore | Rating | None) -> Estimate | None:
    if last is None:
        return None
    if not score.n:
        return Estimate(None, None, 0, score.headline.unit, note="no answers in this period")
    return difference(score, last)


def _periods(gathered: Mapping[dt.date, object], every: str) -> Iterator[dt.date]:
    if not gathered:
        return
    period, last = min(gathered), max(gathered)
    while period <= last:
        yield period
        period = _next_period(period, every)


def _next_period(period: dt.date, every: str) -> dt.date:
    if every in _DAYS:
        return period + dt.timedelta(days=_DAYS[every])
    months = period.year * 12 + period.month - 1 + _MONTHS[every]
    return dt.date(months // 12, months % 12 + 1, 1)
