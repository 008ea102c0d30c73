"""Carts and checkouts, which name nobody at first: their tokens are a visitor's, until an order names who it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecrm.adapters.shopify.amounts import amount_in, currency_of, products_of
from ecrm.adapters.shopify.naming import buyer_of, full_name, id_of, visitor
from ecrm.events import CartViewed, CheckoutStarted, Custom, CustomerIdentified, Event
from ecrm.hookspecs import Delivery
from ecrm.values import Who
from ecrm.values.foreign import foreign_id, foreign_mapping, foreign_text, foreign_time

__all__ = ["cart_seen", "checkout_changed", "checkout_left", "checkout_started"]


def cart_seen(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell what is in a cart."""
    token = foreign_id(body.get("token")) or id_of(body)
    at = foreign_time(body.get("updated_at")) or foreign_time(body.get("created_at"))
    yield CartViewed(
        customer=Who(anonymous_id=f"shopify:cart:{token}", source="shopify"),
        cart_id=token,
        products=products_of(body.get("line_items")),
        channel="web",
        at=at,
        source_id=None if at is None else f"cart:{token}:{at.isoformat()}",
    )


def checkout_started(body: Mapping[str, Any], delivery: Delivery) -> Iterator[Event]:
    """Tell that somebody began to check out."""
    token, tokens = _tokens(body)
    currency = currency_of(body)
    yield CheckoutStarted(
        customer=_whose(body, tokens),
        checkout_id=token,
        value=amount_in(body, "total_price", currency),
        tax=amount_in(body, "total_tax", currency),
        discount=amount_in(body, "total_discounts", currency),
        products=products_of(body.get("line_items")),
        channel="web",
        at=foreign_time(body.get("created_at")),
        source_id=f"checkout:{token}",
    )
    yield from _named(body, tokens, delivery)


def checkout_changed(body: Mapping[str, Any], delivery: Delivery) -> Iterator[Event]:
    """Tell what is in a cart while it is checked out, and who it is once they say so."""
    token, tokens = _tokens(body)
    at = foreign_time(body.get("updated_at"))
    yield CartViewed(
        customer=_whose(body, tokens),
        cart_id=foreign_id(body.get("cart_token")) or token,
        products=products_of(body.get("line_items")),
        channel="web",
        at=at,
        source_id=None if at is None else f"checkout:{token}:{at.isoformat()}",
    )
    yield from _named(body, tokens, delivery)


def checkout_left(body: Mapping[str, Any], _: Delivery) -> Iterator[Event]:
    """Tell that a checkout was taken away."""
    token, tokens = _tokens(body)
    yield Custom("Checkout Deleted", {"checkout_id": token}, customer=_whose(body, tokens),
                 source_id=f"checkout deleted:{token}")  # fmt: skip


def _tokens(body: Mapping[str, Any]) -> tuple[str, list[str]]:
    # By 2026-07 a checkout has no id: its token is the one.
    token = foreign_id(body.get("token")) or id_of(body)
    return token, visitor({"cart_token": body.get("cart_token"), "checkout_token": token})


def _whose(body: Mapping[str, Any], tokens: list[str]) -> Who:
    return buyer_of(body, tokens[0]) or Who(anonymous_id=tokens[0], source="shopify")


def _named(body: Mapping[str, Any], tokens: list[str], _: Delivery) -> Iterator[Event]:
    """Say who the checkout's own visitor was: an order may name the cart, the checkout, or both."""
    who, name = buyer_of(body, tokens[-1]), full_name(foreign_mapping(body.get("customer")))
    if who is None or who.given.keys() == {"anonymous_id"} or (len(tokens) == 1 and name is None):
        return
    at = foreign_time(body.get("updated_at"))
    known = ":".join(sorted(who.given))
    yield CustomerIdentified(
        customer=who,
        name=name,
        language=foreign_text(body.get("customer_locale"), 35),
        at=at,
        source_id=None if at is None else f"checkout customer:{tokens[-1]}:{at.isoformat()}:{known}",
    )
