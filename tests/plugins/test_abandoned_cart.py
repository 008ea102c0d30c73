"""Carts that were left: what is in them, when they count as left, and what keeps them from it; and the contract."""

from __future__ import annotations

import itertools
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError, Money, events
from ecrm.testing import FrozenClock, FrozenCRM, PluginContract
from story import AYSE, MEHMET, START, minute, ordered

MUG = events.Product(sku="MUG", price=Decimal("12.50"), quantity=2)
HAT = events.Product(sku="HAT", price=Decimal("30.00"))
LEFT = "Cart Abandoned"
HOUR = 60
NUMBERS = itertools.count()


def added(sku="MUG", quantity=1, *, after=0, who=AYSE, **more):
    """Tell that something was put into a cart."""
    told = {"customer": who, "at": minute(after), "source_id": f"a{after}{sku}"}
    return events.ProductAdded(sku=sku, quantity=quantity, price="12.50", currency="TRY", **told, **more)


def removed(sku="MUG", quantity=1, *, after=1, **more):
    """Tell that something was taken out of it."""
    told = {"customer": AYSE, "at": minute(after), "source_id": f"r{after}{sku}"}
    return events.ProductRemoved(sku=sku, quantity=quantity, **told, **more)


def viewed(*products, cart_id=None, after=0, who=AYSE, **more):
    """Tell that a cart was looked at."""
    told = {"customer": who, "at": minute(after), "source_id": f"c{cart_id}{after}"}
    return events.CartViewed(cart_id=cart_id, products=products, **told, **more)


def checked_out(*products, checkout_id="k1", after=0, who=AYSE):
    """Tell that somebody began to check out."""
    told = {"customer": who, "at": minute(after), "source_id": f"k{checkout_id}{after}"}
    return events.CheckoutStarted(checkout_id=checkout_id, products=products, value=Money("25.00", "TRY"), **told)


class TestContract(PluginContract):
    has_timers = True

    @pytest.fixture
    def plugin(self):
        return "abandoned_cart"

    @pytest.fixture
    def history(self):
        return [
            viewed(MUG, cart_id="1", channel="web"),
            viewed(MUG, HAT, cart_id="1", after=10, channel="web"),
            added(who=MEHMET),
            added("HAT", after=3, who=MEHMET),
            ordered("7", who=MEHMET, after=20),
            checked_out(MUG, after=30),
            removed(after=40),
        ]


@pytest.fixture
def shop(database_url):
    with FrozenCRM(database_url, clock=FrozenClock(START), plugins=["abandoned_cart"]) as crm:
        crm.upgrade()
        yield crm


def live(crm, *history):
    """Tell what happens when it happens."""
    for event in sorted(history, key=lambda one: one.at):
        crm.advance(seconds=(event.at - crm.clock()).total_seconds())
        crm.record(event)


def left(crm, who=AYSE):
    """Give the carts somebody left, the first one first."""
    return [one.properties for one in reversed(crm.timeline(who, kinds=[LEFT]))]


def skus(cart):
    return {line["sku"]: line.get("quantity", 1) for line in cart["products"]}


def test_a_cart_that_rests_for_four_hours_is_left(shop):
    live(shop, viewed(MUG, HAT, cart_id="7"))
    shop.advance(minutes=4 * HOUR - 1)
    assert left(shop) == []
    shop.advance(minutes=1)
    (cart,) = left(shop)
    assert cart["cart_id"] == "7"
    assert skus(cart) == {"MUG": 2, "HAT": 1}
    assert shop.timeline(AYSE, kinds=[LEFT])[0].at == minute(4 * HOUR)


def test_whatever_happens_to_a_cart_puts_it_off(shop):
    live(shop, viewed(MUG, cart_id="7"), viewed(HAT, cart_id="7", after=3 * HOUR))
    shop.advance(hours=3)
    assert left(shop) == []
    shop.advance(hours=1)
    assert [skus(cart) for cart in left(shop)] == [{"HAT": 1}]


def test_an_order_in_time_keeps_the_cart_from_being_left(shop):
    live(shop, viewed(MUG, cart_id="7"), ordered(after=HOUR))
    shop.advance(days=2)
    assert left(shop) == []


def test_an_order_of_before_does_not(shop):
    live(shop, ordered(), viewed(MUG, cart_id="7", after=1))
    shop.advance(days=2)
    assert len(left(shop)) == 1


def test_what_was_bought_before_is_not_in_the_next_cart(shop):
    live(shop, added(), ordered(after=10), added("HAT", after=20))
    shop.advance(hours=5)
    assert [skus(cart) for cart in left(shop)] == [{"HAT": 1}]


def test_a_cart_with_a_name_keeps_what_was_in_it_through_the_order_of_another(shop):
    live(shop, added(cart_id="7"), ordered(after=10), added("HAT", after=20, cart_id="7"))
    shop.advance(hours=5)
    assert [skus(cart) for cart in left(shop)] == [{"MUG": 1, "HAT": 1}]


def test_somebody_elses_order_does_not(shop):
    live(shop, viewed(MUG, cart_id="7"), ordered(who=MEHMET, after=1))
    shop.advance(days=2)
    assert len(left(shop)) == 1


