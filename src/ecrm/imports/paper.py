"""Read what stands on the paper of an order as a whole: when, who, how much, and what became of it.

Its lines one by one are read in `orderline`; the events it makes are in `orderevents`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping as Names
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from ecrm.errors import InvalidError
from ecrm.imports.column import Column
from ecrm.imports.mapping import Mapping, OrderColumns
from ecrm.imports.notation import Moment
from ecrm.imports.orderline import OrderLine
from ecrm.imports.outcome import below, exact_sum, named
from ecrm.values import Money, Who

__all__ = ["Paper", "read_paper"]

_MONEYS = frozenset({"subtotal", "total", "revenue", "shipping", "tax", "discount"})


@attrs.frozen(kw_only=True)
class Paper:
    """Hold an order as its lines tell it.

    Args:
        order_id: What tells it from others.
        moments: The times its lines have, earliest first, each once.
        customer: Who bought; None where no line says so.
        currency: Of its amounts.
        lines: What was bought, and what is no product.
        fields: Fields of Order Completed that stand on it.
        total: What it costs, exact.
        event: What it becomes.
        because: Why.
        refunded: The id of the order it refunds.
        cancelled_at: When it was cancelled.
        channel: Where it was placed.
        location_id: In which shop.
        context: Whatever else is kept with it.
    """

    order_id: str
    moments: tuple[Moment, ...]
    customer: Who | None
    currency: str
    lines: tuple[OrderLine, ...]
    fields: Names[str, Any]
    total: Decimal
    event: str
    because: str
    refunded: str | None
    cancelled_at: dt.datetime | None
    channel: str | None
    location_id: str | None
    context: Names[str, str]

    @property
    def at(self) -> dt.datetime:
        """Give when it was placed."""
        return self.moments[0].at


def read_paper(
    order_id: str,
    lines: Sequence[OrderLine],
    mapping: Mapping,
    columns: OrderColumns,
    zone: ZoneInfo,
    currency: str | None,
) -> Paper:
    """Read the order that lines make together.

    Args:
        order_id: What tells it from others.
        lines: At least one.
        mapping: What the file means.
        columns: Where the order stands.
        zone: Where times were read from a clock.
        currency: Of amounts that name none.

    Raises:
        InvalidError: The lines disagree, or hold what they must not.
    """
    single = {name: _single(lines, getattr(columns, name), f"orders.{name}") for name in _SINGLE}
    in_currency = single["currency"] or currency
    if in_currency is None:
        raise InvalidError.of("orders.currency", 'say in which: add currency = "TRY" to the mapping')
    numbers, texts = _fields(lines, mapping, columns)
    total = numbers["total"] if "total" in numbers else exact_sum(one.amount or Decimal(0) for one in lines)
    event, because = _becoming(lines, mapping, columns)
    cancelled_at = single["cancelled_at"]
    return Paper(
        order_id=order_id,
        moments=_moments(lines, mapping, columns, zone),
        customer=_customer(lines, columns),
        currency=in_currency,
        lines=tuple(lines),
        fields={**texts, **{name: Money.rounded(number, in_currency) for name, number in numbers.items()}},
        total=total,
        event=event,
        because=because,
        refunded=single["refunded"],
        cancelled_at=None if cancelled_at is None else _moment(cancelled_at, mapping, zone).at,
        channel=single["channel"],
        location_id=single["location_id"],
        context=_context(lines, columns),
    )


_SINGLE = ("currency", "refunded", "cancelled_at", "channel", "location_id")


def _values(lines: Sequence[OrderLine], column: Column) -> list[str]:
    taken = (column.take(one.line) for one in lines)
    return list(dict.fromkeys(value for value in taken if value is not None))


def _single(lines: Sequence[OrderLine], column: Column | None, path: str) -> str | None:
    if column is None:
        return None
    values = _values(lines, column)
    if len(values) > 1:
        raise InvalidError.of(path, "make the lines of this order agree: they say different things")
    return values[0] if values else None


def _customer(lines: Sequence[OrderLine], columns: OrderColumns) -> Who | None:
    given = {kind: _single(lines, column, f"orders.customer.{kind}") for kind, column in columns.customer.items()}
    named_ones = {kind: value for kind, value in given.items() if value is not None}
    if not named_ones:
        return None
    with below("orders.customer"):
        return Who(**named_ones)


def _fields(
    lines: Sequence[OrderLine], mapping: Mapping, columns: OrderColumns
) -> tuple[dict[str, Decimal], dict[str, str]]:
    numbers: dict[str, Decimal] = {}
    texts: dict[str, str] = {}
    for name, column in columns.fields.items():
        path = f"orders.fields.{name}"
        text = _single(lines, column, path)
        if text is not None and name in _MONEYS:
            with named(path):
                numbers[name] = mapping.notation.number(text)
        elif text is not None:
            texts[name] = text
    return numbers, texts


def _moments(lines: Sequence[OrderLine], mapping: Mapping, columns: OrderColumns, zone: ZoneInfo) -> tuple[Moment, ...]:
    moments = [_moment(text, mapping, zone, columns.at.layout) for text in _values(lines, columns.at)]
    if not moments:
        raise InvalidError.of("orders.at", "give a time: there is none")
    return tuple(sorted(moments, key=lambda moment: moment.at))


def _moment(text: str, mapping: Mapping, zone: ZoneInfo, layout: str = "") -> Moment:
    notation = attrs.evolve(mapping.notation, times=(layout,)) if layout else mapping.notation
    with named("orders.at"):
        return notation.moment(text, zone)


def _becoming(lines: Sequence[OrderLine], mapping: Mapping, columns: OrderColumns) -> tuple[str, str]:
    for becoming in columns.becomes:
        if all(becoming.when.holds(one.line, mapping.notation) for one in lines):
            return becoming.event, becoming.because
    return "Order Completed", ""


def _context(lines: Sequence[OrderLine], columns: OrderColumns) -> dict[str, str]:
    return {name: values[0] for name, column in columns.context.items() if (values := _values(lines, column))}
