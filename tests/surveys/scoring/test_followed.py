"""What one customer did after a score."""

from __future__ import annotations

import datetime as dt

import pytest

from ecrm import InvalidError
from ecrm.surveys.scoring import Followed, Happening

START = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def followed(*happened, days=40):
    return Followed("1", "promoter", START, START + days * DAY, happened)


def bought(days, amount_minor=1_000):
    return Happening("Order Completed", START + days * DAY, amount_minor)


def test_only_what_is_after_the_answer_and_within_the_follow_up_counts():
    one = followed(bought(-3), bought(0), bought(50))
    assert one.first_days("Order Completed") is None
    assert one.revenue_within(30) == 0
    assert followed(bought(40)).first_days("Order Completed") == 40


def test_the_first_of_several_is_found_in_any_order():
    one = followed(bought(20), bought(2.5), Happening("Order Refunded", START + DAY, -500))
    assert one.first_days("Order Completed") == 2.5
    assert one.first_days("Order Refunded") == 1
    assert one.revenue_within(30) == 1_500


def test_revenue_within_a_horizon_that_is_not_over_is_not_known():
    assert (followed(bought(5)).revenue_within(40), followed(bought(5)).revenue_within(41)) == (1_000, None)


def test_a_change_to_summer_time_makes_no_day_shorter():
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    since = dt.datetime(2026, 3, 28, 12, tzinfo=berlin)
    one = Followed("1", "passive", since, (since.astimezone(dt.UTC) + 2 * DAY).astimezone(berlin))
    assert one.days == 2


def test_who_they_are_and_what_they_bought_is_not_in_the_repr():
    shown = repr(Followed("ayse@example.com", "promoter", START, START, [bought(1, 4_711)]))
    assert "ayse" not in shown
    assert "4711" not in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"since": START.replace(tzinfo=None)},
        {"until": "2026-05-01"},
        {"until": START - DAY},
    ],
)
def test_times_that_are_none_are_refused(wrong):
    told = {"key": "1", "group": "promoter", "since": START, "until": START + DAY, **wrong}
    with pytest.raises(InvalidError):
        Followed(**told)


@pytest.mark.parametrize("amount", [1.5, True, "10"])
def test_an_amount_that_is_not_whole_is_refused(amount):
    with pytest.raises(InvalidError, match="minor units"):
        Happening("Order Completed", START, amount)
