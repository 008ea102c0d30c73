"""The contract every plugin keeps, and what this one promises."""

from __future__ import annotations

import datetime as dt

import pytest
from ecrm_wishlist_reminder import Watches
from ecrm_wishlist_reminder import plugin as wishlist_reminder

from ecrm import InvalidError, Money, NotFoundError, Who, events
from ecrm.testing import FrozenClock, FrozenCRM, PluginContract

START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
AYSE = Who(email="ayse@example.org")
MEHMET = Who(phone="+905321112233")
DUE = "Wishlist Reminder Due"


def wished(sku="MUG", *, who=AYSE, day=0):
    at = START + dt.timedelta(days=day)
    told = f"{sku}-{day}-{'-'.join(who.given.values())}"
    return events.ProductAddedToWishlist(sku=sku, name="A mug", customer=who, at=at, source_id=told)


def bought(sku="MUG", *, who=AYSE, day=1):
    at, line = START + dt.timedelta(days=day), events.Product(sku=sku)
    return events.OrderCompleted(order_id=f"{sku}{day}", total=Money(9, "EUR"), products=[line], customer=who, at=at)


class TestContract(PluginContract):
    has_timers = True
    has_facts = True
    has_tables = True

    @pytest.fixture
    def plugin(self):
        return wishlist_reminder

    @pytest.fixture
    def history(self):
        return [
            wished(), wished("HAT"), wished(who=MEHMET), bought(who=MEHMET, day=2), wished(day=3),
            wished("HAT", who=MEHMET, day=4),
        ]  # fmt: skip

    def use(self, crm, customers):
        for customer in customers:
            crm.service(Watches).watch(customer.id, "MUG", below=Money("10.00", "EUR"))


@pytest.fixture
def shop(tmp_path):
    with FrozenCRM(f"sqlite:///{tmp_path / 'crm.db'}", clock=FrozenClock(START), plugins=[wishlist_reminder]) as crm:
        yield crm


def reminders(crm, who=AYSE):
    return [one.properties["product"] for one in crm.timeline(who, kinds=[DUE])]


def test_who_did_not_buy_it_within_a_week_is_reminded_once(shop):
    shop.record(wished())
    shop.advance(days=6)
    assert reminders(shop) == []
    shop.advance(days=30)
    assert reminders(shop) == ["MUG"]
    assert shop.facts(AYSE)["wishlist_reminder.due"] == 1


def test_who_bought_it_is_not_and_who_bought_something_else_is(shop):
    for event in (wished(), bought(), wished(who=MEHMET), bought("HAT", who=MEHMET)):
        shop.record(event)
    shop.advance(days=30)
    assert (reminders(shop), reminders(shop, MEHMET)) == ([], ["MUG"])


def test_wishing_for_it_again_puts_it_off(shop):
    shop.record(wished())
    shop.advance(days=5)
    shop.record(wished(day=5))
    shop.advance(days=6)
    assert reminders(shop) == []
    shop.advance(days=1)
    assert reminders(shop) == ["MUG"]


def test_a_shop_says_how_long_to_wait(shop):
    shop.plugins.configure("wishlist_reminder", wait_days=1)
    shop.record(wished())
    shop.advance(days=1)
    assert reminders(shop) == ["MUG"]
    with pytest.raises(InvalidError, match="1 to 365"):
        shop.plugins.configure("wishlist_reminder", wait_days=0)


def test_who_waits_for_a_price_is_found_by_it(shop):
    ayse, mehmet = (shop.customers.upsert(who, language="tr") for who in (AYSE, MEHMET))
    watches = shop.service(Watches)
    watches.watch(AYSE, "MUG", below=Money("10.00", "EUR"))
    watches.watch(mehmet.id, "MUG", below=Money("5.00", "EUR"))
    watches.watch(mehmet.id, "MUG", below=Money("8.00", "EUR"))
    assert watches.waiting_for("MUG", Money("10.00", "EUR")) == [ayse.id]
    assert watches.waiting_for("MUG", Money("8.00", "EUR")) == sorted([ayse.id, mehmet.id])
    assert watches.waiting_for("MUG", Money("8.00", "TRY")) == watches.waiting_for("HAT", Money(1, "EUR")) == []


def test_merged_customers_wait_as_one(shop):
    ayse, mehmet = (shop.customers.upsert(who, language="tr") for who in (AYSE, MEHMET))
    watches = shop.service(Watches)
    for customer in (ayse, mehmet):
        watches.watch(customer.id, "MUG", below=Money("10.00", "EUR"))
    shop.customers.merge(ayse.id, mehmet.id)
    assert watches.waiting_for("MUG", Money("10.00", "EUR")) == [ayse.id]


def test_nobody_known_waits_for_nothing(shop):
    with pytest.raises(NotFoundError, match="record what they did first"):
        shop.service(Watches).watch(AYSE, "MUG", below=Money("10.00", "EUR"))
