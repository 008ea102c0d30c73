"""When a channel rests since its provider is down, and how fast it may be given messages.

A circuit opens after some failures in a row and lets a few messages try again after a while; a line with a
rate gives each message its own moment, so that several workers together keep to it.
"""

from __future__ import annotations

import datetime as dt

__all__ = ["FAILURES_TO_OPEN", "backoff_s", "rest_s", "taken"]

FAILURES_TO_OPEN = 3
_FIRST_REST_S, _LONGEST_REST_S = 30.0, 900.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 30.0, 6 * 3_600.0
# How far ahead of the clock a line with a rate may be filled.
BURST = dt.timedelta(seconds=1)


def rest_s(failures: int) -> float | None:
    """Give how long a channel rests after so many failures in a row, in seconds; None where it goes on.

    >>> [rest_s(failures) for failures in (1, 3, 4, 20)]
    [None, 30.0, 60.0, 900.0]
    """
    if failures < FAILURES_TO_OPEN:
        return None
    return min(_FIRST_REST_S * 2.0 ** min(failures - FAILURES_TO_OPEN, 20), _LONGEST_REST_S)


def backoff_s(tries: int, wait_s: float | None, jitter: float) -> float:
    """Give how long a message waits before it is tried again, in seconds.

    Args:
        tries: How often it was tried.
        wait_s: How long the provider asked to wait, where it did: never less than that.
        jitter: A number from 0 to 1, so that what failed together does not come again together.

    >>> backoff_s(1, None, 0.0), backoff_s(2, None, 1.0), backoff_s(1, 600.0, 0.0)
    (30.0, 90.0, 600.0)
    """
    base = min(_FIRST_WAIT_S * 2.0 ** min(tries - 1, 20), _LONGEST_WAIT_S)
    return max(base * (1 + jitter / 2), wait_s or 0.0)


def taken(free_at: dt.datetime | None, now: dt.datetime, wanted: int, per_second: float) -> tuple[int, dt.datetime]:
    """Give how many messages may go now, and when the next one after these may.

    Args:
        free_at: When the next message may go; None is at once.
        now: The time.
        wanted: How many there are.
        per_second: How many the provider takes a second.

    Source: the generic cell rate algorithm, ITU-T I.371.

    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> count, free_at = taken(None, at, 100, 10)
    >>> count, (free_at - at).total_seconds()
    (10, 1.0)
    """
    start = max(free_at or now, now)
    room = int((now + BURST - start).total_seconds() * per_second)
    count = max(min(wanted, room if per_second >= 1 or room else int(start <= now)), 0)
    return count, start + dt.timedelta(seconds=count / per_second)
