"""Quiet hours and closed days, by the recipient's wall clock, also where it is changed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ecrm import InvalidError
from ecrm.messages.model.quiet import ClosedDays, QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(dt.time(21), dt.time(8))
DAY = dt.date(2026, 6, 1)


def utc(*given):
    return dt.datetime(*given, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("hours", "wall", "is_quiet"),
    [
        (NIGHT, dt.time(20, 59, 59), False),
        (NIGHT, dt.time(21), True),
        (NIGHT, dt.time(0), True),
        (NIGHT, dt.time(7, 59), True),
        (NIGHT, dt.time(8), False),
        (QuietHours(dt.time(12), dt.time(14)), dt.time(13), True),
        (QuietHours(dt.time(12), dt.time(14)), dt.time(14), False),
    ],
)
def test_they_begin_with_their_start_and_end_before_their_end(hours, wall, is_quiet):
    assert hours.covers(wall) is is_quiet


def test_they_hold_on_their_channels():
    assert NIGHT.concerns("sms")
    assert QuietHours(channels=["sms"]).concerns("sms")
    assert not QuietHours(channels=["sms"]).concerns("email")


def test_they_end_on_the_wall_clock_of_the_recipient():
    assert NIGHT.next_open(utc(2026, 1, 1, 22), BERLIN) == utc(2026, 1, 2, 7)
    assert NIGHT.next_open(utc(2026, 7, 1, 22), BERLIN) == utc(2026, 7, 2, 6)
    assert NIGHT.next_open(utc(2026, 7, 1, 12), BERLIN) == utc(2026, 7, 1, 12)
    assert str(NIGHT) == "21:00-08:00"


def test_an_end_that_the_clock_skips_is_after_the_gap():
    # On 29 March 2026 Berlin goes from 02:00 to 03:00.
    until = QuietHours(dt.time(22), dt.time(2, 30)).next_open(utc(2026, 3, 28, 23), BERLIN)
    assert until == utc(2026, 3, 29, 1, 30)
    assert until.astimezone(BERLIN).time() == dt.time(3, 30)


def test_an_end_that_the_clock_shows_twice_is_left_twice():
    # On 25 October 2026 Berlin goes from 03:00 back to 02:00.
    hours = QuietHours(dt.time(22), dt.time(2, 30))
    assert hours.next_open(utc(2026, 10, 24, 23), BERLIN) == utc(2026, 10, 25, 0, 30)
    assert hours.next_open(utc(2026, 10, 25, 1, 10), BERLIN) == utc(2026, 10, 25, 1, 30)


def test_a_day_that_never_was_is_no_hindrance():
    # Samoa had no 30 December 2011.
    apia = ZoneInfo("Pacific/Apia")
    until = NIGHT.next_open(utc(2011, 12, 30, 8), apia)
    assert until.astimezone(apia).date() == dt.date(2011, 12, 31)


def test_a_closed_day_is_a_weekday_or_a_holiday():
    closed = ClosedDays([5, 6])
    assert not closed.covers(DAY, [])
    assert closed.covers(DAY, {DAY})
    assert closed.covers(DAY, lambda day: day == DAY)
    assert closed.covers(dt.date(2026, 6, 6), [])
    assert not ClosedDays(holidays=False).covers(DAY, {DAY})


def test_after_closed_days_the_next_one_begins_at_midnight_there():
    closed, holidays = ClosedDays([6]), [dt.date(2026, 6, 8)]
    assert closed.next_open(utc(2026, 6, 7, 10), BERLIN, holidays, 7) == utc(2026, 6, 8, 22)
    assert closed.next_open(utc(2026, 6, 5, 10), BERLIN, holidays, 7) == utc(2026, 6, 5, 10)
    assert closed.next_open(utc(2026, 6, 7, 10), BERLIN, lambda _: True, 7) is None


def test_a_day_that_begins_late_begins_when_it_does():
    # Beirut goes from 00:00 to 01:00 on 29 March 2026.
    beirut = ZoneInfo("Asia/Beirut")
    opens = ClosedDays([5]).next_open(utc(2026, 3, 28, 12), beirut, [], 7)
    assert opens.astimezone(beirut) == dt.datetime(2026, 3, 29, 1, tzinfo=beirut)


@pytest.mark.parametrize(
    "make",
    [
        lambda: QuietHours(dt.time(8), dt.time(8)),
        lambda: QuietHours(21, dt.time(8)),
        lambda: QuietHours(dt.time(21, tzinfo=dt.UTC), dt.time(8)),
        lambda: ClosedDays([7]),
        lambda: ClosedDays(range(7)),
    ],
)
def test_hours_and_days_that_can_not_be_are_refused(make):
    with pytest.raises(InvalidError):
        make()
