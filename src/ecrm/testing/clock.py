"""A clock that moves only when told."""

from __future__ import annotations

import datetime as dt
from typing import Any

__all__ = ["FrozenClock"]


class FrozenClock:
    """Stand still until advanced; pass it as `CRM(url, clock=…)`.

    Args:
        now: Where it stands; 2026-01-01 12:00 UTC where left out.

    >>> clock = FrozenClock()
    >>> clock.advance(days=3).isoformat()
    '2026-01-04T12:00:00+00:00'
    """

    def __init__(self, now: dt.datetime | None = None) -> None:
        self._now = now or dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        """Give the time."""
        return self._now

    def move_to(self, moment: dt.datetime) -> dt.datetime:
        """Stand at another moment, which has a zone; give it."""
        self._now = moment.astimezone(dt.UTC)
        return self._now

    def advance(self, **span: Any) -> dt.datetime:
        """Move on by the words of `datetime.timedelta`: days, hours, seconds, …; give the new time."""
        self._now += dt.timedelta(**span)
        return self._now
