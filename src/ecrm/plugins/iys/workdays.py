"""Business days in Turkey: within three of them a consent is registered, and a refusal is obeyed.

A day of which the afternoon alone is a holiday is a business day here: so a deadline is never later than the law's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

__all__ = ["TURKEY", "deadline_of", "is_workday"]

# Turkey keeps one time all year since 2016, and İYS reads every date in it.
TURKEY = dt.timezone(dt.timedelta(hours=3))
_DAYS = 3
_FIRST_OF_WEEKEND = 5
_DAY = dt.timedelta(days=1)
IsHoliday = Callable[[dt.date], bool]


def is_workday(day: dt.date, is_holiday: IsHoliday) -> bool:
    """Tell whether a day is one of business.

    Args:
        day: In Turkey.
        is_holiday: Tells whether a day is a public holiday.

    >>> is_workday(dt.date(2026, 10, 29), lambda day: day == dt.date(2026, 10, 29))
    False
    """
    return day.weekday() < _FIRST_OF_WEEKEND and not is_holiday(day)


def deadline_of(at: dt.datetime, is_holiday: IsHoliday) -> dt.datetime:
    """Give when three business days after a moment are over: the midnight that ends the third.

    Args:
        at: When a customer spoke, aware.
        is_holiday: Tells whether a day is a public holiday.

    Source: Regulation on Commercial Communication and Commercial Electronic Messages, Official Gazette no. 29417,
        as amended on 4 January 2020.

    >>> deadline_of(dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC), lambda day: False).isoformat()
    '2026-12-01T21:00:00+00:00'
    """
    day, left = at.astimezone(TURKEY).date(), _DAYS
    while left:
        day += _DAY
        left -= is_workday(day, is_holiday)
    return dt.datetime.combine(day + _DAY, dt.time(0), TURKEY).astimezone(dt.UTC)
