"""What is odd about a line of an order, whatever becomes of it.

What is odd about an order as a whole is in `orders`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ecrm.errors import InvalidError
from ecrm.imports.column import Column, Line
from ecrm.imports.mapping import Mapping, OrderColumns
from ecrm.imports.notation import Notation

__all__ = ["oddities_of"]


def oddities_of(line: Line, mapping: Mapping) -> Iterator[str]:
    """Name what is odd about a line.

    Args:
        line: As it was read.
        mapping: What it means.

    Yields:
        Names of oddities: lines_without_customer, negative_quantities, prices_below_zero, prices_of_zero,
        lines_without_product_name.
    """
    columns = mapping.orders
    if columns is None:
        return
    if columns.customer and all(column.take(line) is None for column in columns.customer.values()):
        yield "lines_without_customer"
    if _sign(line, columns, "quantity", mapping.notation) == -1:
        yield "negative_quantities"
    price = _sign(line, columns, "price", mapping.notation)
    if price is not None and price <= 0:
        yield "prices_below_zero" if price else "prices_of_zero"
    name = columns.product.get("name")
    if name is not None and name.take(line) is None:
        yield "lines_without_product_name"


def _sign(line: Line, columns: OrderColumns, name: str, notation: Notation) -> int | None:
    column: Column | None = columns.product.get(name)
    text = None if column is None else column.take(line)
    try:
        number = None if text is None else notation.number(text)
    except InvalidError:
        return None
    return None if number is None else (number > 0) - (number < 0)
