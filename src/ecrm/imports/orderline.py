"""Read one line of an order: what was bought, or what is no product, and what it costs.

How lines make an order is in `orders`.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.imports.column import Line
from ecrm.imports.condition import is_like
from ecrm.imports.mapping import OrderColumns
from ecrm.imports.notation import Notation
from ecrm.imports.outcome import EXACT, below, named
from ecrm.interactions.events import Product

__all__ = ["PRODUCTS", "OrderLine", "amount_of", "read_order_line"]

PRODUCTS = "products"
_NUMBERS = frozenset({"price", "cost", "quantity"})


@attrs.frozen
class OrderLine:
    """Hold one line of an order.

    Args:
        number: Its number in the file.
        line: What stands in it.
        product: What it is about; None where the file has no products.
        group: "products", or the group of what is no product.
        amount: What it costs; None where only the order as a whole has a price.
    """

    number: int
    line: Line
    product: Product | None
    group: str
    amount: Decimal | None


def read_order_line(number: int, line: Line, columns: OrderColumns, notation: Notation) -> OrderLine:
    """Read one line of an order.

    Raises:
        InvalidError: It holds what it must not; `fields` says where.
    """
    given = _product_fields(line, columns, notation)
    with below("orders.product"):
        product = Product(**given) if given else None
    code = given.get("product_id") or given.get("sku") or ""
    if columns.amount is None and "price" in given and "quantity" in given:
        amount: Decimal | None = EXACT.multiply(given["price"], given["quantity"])
    else:
        amount = amount_of(line, columns, notation)
    return OrderLine(number, line, product, _group_of(code, columns.groups), amount)


def amount_of(line: Line, columns: OrderColumns, notation: Notation) -> Decimal | None:
    """Say what a line costs, exactly: its amount, or price times quantity.

    Returns:
        The amount; None where only the order as a whole has a price.

    Raises:
        InvalidError: A number in it can not be read, or the line has none.
    """
    if columns.amount is not None:
        text = columns.amount.take(line)
        with named("orders.amount"):
            return notation.number(_there(text))
    if "price" not in columns.product:
        return None
    with named("orders.product.price"):
        price = notation.number(_there(columns.product["price"].take(line)))
    counted = columns.product.get("quantity")
    if counted is None:
        return price
    with named("orders.product.quantity"):
        return EXACT.multiply(price, notation.number(_there(counted.take(line))))


def _there(text: str | None) -> str:
    if text is None:
        raise InvalidError.of("number", "give a number: there is none")
    return text


def _product_fields(line: Line, columns: OrderColumns, notation: Notation) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, column in columns.product.items():
        text = column.take(line)
        if text is None:
            continue
        if name not in _NUMBERS:
            given[name] = text
            continue
        with named(f"orders.product.{name}"):
            number = notation.number(text)
        given[name] = int(number) if name == "quantity" and number == int(number) else number
    return given


@lru_cache(maxsize=16_384)
def _group_of(code: str, apart: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    for group, patterns in apart:
        if any(is_like(code, pattern) for pattern in patterns):
            return group
    return PRODUCTS
