"""What is in a cart, told by what happened to it. Pure rules; asking is in `plugin`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs

from ecrm.effects import Interaction
from ecrm.errors import InvalidError
from ecrm.events import Product
from ecrm.values import Money

__all__ = ["CART_KINDS", "Cart", "cart_of", "lines_of", "total_of"]

CART_KINDS = ("Product Added", "Product Removed", "Cart Viewed", "Checkout Started")
_LINE = ("product_id", "sku", "name", "category", "brand", "variant", "price", "quantity", "coupon", "url", "image_url")


@attrs.frozen
class Cart:
    """Tell one cart from another.

    Args:
        key: Of its timer.
        cart_id: What the shop calls it; None where it does not.
        checkout_id: Of a checkout that names no cart.
        channel: Where it is.
    """

    key: str
    cart_id: str | None = None
    checkout_id: str | None = None
    channel: str | None = None

    def to_json(self, last_at: dt.datetime) -> dict[str, Any]:
        """Give what its timer is to know."""
        held = {"cart_id": self.cart_id, "checkout_id": self.checkout_id, "channel": self.channel}
        return {name: value for name, value in held.items() if value is not None} | {"last_at": last_at.isoformat()}


def cart_of(interaction: Interaction) -> Cart:
    """Give the cart an interaction is about: the one it names, else the only one of its profile."""
    properties = interaction.properties
    for name in ("cart_id", "checkout_id"):
        if properties.get(name) is not None:
            id_ = str(properties[name])
            key = f"{interaction.source}:{name}:{id_}"[:200]
            return Cart(key, **{name: id_}, channel=interaction.channel)
    return Cart(f"profile:{interaction.profile_id}", channel=interaction.channel)


def lines_of(events: Iterable[Interaction]) -> tuple[Product, ...]:
    """Fold what happened to a cart, oldest first, to what is in it.

    A view of the cart, or a checkout, that lists products says all that is in it.
    """
    held: dict[str, dict[str, Any]] = {}
    for event in events:
        listed = event.properties.get("products") or ()
        if listed:
            held = {_key(line): dict(line) for line in listed}
        elif event.kind in {"Product Added", "Product Removed"}:
            _change(held, event.properties, -1 if event.kind == "Product Removed" else 1)
    return tuple(Product(**line) for line in held.values())


def total_of(events: Sequence[Interaction], lines: Iterable[Product]) -> Money | None:
    """Give what the lines cost, where each has a price and all of the cart is in one currency."""
    currencies = {event.properties["currency"] for event in events if event.properties.get("currency")}
    if len(currencies) != 1:
        return None
    amounts = [None if line.price is None else line.price * line.quantity for line in lines]
    if None in amounts:
        return None
    try:
        return Money.rounded(sum((one for one in amounts if one is not None), Decimal(0)), currencies.pop())
    except InvalidError:
        return None


def _change(held: dict[str, dict[str, Any]], properties: Mapping[str, Any], sign: int) -> None:
    line = {name: properties[name] for name in _LINE if properties.get(name) is not None}
    if not {"product_id", "sku", "name"} & line.keys():
        return
    key = _key(line)
    there = held.get(key, {"quantity": 0})
    quantity = _number(there["quantity"]) + sign * _number(line.get("quantity", 1))
    if quantity > 0:
        held[key] = {**there, **line, "quantity": int(quantity) if quantity == int(quantity) else quantity}
    else:
        held.pop(key, None)


def _key(line: Mapping[str, Any]) -> str:
    return str(line.get("sku") or (line.get("product_id"), line.get("variant"), line.get("name")))


def _number(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(1)
