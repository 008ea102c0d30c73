"""What was bought, and what became of it.

How the events of an order become its state is decided by the model of orders.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Label, Prose
from ecrm.interactions.events.product import Product
from ecrm.interactions.events.rules import Id
from ecrm.interactions.events.shape import kind
from ecrm.values.money import Money

__all__ = ["OrderAmounts", "OrderCancelled", "OrderCompleted", "OrderEvent", "OrderRefunded", "OrderUpdated"]


@kind
class OrderEvent(Event):
    """Be about one order."""

    order_id: Id


@kind
class OrderAmounts(OrderEvent):
    """Be about one order with its amounts, all in one currency.

    `total` is what the customer pays, tax and shipping included; `revenue` leaves both out. A revenue
    that is not given stays None and counts as total - tax - shipping.
    """

    checkout_id: Id | None = None
    affiliation: Label | None = None
    subtotal: Money | None = None
    total: Money | None = None
    revenue: Money | None = None
    shipping: Money | None = None
    tax: Money | None = None
    discount: Money | None = None
    coupon: Label | None = None
    products: tuple[Product, ...] = ()


@kind
class OrderCompleted(OrderAmounts):
    """Say that an order is complete.

    >>> OrderCompleted(order_id=1001, total=Money("149.90", "TRY"))
    OrderCompleted('Order Completed', natural_key='1001')
    """

    NAME: ClassVar[str] = "Order Completed"
    KEY: ClassVar[tuple[str, ...]] = ("order_id",)


@kind
class OrderUpdated(OrderAmounts):
    """Say how an order stands since `updated_at`."""

    NAME: ClassVar[str] = "Order Updated"
    KEY: ClassVar[tuple[str, ...]] = ("order_id", "updated_at")

    updated_at: datetime | None = None
    status: Label | None = None


@kind
class OrderRefunded(OrderEvent):
    """Say that all or part of an order was paid back.

    `total` is what was paid back. Where neither `revenue` nor `tax` and `shipping` say how much of it was
    goods, it counts as the same share as in the order.
    """

    NAME: ClassVar[str] = "Order Refunded"
    KEY: ClassVar[tuple[str, ...]] = ("refund_id",)

    refund_id: Id | None = None
    total: Money | None = None
    revenue: Money | None = None
    shipping: Money | None = None
    tax: Money | None = None
    reason: Prose | None = None
    products: tuple[Product, ...] = ()


@kind
class OrderCancelled(OrderEvent):
    """Say that an order was cancelled."""

    NAME: ClassVar[str] = "Order Cancelled"
    KEY: ClassVar[tuple[str, ...]] = ("order_id",)

    total: Money | None = None
    reason: Prose | None = None
    products: tuple[Product, ...] = ()
