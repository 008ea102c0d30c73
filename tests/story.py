"""Short stories to tell a CRM: people, and events whose ids and times are fixed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ecrm import Money, Who, events

START = dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)
AYSE = Who(email="ayse@example.org")
MEHMET = Who(phone="+905321112233")


def minute(number: float) -> dt.datetime:
    """Give the time so many minutes into the story."""
    return START + dt.timedelta(minutes=number)


def ordered(
    order_id: str = "1", total: str = "100.00", *, who: Who | None = AYSE, after: float = 0, **more: Any
) -> events.OrderCompleted:
    """Tell of an order in Turkish lira, or in `currency`."""
    amount = Money(total, more.pop("currency", "TRY"))
    return events.OrderCompleted(order_id=order_id, total=amount, customer=who, at=minute(after), **more)


def updated(order_id: str = "1", total: str = "100.00", *, after: float = 1, **more: Any) -> events.OrderUpdated:
    """Tell that an order changed."""
    amount, at = Money(total, more.pop("currency", "TRY")), minute(after)
    return events.OrderUpdated(order_id=order_id, total=amount, updated_at=at, at=at, **more)


def refunded(
    order_id: str = "1", total: str = "30.00", *, refund_id: str = "r1", after: float = 2, **more: Any
) -> events.OrderRefunded:
    """Tell that something of an order was paid back."""
    amount = Money(total, more.pop("currency", "TRY"))
    return events.OrderRefunded(order_id=order_id, refund_id=refund_id, total=amount, at=minute(after), **more)


def cancelled(order_id: str = "1", *, after: float = 3, **more: Any) -> events.OrderCancelled:
    """Tell that an order was cancelled."""
    return events.OrderCancelled(order_id=order_id, at=minute(after), **more)


def visited(who: Who = AYSE, source_id: str = "v1", *, after: float = 0, **more: Any) -> events.StoreVisited:
    """Tell of a visit to a store."""
    return events.StoreVisited(customer=who, source_id=source_id, at=minute(after), **more)


def misread(source_id: str = "v1") -> events.StoreVisited:
    """Tell of a visit at a time without a zone, which `emit` can not know to be wrong."""
    return events.StoreVisited(customer=AYSE, source_id=source_id, at=dt.datetime(2026, 1, 1))  # noqa: DTZ001


def told(who: Who = AYSE, source_id: str = "t1", *, after: float = 0, **more: Any) -> events.CustomerUpdated:
    """Tell what is known of a customer."""
    return events.CustomerUpdated(customer=who, source_id=source_id, at=minute(after), **more)
