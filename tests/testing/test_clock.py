"""A clock that stands still until it is told to move."""

from __future__ import annotations

import datetime as dt

from ecrm.testing import FrozenClock


def test_a_frozen_clock_moves_only_when_told():
    clock = FrozenClock()
    assert clock() == clock() == dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    assert clock.advance(days=1, seconds=1) == clock() == dt.datetime(2026, 1, 2, 12, 0, 1, tzinfo=dt.UTC)


def test_it_stands_where_it_was_put():
    now = dt.datetime(1999, 12, 31, tzinfo=dt.UTC)
    assert FrozenClock(now)() == now


def test_it_goes_to_a_moment_in_any_zone():
    clock = FrozenClock()
    moment = dt.datetime(2026, 5, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    assert clock.move_to(moment) == clock() == moment
    assert clock().tzinfo is dt.UTC
