"""When nobody is written to, by the clock on the recipient's wall: quiet hours and closed days.

Moments are compared as moments, and only then read off the wall clock, so an hour that a change of the clocks repeats
or skips is no special case. What else speaks against a message is in `pressure`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import Any

import attrs

from ecrm.errors import InvalidError

__all__ = ["ClosedDays", "QuietHours"]

Holidays = Callable[[dt.date], bool] | Collection[dt.date]
_MIDNIGHT = dt.time(0)
_DAY = dt.timedelta(days=1)
_WEEK = range(7)


def _check_wall(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, dt.time) or value.tzinfo is not None:
        raise InvalidError.of(field.name, "give a time of the wall clock, as time(21, 0)")


def _names(value: Iterable[str] | None) -> frozenset[str] | None:
    return None if value is None else frozenset(value)


@attrs.frozen
class QuietHours:
    """Say between which times nobody is written to.

    Args:
        start: From when, on the recipient's wall clock.
        end: Until when, on the next day where it is before `start`; at this time messages go again.
        channels: On which channels; None is all of them.

    >>> QuietHours(dt.time(21), dt.time(8)).covers(dt.time(23, 30))
    True
    """

    start: dt.time = attrs.field(default=dt.time(21), validator=_check_wall)
    end: dt.time = attrs.field(default=dt.time(8), validator=_check_wall)
    channels: frozenset[str] | None = attrs.field(default=None, converter=_names)

    def __attrs_post_init__(self) -> None:
        if self.start == self.end:
            raise InvalidError.of("end", "leave some hours open: start and end are the same")

    def concerns(self, channel: str) -> bool:
        """Tell whether they hold on a channel."""
        return self.channels is None or channel in self.channels

    def covers(self, wall: dt.time) -> bool:
        """Tell whether a time of the wall clock is quiet."""
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def next_open(self, at: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
        """Give the moment from which a message may go: this one, or the next at which quiet hours end.

        Args:
            at: The moment, UTC.
            zone: The recipient's.

        >>> QuietHours().next_open(dt.datetime(2026, 1, 1, 23, tzinfo=dt.UTC), dt.UTC)
        datetime.datetime(2026, 1, 2, 8, 0, tzinfo=datetime.timezone.utc)
        """
        return _first(at, zone, self.end, lambda there: not self.covers(there.time()))

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def _weekdays(value: Iterable[int]) -> frozenset[int]:
    held = frozenset(value)
    if not held <= set(_WEEK) or len(held) == len(_WEEK):
        raise InvalidError.of("weekdays", "give numbers from 0, Monday, to 6, and leave a day open")
    return held


@attrs.frozen
class ClosedDays:
    """Say on which days nobody is written to.

    Args:
        weekdays: Days of the week, 0 for Monday to 6 for Sunday.
        holidays: Whether the holidays that are passed in are closed too.
    """

    weekdays: frozenset[int] = attrs.field(default=(), converter=_weekdays)
    holidays: bool = True

    def covers(self, day: dt.date, holidays: Holidays) -> bool:
        """Tell whether a day is closed.

        Args:
            day: The recipient's.
            holidays: The days, or what tells of a day whether it is one.

        >>> ClosedDays([6]).covers(dt.date(2026, 11, 29), [])
        True
        """
        if day.weekday() in self.weekdays:
            return True
        return self.holidays and (holidays(day) if callable(holidays) else day in holidays)

    def next_open(self, at: dt.datetime, zone: dt.tzinfo, holidays: Holidays, most_days: int) -> dt.datetime | None:
        """Give the moment from which a message may go; None where every one of the days that follow is closed.

        Args:
            at: The moment, UTC.
            zone: The recipient's.
            holidays: The days, or what tells of a day whether it is one.
            most_days: How many days to look ahead.
        """
        for _ in range(most_days + 1):
            day = at.astimezone(zone).date()
            if not self.covers(day, holidays):
                return at
            at = _first(at, zone, _MIDNIGHT, lambda there, day=day: there.date() > day)  # type: ignore[misc]
        return None


def _first(at: dt.datetime, zone: dt.tzinfo, wall: dt.time, is_open: Callable[[dt.datetime], bool]) -> dt.datetime:
    """Give the first moment from `at` on that is open, among `at` and those at which the wall clock shows `wall`."""
    if is_open(at.astimezone(zone)):
        return at
    return next(moment for moment in _moments(at, zone, wall) if moment >= at and is_open(moment.astimezone(zone)))


def _moments(at: dt.datetime, zone: dt.tzinfo, wall: dt.time) -> list[dt.datetime]:
    day = at.astimezone(zone).date() - _DAY
    # Three days would do; a zone may leave one out, as Samoa did on 30 December 2011.
    there = [dt.datetime.combine(day + ahead * _DAY, wall, zone) for ahead in range(5)]
    # Both folds where the clock shows it twice. Where the clock skips it, fold 0 is after the gap.
    return sorted({one.replace(fold=fold).astimezone(dt.UTC) for one in there for fold in (0, 1)})
