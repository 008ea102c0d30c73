"""A shop is configured for itself, and read again now and then."""

from __future__ import annotations

import pytest

from ecrm import CRM, InvalidError
from ecrm.shops.model import Settings


def test_a_shop_that_set_nothing_has_defaults(crm):
    assert crm.shop.settings == Settings()


def test_what_is_set_is_kept_and_the_rest_left(crm, database_url):
    crm.shop.configure(country="tr", rates={"EUR": "36.2"})
    assert crm.shop.configure(currency="TRY") == Settings(country="TR", currency="TRY", rates={"EUR": "36.2"})
    with CRM(database_url) as other:
        assert other.shop.settings == crm.shop.settings
        assert other.for_shop("outlet").shop.settings == Settings()


@pytest.mark.parametrize(
    "bad", [{"colour": "red"}, {"zone": "Mars"}, {"country": "TR", "currency": "LIRA"}, {"shared_limit": 1}]
)
def test_a_setting_that_can_not_be_is_refused_and_nothing_set(crm, bad):
    with pytest.raises(InvalidError):
        crm.shop.configure(**bad)
    assert crm.shop.settings == Settings()


def test_what_another_program_sets_is_seen_after_half_a_minute(crm, database_url, clock):
    assert crm.shop.settings.country is None
    with CRM(database_url, clock=clock) as other:
        other.shop.configure(country="TR")
    assert crm.shop.settings.country is None
    clock.advance(seconds=31)
    assert crm.shop.settings.country == "TR"


@pytest.mark.parametrize("shop", ["", "a b", None, "x" * 64])
def test_a_shop_with_no_plain_key_is_refused(crm, shop):
    with pytest.raises(InvalidError):
        crm.for_shop(shop)


def test_a_shop_shows_its_key(crm):
    assert repr(crm.shop) == "<Shop main>"