def test_two_carts_are_left_each_by_itself(shop):
    live(shop, viewed(MUG, cart_id="7"), viewed(HAT, cart_id="8", after=HOUR))
    shop.advance(hours=3)
    assert [cart["cart_id"] for cart in left(shop)] == ["7"]
    shop.advance(hours=1)
    assert [(cart["cart_id"], skus(cart)) for cart in left(shop)] == [("7", {"MUG": 2}), ("8", {"HAT": 1})]


def test_a_checkout_without_a_cart_is_left_as_a_checkout(shop):
    live(shop, checked_out(MUG))
    shop.advance(hours=5)
    (cart,) = left(shop)
    assert (cart["checkout_id"], cart.get("cart_id"), skus(cart)) == ("k1", None, {"MUG": 2})


def test_a_cart_that_was_emptied_is_not_left(shop):
    live(shop, added(quantity=2), removed(quantity=2, after=1))
    shop.advance(hours=5)
    assert left(shop) == []


def test_it_is_left_once_however_often_it_is_told_and_worked(shop):
    for _ in range(2):
        live(shop, viewed(MUG, cart_id="7"))
    for _ in range(3):
        shop.advance(hours=5)
    assert len(left(shop)) == 1


def test_a_cart_taken_up_again_can_be_left_again(shop):
    live(shop, viewed(MUG, cart_id="7"), viewed(HAT, cart_id="7", after=10 * HOUR))
    shop.advance(days=1)
    assert [skus(cart) for cart in left(shop)] == [{"MUG": 2}, {"HAT": 1}]


def test_an_order_that_comes_late_but_was_placed_in_time_is_seen(shop):
    live(shop, viewed(MUG, cart_id="7"))
    shop.work()
    shop.clock.advance(hours=3)
    shop.emit(ordered(after=3 * HOUR))
    shop.clock.advance(hours=2)
    assert shop.work().received == 1
    shop.advance(days=1)
    assert left(shop) == []


def test_each_shop_says_how_long_a_cart_may_rest(shop):
    hasty = shop.for_shop("hasty")
    hasty.plugins.configure("abandoned_cart", wait_hours=1)
    for crm in (shop, hasty):
        crm.record(viewed(MUG, cart_id="7"))
    shop.advance(hours=2)
    assert (len(left(hasty)), len(left(shop))) == (1, 0)


@pytest.mark.parametrize("hours", [0, -1, 721])
def test_a_rest_that_can_not_be_is_refused(shop, hours):
    with pytest.raises(InvalidError, match="1 to 720 hours"):
        shop.plugins.configure("abandoned_cart", wait_hours=hours)


def test_what_was_imported_leads_to_nothing_until_it_is_replayed(shop):
    shop.record_many(
        [attrs.evolve(viewed(MUG, cart_id=str(day), after=-24 * HOUR * day), live=False) for day in (1, 99)]
    )
    shop.advance(days=3)
    assert left(shop) == []

    foreseen = shop.dry_run("abandoned_cart")
    assert foreseen.counts == {f"Record {LEFT}": 2, "SetTimer abandoned_cart": 2}
    assert left(shop) == []

    assert shop.replay("abandoned_cart").recorded == 2
    found = shop.timeline(AYSE, kinds=[LEFT])
    assert [one.at for one in found] == [minute(-20 * HOUR), minute(-24 * HOUR * 99 + 4 * HOUR)]
    assert not any(one.is_live for one in found)
    assert shop.replay("abandoned_cart").recorded == 0


def test_a_shop_that_has_it_off_hears_of_no_cart(shop):
    shop.plugins.switch_off("abandoned_cart")
    live(shop, viewed(MUG, cart_id="7"))
    shop.advance(days=1)
    assert left(shop) == []


def test_the_total_is_told_where_every_line_has_a_price_in_one_currency(shop):
    live(shop, added(quantity=2, cart_id="7"), added("HAT", after=1, cart_id="7"))
    shop.advance(hours=5)
    (cart,) = left(shop)
    assert (cart["total"], cart["currency"]) == ("37.50", "TRY")


STEPS = st.lists(st.tuples(st.sampled_from(["MUG", "HAT"]), st.integers(-3, 3).filter(bool)), max_size=12)


@pytest.fixture(scope="module")
def long_open(sqlite_template, tmp_path_factory):
    url = sqlite_template.copy(tmp_path_factory.mktemp("carts") / "crm.db")
    with FrozenCRM(url, clock=FrozenClock(START), plugins=["abandoned_cart"]) as crm:
        yield crm


@given(STEPS.filter(bool), st.randoms(use_true_random=False))
def test_what_is_in_a_cart_is_what_was_put_in_and_not_taken_out(long_open, steps, chance):
    long_open.clock.move_to(START)
    shop = long_open.for_shop(f"s{next(NUMBERS)}")
    held, history = {}, []
    for number, (sku, quantity) in enumerate(steps):
        held[sku] = max(held.get(sku, 0) + quantity, 0)
        tell = added if quantity > 0 else removed
        history.append(tell(sku, abs(quantity), after=number))
    chance.shuffle(history)
    shop.record_many(history)
    shop.advance(hours=5)
    wanted = {sku: quantity for sku, quantity in held.items() if quantity}
    assert [skus(cart) for cart in left(shop)] == ([wanted] if wanted else [])
