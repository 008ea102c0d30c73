"""Make the events of an order that was read: completed, cancelled, refunded, or corrected on paper.

Lines that are no products are kept in the context of the event, under "charges".
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ecrm.errors import InvalidError
from ecrm.imports.orderline import PRODUCTS, OrderLine
from ecrm.imports.outcome import exact_sum
from ecrm.imports.paper import Paper
from ecrm.interactions.events import (
    Event,
    InvoiceIssued,
    OrderCancelled,
    OrderCompleted,
    OrderRefunded,
    Product,
)
from ecrm.values import Money

__all__ = ["events_of"]

_SHIPPING = "shipping"


def events_of(paper: Paper, source: str) -> tuple[tuple[Event, ...], Money]:
    """Make the events of an order.

    Args:
        paper: The order as it was read.
        source: The system it comes from.

    Returns:
        Its events, oldest first, and the total they tell, with its sign.

    Raises:
        InvalidError: It adds up the wrong way for what it is, or an event refuses what it says.
    """
    envelope = _envelope(paper, source)
    if paper.event == "Order Refunded":
        return _refunded(paper, envelope)
    total = Money.rounded(paper.total, paper.currency)
    if paper.event == "Invoice Issued":
        return (InvoiceIssued(order_id=paper.order_id, invoice_id=paper.order_id, total=total, **envelope),), total
    if paper.total < 0:
        raise InvalidError.of("becomes", "say what an order below zero becomes, such as Order Refunded")
    completed = _completed(paper, total, envelope)
    if paper.event == "Order Completed":
        return (completed,), total
    at = paper.cancelled_at or paper.at
    reason = paper.because or None
    cancelled = OrderCancelled(order_id=paper.order_id, reason=reason, **{**_bare(envelope), "at": at})
    return (completed, cancelled), total


def _completed(paper: Paper, total: Money, envelope: dict[str, Any]) -> OrderCompleted:
    fields = {**paper.fields, "total": total}
    shipping = [one.amount for one in paper.lines if one.group == _SHIPPING and one.amount is not None]
    if shipping and _SHIPPING not in fields:
        fields[_SHIPPING] = Money.rounded(exact_sum(shipping), paper.currency)
    return OrderCompleted(order_id=paper.order_id, products=_products(paper.lines), **fields, **envelope)


def _refunded(paper: Paper, envelope: dict[str, Any]) -> tuple[tuple[Event, ...], Money]:
    is_negative = any((one.amount or Decimal(0)) < 0 for one in paper.lines) or paper.total < 0
    if is_negative and paper.total > 0:
        raise InvalidError.of("becomes", "check the signs: what is given back adds up to a payment")
    back = Money.rounded(abs(paper.total), paper.currency)
    event = OrderRefunded(
        order_id=paper.refunded or paper.order_id,
        refund_id=paper.order_id,
        total=back,
        reason=paper.because or None,
        products=_products(paper.lines),
        **envelope,
    )
    return (event,), -back if is_negative else back


def _products(lines: Sequence[OrderLine]) -> tuple[Product, ...]:
    return tuple(one.product for one in lines if one.group == PRODUCTS and one.product is not None)


def _envelope(paper: Paper, source: str) -> dict[str, Any]:
    kept = {"charges": [_charge(one) for one in paper.lines if one.group != PRODUCTS]}
    if paper.event == "Invoice Issued":
        kept["lines"] = [_charge(one) for one in paper.lines if one.group == PRODUCTS]
    context: dict[str, Any] = {**paper.context, **{name: held for name, held in kept.items() if held}}
    if paper.event == "Invoice Issued" and paper.because:
        context["because"] = paper.because
    return {
        "customer": paper.customer,
        "at": paper.at,
        "channel": paper.channel,
        "location_id": paper.location_id,
        "source": source,
        "context": context or None,
        "live": False,
    }


def _bare(envelope: dict[str, Any]) -> dict[str, Any]:
    return {**envelope, "context": None}


def _charge(one: OrderLine) -> dict[str, Any]:
    amount = None if one.amount is None else f"{one.amount:f}"
    told: dict[str, Any] = {"group": one.group, "amount": amount}
    if one.product is not None:
        product = one.product
        told |= {
            "code": product.product_id or product.sku,
            "name": product.name,
            "quantity": product.quantity,
        }
    return {name: value for name, value in told.items() if value is not None}
