"""Customers: what is known of them, their tags and segments, and two who became one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ecrm.adapters.shopify.consents import consents_in
from ecrm.adapters.shopify.naming import customer_named, full_name, id_of, tail
from ecrm.events import Custom, CustomerUpdated, Event, SegmentEntered, SegmentExited
from ecrm.hookspecs import Delivery
from ecrm.values import Who
from ecrm.values.foreign import foreign_mapping, foreign_text, foreign_time, hash_of

__all__ = ["MERGED", "account_told", "customer_told", "merged", "segment_told", "spent", "tags_told"]

MERGED = "Customers Merged"
Told = Callable[[Mapping[str, Any], Delivery], Iterator[Event]]


def customer_told(body: Mapping[str, Any], delivery: Delivery) -> Iterator[Event]:
    """Tell what is known of a customer; what is not in the body is not known, and takes nothing away."""
    id_, at = id_of(body), foreign_time(body.get("updated_at")) or foreign_time(body.get("created_at"))
    yield CustomerUpdated(
        customer=_person(body),
        name=full_name(body),
        language=foreign_text(body.get("locale"), 35),
        at=at,
        source_id=None if at is None else f"customer:{id_}:{at.isoformat()}",
    )
    # Since 2025-01 tags have topics of their own as well; what is pulled has them still.
    tags = _tags(body.get("tags"))
    if tags:
        known = None if at is None else f"customer tags:{id_}:{at.isoformat()}:{hash_of(sorted(tags))}"
        yield CustomerUpdated(customer=_person(body), tags_added=tags, at=at, source_id=known)
    # Before 2025-01 they are here; since then they have topics of their own.
    yield from consents_in(body, _person(body), delivery)


def account_told(name: str) -> Told:
    """Give what tells that an account was opened, closed or taken away."""

    def told(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
        at = foreign_time(body.get("updated_at"))
        id_ = None if at is None else f"{name}:{id_of(body)}:{at.isoformat()}"
        yield Custom(name, customer=_person(body), at=at, source_id=id_)

    return told


def tags_told(field: str) -> Told:
    """Give what tells that tags were put on a customer, or taken off."""

    def told(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
        who, at, tags = _by_gid(body), foreign_time(body.get("occurredAt")), _tags(body.get("tags"))
        if tags:
            id_ = None if at is None else f"{field}:{who.user_id}:{at.isoformat()}:{hash_of(sorted(tags))}"
            given: dict[str, Any] = {field: tags}
            yield CustomerUpdated(customer=who, at=at, source_id=id_, **given)

    return told


def segment_told(kind: type[SegmentEntered | SegmentExited]) -> Told:
    """Give what tells that a customer came into a segment of Shopify's, or fell out of one."""

    def told(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
        segment = tail(body.get("segment_id") or body.get("segmentId"))
        if segment is not None:
            yield kind(customer=_by_gid(body), segment_id=f"shopify:{segment}")

    return told


def spent(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell Shopify's own count of what somebody bought; ours is counted from the orders."""
    who, at, amount = _by_gid(body), foreign_time(body.get("occurredAt")), foreign_mapping(body.get("amountSpent"))
    told = {
        "orders": body.get("numberOfOrders") if isinstance(body.get("numberOfOrders"), int) else None,
        "amount": foreign_text(amount.get("amount")),
        "currency": foreign_text(amount.get("currencyCode")),
        "last_order_id": tail(body.get("lastOrderId")),
    }
    id_ = None if at is None else f"purchases:{who.user_id}:{at.isoformat()}"
    yield Custom("Purchases Summarised", told, customer=who, at=at, source_id=id_)


def merged(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell that the shop made one customer of two, where that was done; joining them is a duty's."""
    kept = tail(body.get("admin_graphql_api_customer_kept_id"))
    gone = tail(body.get("admin_graphql_api_customer_deleted_id"))
    if kept is None or gone is None or body.get("status", "completed") not in {"completed", "success", None}:
        return
    told = {"kept": kept, "absorbed": gone}
    yield Custom(MERGED, told, customer=Who(user_id=kept, source="shopify"), source_id=f"merged:{kept}:{gone}")


def _person(body: Mapping[str, Any]) -> Who:
    who = customer_named(id_of(body, "customer_id"), body.get("email"), body.get("phone"))
    assert who is not None  # noqa: S101 - it has an id
    return who


def _by_gid(body: Mapping[str, Any]) -> Who:
    return Who(user_id=id_of(body, "customerId", "customer_id"), source="shopify")


def _tags(value: Any) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(dict.fromkeys(tag for word in words if (tag := foreign_text(word, 200)) is not None))
