"""Orders and refunds of WooCommerce: what a body of an order says happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ecrm.adapters.woocommerce.naming import buyer_of, full_name, instant_of
from ecrm.errors import InvalidError
from ecrm.events import (
    Custom,
    CustomerIdentified,
    Event,
    OrderCancelled,
    OrderCompleted,
    OrderRefunded,
    OrderUpdated,
    PaymentFailed,
    Product,
)
from ecrm.hookspecs import Delivery
from ecrm.values import Money
from ecrm.values.foreign import (
    foreign_amount,
    foreign_id,
    foreign_items,
    foreign_money,
    foreign_text,
    foreign_whole,
)

__all__ = ["order_changed", "order_deleted", "order_placed"]

# In these the customer has not finished, or has not paid: it is no order yet.
_UNFINISHED = frozenset({"checkout-draft", "auto-draft", "draft", "pending", "failed"})
_OFF = frozenset({"cancelled", "trash"})


def order_placed(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell of an order as it was made: placed, or waiting for its payment."""
    yield from _order(body, is_new=True)


def order_changed(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell how an order stands since it was changed."""
    yield from _order(body, is_new=False)


def order_deleted(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell that an order was deleted: it counts no more."""
    order_id = _id(body)
    yield OrderCancelled(order_id=order_id, reason="deleted", source_id=f"Order Deleted:{order_id}")


def _order(body: Mapping[str, Any], *, is_new: bool) -> Iterator[Event]:
    order_id, status = _id(body), str(body.get("status") or "")
    made_at, changed_at = instant_of(body, "date_created"), instant_of(body, "date_modified")
    who = buyer_of(body)
    shared = _shared(body)
    if status in _UNFINISHED:
        yield from _unfinished(body, status, changed_at or made_at)
        return
    if is_new:
        yield OrderCompleted(order_id=order_id, at=made_at, customer=who, channel="web", **shared)
        name = full_name(body.get("billing"))
        if who is not None and name:
            yield CustomerIdentified(customer=who, name=name, at=made_at, source_id=f"Order Customer:{order_id}")
    else:
        yield from _changed(body, (order_id, status, changed_at), shared)
    if status in _OFF:
        yield OrderCancelled(order_id=order_id, reason=status, at=changed_at)
    yield from _refunds(body, order_id, changed_at)


def _changed(
    body: Mapping[str, Any], known: tuple[str, str, dt.datetime | None], shared: Mapping[str, Any]
) -> Iterator[Event]:
    order_id, status, at = known
    total = shared.get("total")
    # Two changes of one second differ in what counts of them.
    stood = None if at is None else f"{at.isoformat()}:{status}:{'' if total is None else total.amount}"
    yield OrderUpdated(
        order_id=order_id,
        updated_at=at,
        at=at,
        status=foreign_text(status),
        customer=buyer_of(body),
        channel="web",
        source_id=None if stood is None else f"Order Updated:{order_id}:{stood}",
        **shared,
    )


def _unfinished(body: Mapping[str, Any], status: str, at: dt.datetime | None) -> Iterator[Event]:
    order_id, who = _id(body), buyer_of(body)
    stood = None if at is None else f"{status}:{order_id}:{at.isoformat()}"
    if status == "failed":
        yield PaymentFailed(
            order_id=order_id,
            customer=who,
            amount=foreign_money(body.get("total"), body.get("currency")),
            payment_method=foreign_text(body.get("payment_method")),
            at=at,
            source_id=stood,
        )
    elif status == "pending" and who is not None:
        told = {"order_id": order_id, "total": foreign_text(body.get("total"))}
        yield Custom("Order Pending", told, customer=who, at=at, source_id=stood)


def _shared(body: Mapping[str, Any]) -> dict[str, Any]:
    currency = body.get("currency")
    amounts = {
        "total": foreign_money(body.get("total"), currency),
        "tax": foreign_money(body.get("total_tax"), currency),
        "shipping": foreign_money(body.get("shipping_total"), currency),
        "discount": foreign_money(body.get("discount_total"), currency),
    }
    coupon = next((foreign_id(one.get("code")) for one in foreign_items(body.get("coupon_lines"))), None)
    lines = [_product(line) for line in foreign_items(body.get("line_items"))]
    found: dict[str, Any] = {name: money for name, money in amounts.items() if money is not None}
    return {**found, "coupon": coupon, "products": tuple(line for line in lines if line is not None)}


def _product(line: Mapping[str, Any]) -> Product | None:
    named: dict[str, Any] = {
        "product_id": foreign_id(line.get("product_id")),
        "sku": foreign_id(line.get("sku")),
        "name": foreign_text(line.get("name")),
    }
    if not any(named.values()):
        return None
    price = foreign_amount(line.get("price"))
    return Product(**named, price=price, quantity=foreign_whole(line.get("quantity")))


def _refunds(body: Mapping[str, Any], order_id: str, at: dt.datetime | None) -> Iterator[Event]:
    """Tell the refunds an order lists: their totals are below zero, and they have no time of their own."""
    for refund in foreign_items(body.get("refunds")):
        refund_id, amount = foreign_id(refund.get("id")), foreign_amount(refund.get("total"))
        if refund_id is None or amount is None or amount == Decimal(0):
            continue
        total: Money | None = foreign_money(abs(amount), body.get("currency"))
        reason = foreign_text(refund.get("reason") or refund.get("refund"))
        yield OrderRefunded(order_id=order_id, refund_id=refund_id, total=total, reason=reason, at=at)


def _id(body: Mapping[str, Any]) -> str:
    found = foreign_id(body.get("id"))
    if found is None:
        raise InvalidError.of("id", "it says nowhere which order it is about")
    return found
