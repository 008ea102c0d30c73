"""Which topic tells what. A topic that is not here is kept whole, under a name made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from ecrm.adapters.shopify import carts, compliance, orders, parcels, people
from ecrm.adapters.shopify.consents import consent_told
from ecrm.adapters.shopify.naming import buyer_of, customer_named, shop_itself
from ecrm.errors import InvalidError
from ecrm.events import Custom, Event, ReturnReceived, ReturnRequested, SegmentEntered, SegmentExited
from ecrm.hookspecs import Asked, Delivery
from ecrm.values import Who
from ecrm.values.foreign import foreign_time, without_cards

__all__ = ["TOPICS", "UNINSTALLED", "name_of", "translate"]

UNINSTALLED = "Shopify App Uninstalled"
Told = Iterable[Event | Asked]
Tell = Callable[[Mapping[str, Any], Delivery], Told]


def translate(body: Any, delivery: Delivery) -> Iterator[Event | Asked]:
    """Give what a delivery tells.

    Raises:
        InvalidError: It is no object, or names nothing it could be about.
    """
    if not isinstance(body, Mapping):
        raise InvalidError.of("body", "Shopify sends an object")
    tell = TOPICS.get(delivery.context.get("topic", ""), unknown)
    for one in tell(body, delivery):
        yield one if isinstance(one, Asked) else _with_context(one, delivery)


def unknown(body: Mapping[str, Any], delivery: Delivery) -> Iterator[Event]:
    """Keep what nobody knows here: with the customer it names, else with the shop itself."""
    at = foreign_time(body.get("updated_at")) or foreign_time(body.get("occurredAt"))
    who: Who | None = buyer_of(body) if body.get("customer") else None
    who = who or customer_named(body.get("customerId") or body.get("customer_id")) or shop_itself(delivery)
    yield Custom(name_of(delivery.context.get("topic", "")), without_cards(body), customer=who, at=at)


def name_of(topic: str) -> str:
    """Make the name of an event of a topic.

    >>> name_of("orders/risk_assessment_changed"), name_of("")
    ('Shopify Orders Risk Assessment Changed', 'Shopify Event')
    """
    words = topic.replace("/", " ").replace("_", " ").replace(".", " ").split()
    return " ".join(["Shopify", *(word.capitalize() for word in words or ["event"])])


def _with_context(event: Event, delivery: Delivery) -> Event:
    told = {name: said for name, said in delivery.context.items() if said and name != "domain"}
    evolved: Event = attrs.evolve(event, context={"shopify": told})  # type: ignore[misc]
    return evolved


def _uninstalled(_: Mapping[str, Any], delivery: Delivery) -> Iterator[Event]:
    # The body tells of the merchant, whom nobody needs here.
    yield Custom(UNINSTALLED, customer=shop_itself(delivery))


def _nothing(_: Mapping[str, Any], __: Delivery) -> Told:
    return ()


TOPICS: Mapping[str, Tell] = {
    "app/uninstalled": _uninstalled,
    "carts/create": carts.cart_seen,
    "carts/update": carts.cart_seen,
    "checkouts/create": carts.checkout_started,
    "checkouts/delete": carts.checkout_left,
    "checkouts/update": carts.checkout_changed,
    "customer.joined_segment": people.segment_told(SegmentEntered),
    "customer.left_segment": people.segment_told(SegmentExited),
    "customer.tags_added": people.tags_told("tags_added"),
    "customer.tags_removed": people.tags_told("tags_removed"),
    "customers/create": people.customer_told,
    "customers/data_request": compliance.data_asked,
    "customers/delete": people.account_told("Customer Deleted"),
    "customers/disable": people.account_told("Customer Account Disabled"),
    "customers/enable": people.account_told("Customer Account Enabled"),
    "customers/merge": people.merged,
    "customers/purchasing_summary": people.spent,
    "customers/redact": compliance.person_erased,
    "customers/update": people.customer_told,
    "customers_email_marketing_consent/update": consent_told,
    "customers_marketing_consent/update": consent_told,
    "customers_whats_app_marketing_consent/update": consent_told,
    "customers_whatsapp_marketing_consent/update": consent_told,
    "fulfillment_events/create": parcels.parcel_travels,
    "fulfillment_events/delete": _nothing,
    "fulfillments/create": parcels.parcel_sent,
    "fulfillments/update": parcels.parcel_sent,
    "order_transactions/create": orders.paid,
    "orders/cancelled": orders.order_changed,
    "orders/create": orders.order_placed,
    "orders/delete": orders.order_deleted,
    # It names no amounts: the update that follows it does.
    "orders/edited": _nothing,
    "orders/fulfilled": orders.order_changed,
    "orders/paid": orders.order_changed,
    "orders/partially_fulfilled": orders.order_changed,
    "orders/updated": orders.order_changed,
    "refunds/create": orders.refunded,
    "returns/close": parcels.return_told(ReturnReceived),
    "returns/request": parcels.return_told(ReturnRequested),
    "shop/redact": compliance.shop_erased,
}
