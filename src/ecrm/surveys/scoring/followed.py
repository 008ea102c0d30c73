"""What one customer did after a score: the rows from which saying is set beside doing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs

from ecrm.errors import InvalidError

__all__ = ["ASKED", "NOT_ASKED", "Followed", "Happening"]

ASKED = "asked, not answered"
NOT_ASKED = "not asked"
_DAY = dt.timedelta(days=1)


def _in_utc(value: Any) -> dt.datetime:
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise InvalidError.of("time", "give a time with its zone")
    # Two times of one zone are subtracted by the clock on the wall, and that one is changed twice a year.
    return value.astimezone(dt.UTC)


def _check_whole(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidError.of(field.name, "give an amount in whole minor units")


@attrs.frozen
class Happening:
    """Be one event of a customer.

    Args:
        name: Its name, as `Order Completed`.
        at: When, aware.
        amount_minor: What it adds to revenue, in minor units of the one currency all amounts are in; below 0 for a
            refund.
    """

    name: str
    at: dt.datetime = attrs.field(converter=_in_utc)
    amount_minor: int = attrs.field(default=0, validator=_check_whole)


def _all(happened: Iterable[Happening]) -> tuple[Happening, ...]:
    return tuple(happened)


@attrs.frozen
class Followed:
    """Be one customer, and what they did since they answered.

    Args:
        key: Who, as the caller names them; comes back in the lists.
        group: A band of the score, `ASKED` or `NOT_ASKED`.
        since: When they answered; were asked, where they did not answer; would have been asked, where they were not.
        until: How far they are followed: until now, or until they were erased.
        happened: Their events, in any order; what is not after `since` and up to `until` does not count.

    Raises:
        InvalidError: A time has no zone, or they were followed until before they answered.
    """

    key: str = attrs.field(repr=False)
    group: str
    since: dt.datetime = attrs.field(converter=_in_utc)
    until: dt.datetime = attrs.field(converter=_in_utc)
    happened: tuple[Happening, ...] = attrs.field(default=(), converter=_all, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.until < self.since:
            raise InvalidError.of("until", "give a time that is not before since")

    @property
    def days(self) -> float:
        """Tell how long they are followed, in days."""
        return (self.until - self.since) / _DAY

    def first_days(self, name: str) -> float | None:
        """Tell after how many days the first event of a name happened; None where none did.

        >>> start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        >>> bought = Happening("Order Completed", start + dt.timedelta(days=12), 9_900)
        >>> one = Followed("1", "promoter", start, start + dt.timedelta(days=40), [bought])
        >>> one.days, one.first_days("Order Completed"), one.revenue_within(30), one.revenue_within(90)
        (40.0, 12.0, 9900, None)
        """
        times = [event.at for event in self.happened if event.name == name and self.since < event.at <= self.until]
        return (min(times) - self.since) / _DAY if times else None

    def revenue_within(self, days: float) -> int | None:
        """Sum the amounts within a horizon, in minor units; None where they are not followed for so long."""
        if self.days < days:
            return None
        end = self.since + days * _DAY
        return sum(event.amount_minor for event in self.happened if self.since < event.at <= end)
