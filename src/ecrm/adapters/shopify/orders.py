"""Orders and refunds: what a body of an order says happened.

An order that was placed to try the shop out is told under a name of its own, so that it counts as nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from ecrm.adapters.shopify.amounts import amount_in, currency_of, products_of, set_amount, sum_of
from ecrm.adapters.shopify.naming import buyer_of, full_name, id_of, shop_itself, tail, visitor
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
)
from ecrm.hookspecs import Delivery
from ecrm.values import Money
from ecrm.values.foreign import (
    foreign_id,
    foreign_items,
    foreign_mapping,
    foreign_money,
    foreign_text,
    foreign_time,
)

__all__ = ["order_changed", "order_deleted", "order_placed", "paid", "refunded"]

_CHANNELS = {"web": "web", "pos": "store"}
_TEST_GATEWAY = "bogus"


def order_placed(body: Mapping[str, Any], delivery: Delivery) -> Iterator[Event]:
    """Tell of an order as it was placed, and of whatever else its body says already."""
    if body.get("test") is True:
        yield _tried(body, delivery)
        return
    at = foreign_time(body.get("processed_at")) or foreign_time(body.get("created_at"))
    yield OrderCompleted(order_id=id_of(body), at=at, **_amounts(body), **_shared(body))
    yield from _named(body, at)
    yield from _afterwards(body)


def order_changed(body: Mapping[str, Any], delivery: Delivery) -> Iterator[Event]:
    """Tell how an order stands since it was changed; the newest change holds, in whatever order they arrive."""
    if body.get("test") is True:
        yield _tried(body, delivery)
        return
    order_id, at, status = id_of(body), foreign_time(body.get("updated_at")), _status(body)
    amounts = _amounts(body)
    total = amounts.get("total")
    # Two changes of one second differ in what counts of them.
    stood = "" if at is None else f"{at.isoformat()}:{status or ''}:{'' if total is None else total.amount}"
    yield OrderUpdated(
        order_id=order_id,
        updated_at=at,
        at=at,
        status=status,
        source_id=f"Order Updated:{order_id}:{stood}" if at is not None else None,
        **amounts,
        **_shared(body),
    )
    yield from _afterwards(body)


def order_deleted(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell that an order was taken out of the books: it counts no more."""
    order_id = id_of(body)
    yield OrderCancelled(order_id=order_id, reason="deleted", source_id=f"Order Deleted:{order_id}")


