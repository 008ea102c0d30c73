"""Which topic tells what. A topic that is not here is kept whole, under a name made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from ecrm.adapters.woocommerce.naming import full_name, instant_of, person, shop_itself
from ecrm.adapters.woocommerce.orders import order_changed, order_deleted, order_placed
from ecrm.errors import InvalidError
from ecrm.events import Custom, CustomerUpdated, Event
from ecrm.hookspecs import Delivery
from ecrm.values.foreign import foreign_id, hash_of, without_cards

__all__ = ["TOPICS", "name_of", "translate"]

Tell = Callable[[Mapping[str, Any], Delivery], Iterable[Event]]
_LINKS = "_links"


def translate(body: Any, delivery: Delivery) -> Iterator[Event]:
    """Give what a delivery tells.

    Raises:
        InvalidError: It is no object, or an order or a customer without an id.
    """
    if not isinstance(body, Mapping):
        raise InvalidError.of("body", "WooCommerce sends an object")
    tell = TOPICS.get(delivery.context.get("topic", ""), unknown)
    for event in tell(body, delivery):
        evolved: Event = attrs.evolve(event, context={"woocommerce": dict(delivery.context)})  # type: ignore[misc]
        yield evolved


def unknown(body: Mapping[str, Any], delivery: Delivery) -> Iterator[Event]:
    """Keep what is of no customer, or what nobody knows here."""
    topic, at = delivery.context.get("topic", ""), instant_of(body, "date_modified")
    who = person(body.get("customer_id"), body.get("reviewer_email")) or shop_itself()
    told = without_cards({name: value for name, value in body.items() if name != _LINKS})
    yield Custom(name_of(topic), told, customer=who, at=at, source_id=f"{topic}:{hash_of(body)}")


def name_of(topic: str) -> str:
    """Make the name of an event of a topic.

    >>> name_of("product.updated")
    'WooCommerce Product Updated'
    """
    words = topic.replace(".", " ").replace("_", " ").split()
    return " ".join(["WooCommerce", *(word.capitalize() for word in words or ["event"])])


def customer_told(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell what is known of a customer; what is not in the body takes nothing away."""
    id_, at = _id(body), instant_of(body, "date_modified") or instant_of(body, "date_created")
    yield CustomerUpdated(
        customer=person(id_, body.get("email")),
        name=full_name(body) or full_name(body.get("billing")),
        at=at,
        source_id=f"customer:{id_}:{hash_of(body) if at is None else at.isoformat()}",
    )


def customer_deleted(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell that an account was deleted; erasing the person is asked for in other ways."""
    id_ = _id(body)
    yield Custom("Customer Deleted", customer=person(id_), source_id=f"customer deleted:{id_}")


def _id(body: Mapping[str, Any]) -> str:
    found = foreign_id(body.get("id"))
    if found is None:
        raise InvalidError.of("id", "it says nowhere which customer it is about")
    return found


TOPICS: Mapping[str, Tell] = {
    "customer.created": customer_told,
    "customer.deleted": customer_deleted,
    "customer.updated": customer_told,
    "order.created": order_placed,
    "order.deleted": order_deleted,
    "order.restored": order_changed,
    "order.updated": order_changed,
}
