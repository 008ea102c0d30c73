"""What a session is: activity without a longer pause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise

__all__ = ["count_sessions"]


def count_sessions(moments: Iterable[dt.datetime], idle: dt.timedelta) -> int:
    """Count sessions.

    Args:
        moments: When something was done, in any order.
        idle: After how long a pause another session begins.

    >>> noon = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    >>> count_sessions([noon, noon + dt.timedelta(minutes=10), noon + dt.timedelta(hours=2)], dt.timedelta(minutes=30))
    2
    """
    known = sorted(moments)
    return bool(known) + sum(later - earlier >= idle for earlier, later in pairwise(known))
