"""Parcels and returns of an order: none of them makes an order that was not told of count as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ecrm.adapters.shopify.amounts import products_of
from ecrm.adapters.shopify.naming import id_of, tail
from ecrm.events import Event, OrderDelayed, OrderDelivered, OrderShipped, ReturnReceived, ReturnRequested
from ecrm.hookspecs import Delivery
from ecrm.values.foreign import foreign_id, foreign_mapping, foreign_text, foreign_time

__all__ = ["parcel_sent", "parcel_travels", "return_told"]

_UNSENT = frozenset({"cancelled", "error", "failure"})
_LATE = frozenset({"delayed", "failure", "attempted_delivery"})


def parcel_sent(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell of a parcel: sent, once for each number it travels under, and arrived."""
    order_id, id_ = tail(body.get("order_id")), id_of(body)
    if order_id is None:
        return
    tracking = foreign_id(body.get("tracking_number"))
    shared: dict[str, Any] = {
        "order_id": order_id,
        "shipment_id": id_,
        "carrier": foreign_text(body.get("tracking_company")),
        "tracking": tracking,
        "tracking_url": foreign_text(body.get("tracking_url")),
        "products": products_of(body.get("line_items")),
    }
    changed_at = foreign_time(body.get("updated_at"))
    if body.get("status") in _UNSENT:
        said = f"fulfilment {body['status']}"
        yield OrderDelayed(at=changed_at, reason=said, source_id=f"parcel {body['status']}:{id_}", **shared)
        return
    sent_at = foreign_time(body.get("created_at")) or changed_at
    yield OrderShipped(at=sent_at, source_id=f"parcel sent:{id_}:{tracking or ''}", **shared)
    if body.get("shipment_status") == "delivered":
        yield OrderDelivered(at=changed_at, source_id=f"parcel delivered:{id_}", **shared)


def parcel_travels(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell where a parcel is."""
    order_id, parcel = tail(body.get("order_id")), tail(body.get("fulfillment_id"))
    status = foreign_text(body.get("status"))
    if order_id is None or status is None:
        return
    at = foreign_time(body.get("happened_at")) or foreign_time(body.get("created_at"))
    shared: dict[str, Any] = {"order_id": order_id, "shipment_id": parcel, "at": at, "reason": status}
    if status == "delivered" and parcel is not None:
        yield OrderDelivered(source_id=f"parcel delivered:{parcel}", **shared)
        return
    kind = OrderDelayed if status in _LATE else OrderShipped
    due_at = foreign_time(body.get("estimated_delivery_at"))
    yield kind(source_id=f"parcel event:{id_of(body)}", due_at=due_at, **shared)


def return_told(
    kind: type[ReturnRequested | ReturnReceived],
) -> Callable[[Mapping[str, Any], Delivery], Iterator[Event]]:
    """Give what tells of a return: asked for, or closed."""

    def told(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
        order = foreign_mapping(body.get("order"))
        order_id = tail(order.get("admin_graphql_api_id")) or tail(order.get("id")) or tail(body.get("order_id"))
        if order_id is not None:
            return_id = id_of(body)
            yield kind(order_id=order_id, return_id=return_id, source_id=f"{kind.NAME}:{return_id}")

    return told
