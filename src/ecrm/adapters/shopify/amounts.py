"""Amounts and lines of Shopify: in the shop's own currency, which is the one its books are in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ecrm.events import Product
from ecrm.values import Money
from ecrm.values.foreign import (
    foreign_amount,
    foreign_id,
    foreign_items,
    foreign_mapping,
    foreign_money,
    foreign_text,
    foreign_whole,
)

__all__ = ["amount_in", "currency_of", "products_of", "set_amount", "sum_of"]


def currency_of(body: Mapping[str, Any]) -> str | None:
    """Give the shop's currency, as a body says it, or one of its amounts does."""
    said = body.get("currency")
    if isinstance(said, str):
        return said
    for name, held in body.items():
        code = _shop_money(held).get("currency_code") if name.endswith("_set") else None
        if isinstance(code, str):
            return code
    return None


def amount_in(body: Mapping[str, Any], name: str, currency: str | None) -> Money | None:
    """Give an amount of a body: of the set, which is text, before the bare value, which may be a float."""
    money = set_amount(body.get(f"{name}_set"))
    return money if money is not None else foreign_money(body.get(name), currency)


def set_amount(held: Any) -> Money | None:
    """Give what a set says in the shop's currency."""
    money = _shop_money(held)
    return foreign_money(money.get("amount"), money.get("currency_code"))


def sum_of(moneys: Iterable[Money | None]) -> Money | None:
    """Add amounts of one currency; None where there is none, or they are of several."""
    found = [money for money in moneys if money is not None]
    if len({money.currency for money in found}) != 1:
        return None
    total = found[0]
    for money in found[1:]:
        total += money
    return total


def products_of(lines: Any) -> tuple[Product, ...]:
    """Give the lines of an order, a cart, a checkout or a parcel."""
    return tuple(made for line in foreign_items(lines) if (made := _product(line)) is not None)


def _product(line: Mapping[str, Any]) -> Product | None:
    named: dict[str, Any] = {
        "product_id": foreign_id(line.get("product_id")),
        "sku": foreign_id(line.get("sku")),
        "name": foreign_text(line.get("title") or line.get("name") or line.get("presentment_title")),
    }
    if not any(named.values()):
        return None
    price = set_amount(line.get("price_set"))
    return Product(
        **named,
        variant=foreign_text(line.get("variant_title")),
        brand=foreign_text(line.get("vendor")),
        price=foreign_amount(line.get("price")) if price is None else price.amount,
        quantity=foreign_whole(line.get("quantity")),
    )


def _shop_money(held: Any) -> Mapping[str, Any]:
    return foreign_mapping(foreign_mapping(held).get("shop_money"))
