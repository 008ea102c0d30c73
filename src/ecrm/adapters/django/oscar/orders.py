"""What oscar's orders say: the customer, guests too, the amounts and the lines as they were stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ecrm.adapters.django.users import who_of
from ecrm.interactions.events import (
    Event,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderShipped,
    OrderUpdated,
    Product,
)
from ecrm.values import Money, Who

__all__ = ["completed", "status_changed", "who_ordered"]

_LINE = (
    "product_id", "partner_sku", "title", "quantity", "unit_price_incl_tax", "line_price_incl_tax",
    "line_price_before_discounts_incl_tax",
)  # fmt: skip
# What shops call these states; a shop with other words emits the event itself.
_CANCELLED = frozenset({"cancelled", "canceled", "iptal", "iptal edildi"})
_SHIPPED = frozenset({"shipped", "dispatched", "kargoda", "kargolandı"})
_DELIVERED = frozenset({"delivered", "teslim edildi"})


def who_ordered(order: Any) -> Who | None:
    """Say whose an order is: the account's, or the guest's by e-mail; None where it names nobody."""
    if order.user is not None:
        return who_of(order.user)
    return Who(email=order.guest_email) if order.guest_email else None


def completed(order: Any) -> OrderCompleted:
    """Tell of an order that was placed.

    The amounts are those of the order: the total with tax and shipping, revenue without. The price of a line
    is that of one piece with tax, before discounts; what was taken off is the discount of the whole.
    """
    basket = _basket_at_hand(order)
    lines = _lines_stored(order) if basket is None else _lines_at_hand(basket)
    discount = sum((before - after for *_, after, before in lines), Decimal())

    def money(amount: Decimal) -> Money:
        return Money(amount, order.currency)

    return OrderCompleted(
        order_id=order.number,
        customer=who_ordered(order),
        at=order.date_placed,
        channel="web",
        total=money(order.total_incl_tax),
        revenue=money(order.total_excl_tax - order.shipping_excl_tax),
        shipping=money(order.shipping_excl_tax),
        tax=money(order.total_incl_tax - order.total_excl_tax),
        discount=money(discount) if discount else None,
        coupon=None if basket is None else _coupon(basket),
        products=tuple(
            Product(product_id=product, sku=sku or None, name=title, quantity=quantity, price=price)
            for product, sku, title, quantity, price, *_ in lines
        ),
    )


def _basket_at_hand(order: Any) -> Any:
    """Give the basket an order was just made of: it costs no query; None where it is not in memory."""
    is_there = type(order).basket.is_cached(order)
    return order.basket if is_there and order.basket is not None and order.basket.has_strategy else None


def _lines_at_hand(basket: Any) -> list[tuple[Any, ...]]:
    # What oscar stores of a line it reads here too.
    return [
        (
            line.product_id, line.stockrecord.partner_sku, line.product.get_title(), line.quantity,
            line.unit_price_incl_tax, line.line_price_incl_tax_incl_discounts, line.line_price_incl_tax,
        )
        for line in basket.all_lines()
    ]  # fmt: skip


def _lines_stored(order: Any) -> list[tuple[Any, ...]]:
    return list(order.lines.order_by("pk").values_list(*_LINE))


def _coupon(basket: Any) -> str | None:
    codes = [found["voucher"].code for found in basket.offer_applications.voucher_discounts]
    return ", ".join(dict.fromkeys(codes)) or None


def status_changed(order: Any, status: str, at: dt.datetime) -> Iterator[Event]:
    """Tell that an order has another status, and what that means where its name says it."""
    who, number = who_ordered(order), order.number
    yield OrderUpdated(order_id=number, customer=who, status=status, updated_at=at, at=at)
    word = status.casefold()
    if word in _CANCELLED:
        yield OrderCancelled(
            order_id=number, customer=who, total=Money(order.total_incl_tax, order.currency), at=at, channel="web"
        )
    elif word in _SHIPPED:
        yield OrderShipped(order_id=number, customer=who, at=at, source_id=f"shipped:{number}")
    elif word in _DELIVERED:
        yield OrderDelivered(order_id=number, customer=who, at=at, source_id=f"delivered:{number}")