def refunded(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell of a refund, which names no customer: its order does."""
    refund_id, order_id = id_of(body), tail(body.get("order_id"))
    if order_id is None:
        raise InvalidError.of("order_id", "a refund is of an order")
    if _is_tried(body):
        return
    currency, lines = currency_of(body), _lines_given_back(body)
    paid_back = _paid_back(body, currency)
    total = lines.get("total") if paid_back is None else paid_back
    parts: dict[str, Any] = {}
    if paid_back is None or paid_back == lines.get("total"):
        parts = {name: money for name, money in lines.items() if name in {"tax", "shipping"}}
    if total is None or not total.amount:
        total, parts = None, {}
    yield OrderRefunded(
        order_id=order_id,
        refund_id=refund_id,
        at=foreign_time(body.get("processed_at")) or foreign_time(body.get("created_at")),
        total=total,
        reason=foreign_text(body.get("note")),
        products=products_of([_given_back(line) for line in foreign_items(body.get("refund_line_items"))]),
        **parts,
    )


def paid(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell of a payment that did not go through; one that did is told by its order."""
    order_id = tail(body.get("order_id"))
    is_failed = body.get("status") in {"failure", "error"} and body.get("kind") in {"sale", "authorization", "capture"}
    if order_id is None or not is_failed or body.get("test") is True or body.get("gateway") == _TEST_GATEWAY:
        return
    payment_id = id_of(body)
    yield PaymentFailed(
        order_id=order_id,
        payment_id=payment_id,
        amount=foreign_money(body.get("amount"), body.get("currency")),
        payment_method=foreign_text(body.get("gateway")),
        reason=foreign_text(body.get("error_code")),
        at=foreign_time(body.get("processed_at")) or foreign_time(body.get("created_at")),
        source_id=f"Payment Failed:{payment_id}",
    )


def _shared(body: Mapping[str, Any]) -> dict[str, Any]:
    visits = visitor(body)
    return {
        "customer": buyer_of(body, visits[0] if visits else None),
        "channel": _CHANNELS.get(str(body.get("source_name"))),
        "checkout_id": foreign_id(body.get("checkout_token")),
        "coupon": next((foreign_text(one.get("code")) for one in foreign_items(body.get("discount_codes"))), None),
        "products": products_of(body.get("line_items")),
    }


def _amounts(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the amounts, of which refunds are not taken off: they are told by events of their own."""
    currency = currency_of(body)
    amounts = {
        "total": amount_in(body, "total_price", currency),
        "subtotal": amount_in(body, "subtotal_price", currency),
        "tax": amount_in(body, "total_tax", currency),
        "shipping": amount_in(body, "total_shipping_price", currency),
        "discount": amount_in(body, "total_discounts", currency),
    }
    found = {name: money for name, money in amounts.items() if money is not None}
    kept = found["total"].currency if "total" in found else currency
    return {name: money for name, money in found.items() if money.currency == kept}


def _named(body: Mapping[str, Any], at: dt.datetime | None) -> Iterator[Event]:
    """Say the name of who ordered, and that the checkout's visitor was they."""
    visits, name = visitor(body), full_name(foreign_mapping(body.get("customer")))
    who = buyer_of(body, visits[1] if len(visits) > 1 else None)
    if who is not None and who.given.keys() != {"anonymous_id"} and (name or len(visits) > 1):
        yield CustomerIdentified(customer=who, name=name, at=at, source_id=f"Order Customer:{id_of(body)}")


def _afterwards(body: Mapping[str, Any]) -> Iterator[Event]:
    order_id, cancelled_at = id_of(body), foreign_time(body.get("cancelled_at"))
    if cancelled_at is not None:
        yield OrderCancelled(order_id=order_id, reason=foreign_text(body.get("cancel_reason")), at=cancelled_at)
    for refund in foreign_items(body.get("refunds")):
        if foreign_id(refund.get("id")) is not None:
            yield from refunded({"order_id": order_id, **refund}, Delivery("any"))


def _tried(body: Mapping[str, Any], delivery: Delivery) -> Event:
    at = foreign_time(body.get("updated_at")) or foreign_time(body.get("created_at"))
    total = _amounts(body).get("total")
    told = {"order_id": id_of(body), "status": _status(body), "topic": delivery.context.get("topic")}
    told |= {} if total is None else {"total": str(total.amount), "currency": total.currency}
    who = buyer_of(body, next(iter(visitor(body)), None)) or shop_itself(delivery)
    stood = "" if at is None else f":{at.isoformat()}"
    return Custom("Test Order", told, customer=who, at=at, source_id=f"Test Order:{id_of(body)}{stood}")


def _status(body: Mapping[str, Any]) -> str | None:
    return foreign_text(body.get("fulfillment_status")) or foreign_text(body.get("financial_status"))


def _is_tried(refund: Mapping[str, Any]) -> bool:
    paid_by = [*foreign_items(refund.get("transactions"))]
    return any(one.get("test") is True or one.get("gateway") == _TEST_GATEWAY for one in paid_by)


def _paid_back(refund: Mapping[str, Any], currency: str | None) -> Money | None:
    """Give what was paid back, where it was in the currency of the shop; else the lines tell it."""
    if not isinstance(refund.get("transactions"), list):
        return None
    done = [one for one in foreign_items(refund["transactions"]) if one.get("kind", "refund") == "refund"]
    done = [one for one in done if one.get("status", "success") == "success"]
    codes = {one.get("currency") or currency for one in done}
    if len(codes) > 1 or (currency is not None and codes - {currency}):
        return None
    if not done:
        return foreign_money(0, currency)
    return sum_of(foreign_money(one.get("amount"), one.get("currency") or currency) for one in done)


def _lines_given_back(refund: Mapping[str, Any]) -> dict[str, Money]:
    lines = [*foreign_items(refund.get("refund_line_items"))]
    shipping = [*foreign_items(refund.get("refund_shipping_lines"))]
    goods = [set_amount(line.get("subtotal_set")) for line in lines]
    taxes = [set_amount(line.get("total_tax_set")) for line in lines]
    sent = [set_amount(line.get("subtotal_amount_set")) for line in shipping]
    found = {"total": sum_of([*goods, *taxes, *sent]), "tax": sum_of(taxes), "shipping": sum_of(sent)}
    return {name: money for name, money in found.items() if money is not None}


def _given_back(line: Mapping[str, Any]) -> dict[str, Any]:
    return {**foreign_mapping(line.get("line_item")), "quantity": line.get("quantity", 1)}
