"""What a shop has set is valid, or says what to give."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.shops.model import Settings, check_shop


def test_settings_are_spelled_one_way():
    settings = Settings(country="tr", currency="try", rates={"eur": 36.2}, junk=[" Kasa "], language="en-GB")
    assert (settings.country, settings.currency, settings.rates) == ("TR", "TRY", {"EUR": Decimal("36.2")})
    assert settings.junk == {"kasa"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("country", "TUR"), ("country", "9"), ("country", 90), ("zone", "Mars/Base"), ("zone", ""), ("zone", 3),
        ("zone", "Europe"), ("currency", "LIRA"), ("currency", 949), ("language", "turkish!"), ("language", None),
        ("rates", {"EUR": "much"}), ("rates", {"EUR": 0}), ("rates", {"EUR": "-1"}), ("rates", {"EUR": "NaN"}),
        ("rates", {"LIRA": 1}), ("rates", ["EUR"]), ("rates", {1: 2}), ("junk", "kasa"), ("relays", "x.org"),
        ("junk", 5),
        ("shared_limit", 1), ("shared_limit", "20"), ("inbox_days", -1), ("inbox_days", None),
        ("shared_limit", 2.5), ("reads_naive_times", "no"), ("plugins_off", "acme"),
    ],
)  # fmt: skip
def test_a_value_that_can_not_be_is_refused(name, value):
    with pytest.raises(InvalidError):
        Settings(**{name: value})


@pytest.mark.parametrize("shop", ["main", "a", "shop-1.example_x", "x" * 63])
def test_a_shop_has_a_plain_key(shop):
    assert check_shop(shop) == shop


@pytest.mark.parametrize("shop", ["", "x" * 64, "a b", "-a", "a\n", "ş", "a/b", None, 5])
def test_any_other_key_is_refused(shop):
    with pytest.raises(InvalidError, match="shop"):
        check_shop(shop)


def test_a_day_is_that_of_the_zone():
    late = dt.datetime(2026, 1, 1, 22, tzinfo=dt.UTC)
    assert Settings(zone="Europe/Istanbul").day_of(late) == dt.date(2026, 1, 2)
    assert Settings().day_of(late) == dt.date(2026, 1, 1)


@given(
    st.builds(
        Settings,
        country=st.sampled_from([None, "TR", "DE"]),
        currency=st.sampled_from([None, "TRY", "JPY"]),
        rates=st.dictionaries(st.sampled_from(["EUR", "USD"]), st.decimals("0.0001", "1000", places=4)),
        junk=st.lists(st.text(max_size=5)),
        reads_naive_times=st.booleans(),
        shared_limit=st.integers(2, 99),
        plugins_off=st.frozensets(st.sampled_from(["acme", "points"])),
    )
)
def test_settings_come_back_from_json_as_they_were(settings):
    assert Settings(**json.loads(json.dumps(settings.to_json()))) == settings
    assert hash(settings) == hash(Settings(**settings.to_json()))
