"""In which zone a recipient is, as far as it is known."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ecrm.messages.recipientzone import country_zones, recipient_zones

WINTER, SUMMER = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (1, 7))


def zones(zone, phone, at=WINTER):
    return [one.key for one in recipient_zones(zone, phone, "Europe/Berlin", at)]


def test_what_the_customer_says_comes_first():
    assert zones("Asia/Tokyo", "+905321112233") == ["Asia/Tokyo"]


@pytest.mark.parametrize("nonsense", [None, "", "Mars/Olympus", "../etc/passwd", "/etc/passwd"])
def test_then_where_the_number_is_from(nonsense):
    assert zones(nonsense, "+905321112233") == ["Europe/Istanbul"]


@pytest.mark.parametrize("phone", [None, "0532", "+8001234567890", "+999123"])
def test_then_where_the_shop_is(phone):
    assert zones(None, phone) == ["Europe/Berlin"]


def test_of_a_country_with_several_zones_each_time_of_day_is_given_once():
    found = recipient_zones(None, "+12125550123", "Europe/Berlin", WINTER)
    offsets = [one.utcoffset(WINTER) for one in found]
    assert sorted(set(offsets)) == offsets
    assert offsets[0] == dt.timedelta(hours=-10)
    assert offsets[-1] == dt.timedelta(hours=-5)
    assert len(recipient_zones(None, "+491701234567", "UTC", SUMMER)) == 1


def test_every_zone_of_the_table_is_one():
    for country in ("TR", "US", "RU", "AU", "BR", "DE"):
        assert [ZoneInfo(name) for name in country_zones(country)] != []
