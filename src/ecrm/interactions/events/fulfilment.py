"""Parcels, returns and invoices of an order.

Amounts paid back are in `order`.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ecrm.interactions.events.declared import Label, Prose, Trace
from ecrm.interactions.events.order import OrderEvent
from ecrm.interactions.events.product import Product
from ecrm.interactions.events.rules import Id
from ecrm.interactions.events.shape import kind
from ecrm.values.money import Money

__all__ = [
    "InvoiceIssued",
    "OrderDelayed",
    "OrderDelivered",
    "OrderShipped",
    "ParcelEvent",
    "ReturnEvent",
    "ReturnReceived",
    "ReturnRequested",
]


@kind
class ParcelEvent(OrderEvent):
    """Be about what is sent for an order."""

    shipment_id: Id | None = None
    carrier: Label | None = None
    tracking: Id | None = None
    tracking_url: Trace | None = None
    due_at: datetime | None = None
    reason: Prose | None = None
    products: tuple[Product, ...] = ()


@kind
class OrderShipped(ParcelEvent):
    """Say that all or part of an order was sent."""

    NAME: ClassVar[str] = "Order Shipped"


@kind
class OrderDelayed(ParcelEvent):
    """Say that an order comes later."""

    NAME: ClassVar[str] = "Order Delayed"


@kind
class OrderDelivered(ParcelEvent):
    """Say that all or part of an order arrived."""

    NAME: ClassVar[str] = "Order Delivered"


@kind
class ReturnEvent(OrderEvent):
    """Be about what is sent back from an order."""

    return_id: Id | None = None
    carrier: Label | None = None
    tracking: Id | None = None
    reason: Prose | None = None
    products: tuple[Product, ...] = ()


@kind
class ReturnRequested(ReturnEvent):
    """Say that the customer wants to send something back."""

    NAME: ClassVar[str] = "Return Requested"


@kind
class ReturnReceived(ReturnEvent):
    """Say that what was sent back arrived."""

    NAME: ClassVar[str] = "Return Received"


@kind
class InvoiceIssued(OrderEvent):
    """Say that an invoice was issued."""

    NAME: ClassVar[str] = "Invoice Issued"
    KEY: ClassVar[tuple[str, ...]] = ("invoice_id",)

    invoice_id: Id | None = None
    total: Money | None = None
    tax: Money | None = None
    due_at: datetime | None = None
    url: Trace | None = None
