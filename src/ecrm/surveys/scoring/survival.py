"""How long until something happens, where some were not followed to the end: the curve of Kaplan and Meier."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping

import attrs

from ecrm.errors import InvalidError
from ecrm.surveys.scoring.interval import (
    FEW,
    LEVEL,
    Estimate,
    Interval,
    checked_count,
    checked_level,
    interval_around,
    note_of,
    z_of,
)
from ecrm.surveys.scoring.proportion import share

__all__ = ["Curve", "Step", "kaplan_meier"]


@attrs.frozen
class Step:
    """Be a time at which it happened to somebody.

    Args:
        days: The time, in days after the start.
        at_risk: To how many it could have happened then.
        happened: To how many it did.
        waiting: The share to whom it has not happened by then, 0 to 1.
        greenwood: The sum of Greenwood's formula so far; infinite once it happened to all.
    """

    days: float
    at_risk: int
    happened: int
    waiting: float
    greenwood: float


@attrs.frozen
class Curve:
    """Keep how the share of those who wait goes down.

    Args:
        n: How many there are.
        steps: The times at which it happened to somebody, in order.
        ends: When each person was seen last before it happened, in days, sorted.
        last_days: How long anybody was followed; 0 where there is nobody.
        level: The level of the intervals.
    """

    n: int
    steps: tuple[Step, ...] = attrs.field(repr=False)
    ends: tuple[float, ...] = attrs.field(repr=False)
    last_days: float
    level: float = LEVEL

    def happened_within(self, days: float) -> Estimate:
        """Estimate to how many it happens within a horizon, the follow-up being over for all.

        Args:
            days: The horizon, above 0.

        Returns:
            The share with its log-log interval. No value where nobody was followed for so long.

        Raises:
            InvalidError: The horizon is not above 0.

        Source: Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, JASA 53, 457-481; the
        variance of Greenwood (1926); the interval of Kalbfleisch & Prentice (1980), The statistical analysis of failure
        time data, recommended by Borgan & Liestøl (1990), Scandinavian Journal of Statistics 17, 35-41. Where it
        happened to nobody, or to all, that interval has no width, and Wilson's of those still followed stands in.

        >>> print(kaplan_meier({10: 30, 40: 20}, {25: 20, 100: 30}).happened_within(90))
        58.0 % (95 %: 47.4 to 69.0; n = 100)
        """
        if not 0 < days < math.inf:
            raise InvalidError.of("days", "give a horizon above 0 days")
        if self.n == 0:
            return Estimate(None, None, 0, note=note_of(0, "customer"))
        place = bisect_right(self.steps, days, key=lambda step: step.days)
        step = self.steps[place - 1] if place else None
        if self.last_days < days and (step is None or step.waiting > 0):
            return Estimate(None, None, self.n, note=f"nobody was followed for {days:g} days yet")
        value = 1 - step.waiting if step else 0.0
        return Estimate(value, self._interval(step, value, days), self.n, note=self._note(days))

    def _interval(self, step: Step | None, value: float, days: float) -> Interval:
        if step is None:
            still = self.n - bisect_left(self.ends, days)
            return interval_around(0.0, 0.0, _highest(still, self.level), self.level)
        if step.waiting == 0:
            known = step.at_risk if bisect_left(self.ends, step.days) else self.n
            return interval_around(1.0, 1 - _highest(known, self.level), 1.0, self.level)
        spread = z_of(self.level) * math.sqrt(step.greenwood) / -math.log(step.waiting)
        low, high = (1 - step.waiting ** _bounded_exp(sign * spread) for sign in (-1, 1))
        return interval_around(value, low, high, self.level, within=(0, 1))

    def _note(self, days: float) -> str:
        followed = self.n - bisect_left(self.ends, days)
        if self.n < FEW or followed >= FEW:
            return note_of(self.n, "customer")
        return f"only {followed} of {self.n} customers could be followed for {days:g} days"


def kaplan_meier(happened: Mapping[float, int], unfinished: Mapping[float, int], *, level: float = LEVEL) -> Curve:
    """Draw the curve of those who still wait.

    Args:
        happened: To how many it happened, by days after the start.
        unfinished: How many were followed without it happening, by days after the start. Who was followed to the very
            time of a step was still at risk then.
        level: The level of the intervals.

    Raises:
        InvalidError: A time is below 0 or not finite, or a count is none.

    Source: Kaplan & Meier (1958) and Greenwood (1926); see `Curve.happened_within`.

    >>> curve = kaplan_meier({6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1},
    ...     {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1})
    >>> [round(step.waiting, 4) for step in curve.steps]
    [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    """
    checked_level(level)
    gone, left = _checked(happened, "happened"), _checked(unfinished, "unfinished")
    n = at_risk = sum(gone.values()) + sum(left.values())
    steps: list[Step] = []
    waiting, greenwood = 1.0, 0.0
    for days in sorted(gone.keys() | left.keys()):
        if count := gone.get(days, 0):
            stay = at_risk - count
            waiting *= stay / at_risk
            greenwood += count / (at_risk * stay) if stay else math.inf
            steps.append(Step(days, at_risk, count, waiting, greenwood))
        at_risk -= count + left.get(days, 0)
    ends = tuple(days for days in sorted(left) for _ in range(left[days]))
    return Curve(n, tuple(steps), ends, max(gone.keys() | left.keys(), default=0.0), level)


def _checked(counts: Mapping[float, int], field: str) -> dict[float, int]:
    if not all(0 <= days < math.inf for days in counts):
        raise InvalidError.of(field, "give days after the start, of at least 0")
    return {days: checked_count(count, field) for days, count in counts.items() if count != 0}


def _highest(n: int, level: float) -> float:
    interval = share(0, n, level=level).interval
    return interval.high if interval else 1.0


def _bounded_exp(value: float) -> float:
    # Beyond it the power is 0 or 1 anyway, and further on a float overflows.
    return math.exp(min(value, 700.0))
