"""An order is a fold over its events by the time they happened."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.interactions.model.order import ORDER_KINDS, Contribution, OrderEvent, fold_order, minor_of
from ecrm.values import Money
from story import minute

STRONG, VISITOR, ORDER = 3, 6, 7


def told(kind: str, after: float, number: int = 0, *, profile: int = 1, rank: int = STRONG, **properties) -> OrderEvent:
    number = number or int(after * 10) + 1
    return OrderEvent(minute(after), f"web:{number:03d}", kind, properties, UUID(int=profile), rank, UUID(int=number))


def completed(after: float = 0, total: str = "100.00", currency: str = "TRY", **more) -> OrderEvent:
    return told("Order Completed", after, total=total, currency=currency, **more)


def refunded(after: float = 1, total: str = "30.00", currency: str = "TRY", **more) -> OrderEvent:
    return told("Order Refunded", after, total=total, currency=currency, **more)


def fold(*events: OrderEvent):
    return fold_order("web", "1", events)


def test_completed_refunded_and_cancelled_contributes_nothing():
    order = fold(completed(), refunded(), told("Order Cancelled", 2))
    assert order.contribution() == Contribution(cancelled=1)
    assert order.status == "cancelled"
    assert not order.is_counted


def test_a_refund_leaves_the_rest():
    order = fold(completed(), refunded())
    assert order.contribution().spent == {"TRY": 7_000}
    assert order.contribution().refunded == 1
    assert order.status == "completed"
    assert order.is_counted


def test_two_refunds_add_up_and_all_given_back_is_refunded():
    order = fold(completed(), refunded(1), refunded(2, "70.00"))
    assert order.contribution().spent == {"TRY": 0}
    assert order.status == "refunded"


def test_a_refund_before_its_order_is_owed_until_the_order_comes():
    alone = fold(refunded())
    assert alone.contribution().spent == {"TRY": -3_000}
    assert alone.contribution().orders == 0
    assert alone.status == "refunded"
    assert alone.total is None
    assert fold(refunded(0), completed(1)).contribution().spent == {"TRY": 7_000}


def test_a_cancelled_order_stays_cancelled_whatever_follows():
    order = fold(told("Order Cancelled", 0), completed(1), told("Order Cancelled", 2))
    assert order.cancelled_at == minute(0)
    assert order.status == "cancelled"


def test_the_newest_total_holds():
    order = fold(completed(0, "100.00"), told("Order Updated", 1, total="80.00", currency="TRY"))
    assert order.total == Money("80.00", "TRY")
    assert order.placed_at == minute(0)
    assert order.status == "completed"


def test_an_update_places_an_order_of_which_nothing_else_is_known():
    order = fold(told("Order Updated", 4, total="80.00", currency="TRY", status="packed"), told("Order Updated", 5))
    assert order.placed_at == minute(4)
    assert order.status == "packed"
    assert order.total_minor == 8_000


def test_an_order_completed_places_though_an_update_is_older():
    assert fold(told("Order Updated", 0), completed(3)).placed_at == minute(3)


def test_currencies_are_kept_apart():
    order = fold(completed(currency="TRY"), refunded(currency="EUR"))
    assert order.contribution().spent == {"TRY": 10_000, "EUR": -3_000}


def test_an_update_in_another_currency_replaces_the_total():
    order = fold(completed(currency="TRY"), told("Order Updated", 1, total="9.00", currency="EUR"))
    assert order.contribution().spent == {"EUR": 900}


def test_revenue_leaves_out_tax_and_shipping_or_is_what_was_said():
    taxed = fold(completed(tax="18.00", shipping="2.00"))
    assert (taxed.total_minor, taxed.revenue_minor) == (10_000, 8_000)
    assert fold(completed(tax="18.00", revenue="75.00")).revenue_minor == 7_500
    assert fold(completed(), refunded(tax="5.00")).contribution().revenue == {"TRY": 7_500}


def test_amounts_without_a_currency_or_total_are_left_alone():
    order = fold(told("Order Completed", 0), told("Order Refunded", 1))
    assert order.contribution() == Contribution(orders=1, placed_at=minute(0))
    assert order.total is None


def test_pieces_are_counted_while_the_order_is_placed():
    products = [{"quantity": 2}, {"sku": "x"}, {"quantity": "1.4"}]
    assert fold(completed(products=products)).contribution().items == 4
    assert fold(refunded(), told("Order Shipped", 2, products=products)).contribution().items == 0


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("Order Shipped", "shipped"), ("Order Delayed", "delayed"), ("Order Delivered", "delivered"),
        ("Return Requested", "return requested"), ("Return Received", "return received"),
        ("Payment Failed", "payment failed"), ("Invoice Issued", "completed"),
    ],
)  # fmt: skip
def test_the_newest_event_that_says_so_gives_the_status(kind, status):
    assert fold(completed(), told(kind, 1)).status == status


def test_nothing_but_an_invoice_is_unknown():
    assert fold(told("Invoice Issued", 0)).status == "unknown"


def test_an_order_belongs_to_whom_its_earliest_strong_event_names():
    order = fold(
        told("Order Updated", 0, profile=9, rank=ORDER), told("Order Updated", 1, profile=8, rank=VISITOR),
        completed(2, profile=2), told("Order Shipped", 3, profile=1, rank=0),
    )  # fmt: skip
    assert order.profile_id == UUID(int=2)
    assert order.owned_since == minute(2)


def test_a_visitor_goes_before_nobody():
    order = fold(told("Order Updated", 0, profile=9, rank=ORDER), told("Order Updated", 1, profile=8, rank=VISITOR))
    assert order.profile_id == UUID(int=8)


def test_events_are_kept_oldest_first():
    order = fold(told("Order Shipped", 5, 7), completed(0))
    assert [id_ for id_, _ in order.events] == [UUID(int=1), UUID(int=7)]
    assert order.updated_at == minute(5)


def test_minor_units_are_those_of_the_currency():
    assert minor_of("149.90", "TRY") == 14_990
    assert minor_of(150, "JPY") == 150
    assert minor_of(Decimal("1.234"), "KWD") == 1_234


@st.composite
def order_events(draw):
    count = draw(st.integers(1, 7))
    return [
        told(
            draw(st.sampled_from(sorted(ORDER_KINDS))), draw(st.integers(0, 4)), number + 1,
            profile=draw(st.integers(1, 3)), rank=draw(st.sampled_from([0, STRONG, VISITOR, ORDER])),
            total=f"{draw(st.integers(0, 99))}.00", currency=draw(st.sampled_from(["TRY", "EUR"])),
        )
        for number in range(count)
    ]  # fmt: skip


@given(order_events(), st.randoms(use_true_random=False))
def test_the_fold_is_the_same_in_any_order(events, random):
    shuffled = list(events)
    random.shuffle(shuffled)
    assert fold(*shuffled) == fold(*events)


@given(order_events())
def test_an_order_counts_once_or_not_at_all(events):
    order = fold(*events)
    added = order.contribution()
    assert added.orders + added.cancelled <= 1
    assert order.is_counted == bool(added.orders)
    refunds = sum(minor_of(e.properties["total"], "TRY") for e in events if e.kind == "Order Refunded")
    if not added.cancelled:
        assert sum(added.spent.values()) == (order.total_minor if added.orders else 0) - refunds


def test_a_refund_that_says_nothing_of_goods_gives_back_the_orders_share():
    order = completed(total="120.00", tax="20.00")
    assert fold(order, refunded(total="60.00")).contribution().revenue == {"TRY": 5_000}
    assert fold(order, refunded(total="120.00")).contribution().revenue == {"TRY": 0}
    assert fold(order, refunded(total="60.00", tax="20.00")).contribution().revenue == {"TRY": 6_000}
    assert fold(order, refunded(total="60.00", revenue="10.00")).contribution().revenue == {"TRY": 9_000}


def test_a_refund_of_an_unknown_order_or_in_another_currency_is_all_goods():
    assert fold(refunded(total="60.00")).contribution().revenue == {"TRY": -6_000}
    both = fold(completed(total="120.00", tax="20.00"), refunded(total="5.00", currency="EUR"))
    assert both.contribution().revenue == {"TRY": 10_000, "EUR": -500}
