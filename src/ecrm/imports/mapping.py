"""What the columns of a file mean: customers, orders or any other events.

Reading a mapping from TOML is in `schema`; reading lines by it in `orders`, `people` and `happenings`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Names
from typing import Literal
from zoneinfo import ZoneInfo

import attrs

from ecrm.customers.model.trait import Attribute
from ecrm.errors import InvalidError
from ecrm.imports.column import Column, names_in
from ecrm.imports.condition import Condition
from ecrm.imports.notation import Notation
from ecrm.values import minor_digits
from ecrm.values.who import IDENTITIES

__all__ = [
    "AttributeColumn",
    "Becoming",
    "CustomerColumns",
    "EventColumns",
    "FileFormat",
    "Mapping",
    "OrderColumns",
    "Rule",
]

BECOMES = ("Order Completed", "Order Cancelled", "Order Refunded", "Invoice Issued")
_PRODUCT = frozenset({
    "product_id", "sku", "name", "category", "brand", "variant", "price", "quantity", "cost", "coupon", "url",
})  # fmt: skip
_ORDER_FIELDS = frozenset({
    "checkout_id", "affiliation", "coupon", "subtotal", "total", "revenue", "shipping", "tax", "discount",
})  # fmt: skip


@attrs.frozen
class FileFormat:
    """Say how a file is laid out.

    Args:
        kind: csv, jsonl, text with blanks between the columns, or wire for JSON lines that are events
            as `ecrm.events.to_wire` writes them; None goes by the ending of the file's name.
        encoding: As Python names it, such as cp1254 for Excel in Turkish.
        delimiter: What stands between the columns of a CSV file.
        columns: The names of the columns where the file has no header.
        empty: What stands for nothing, beside an empty cell.
        items: The list inside a JSON object that holds the lines of an order.

    Raises:
        InvalidError: Python knows no such encoding, or the delimiter is not one character.
    """

    kind: Literal["csv", "jsonl", "text", "wire"] | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    empty: frozenset[str] = frozenset()
    items: str = ""

    def __attrs_post_init__(self) -> None:
        if len(self.delimiter) != 1:
            raise InvalidError.of("file.delimiter", 'give one character, such as ";"')
        try:
            "".encode(self.encoding)
        except LookupError as error:
            raise InvalidError.of("file.encoding", "give an encoding that Python knows") from error
        if len(set(self.columns)) != len(self.columns):
            raise InvalidError.of("file.columns", "give every column a name of its own")


@attrs.frozen
class Rule:
    """Say which lines are set apart, and why."""

    when: Condition
    because: str


@attrs.frozen
class Becoming:
    """Say what an order becomes when every line of it meets a condition.

    Args:
        when: What must hold of each line.
        event: Order Completed, Order Refunded, Order Cancelled, or Invoice Issued for a correction on
            paper that nobody bought anything by.
        because: Why; kept with the event.
    """

    when: Condition
    event: str
    because: str = ""

    def __attrs_post_init__(self) -> None:
        if self.event not in BECOMES:
            raise InvalidError.of("orders.becomes.event", f"give one of {', '.join(BECOMES)}")


@attrs.frozen(kw_only=True)
class OrderColumns:
    """Say where an order stands in its lines.

    Args:
        id: What tells one order from another; lines with the same id are one order.
        at: When it was placed; the earliest time of its lines counts.
        each: "group" makes one order of all lines with one id, "line" an order of every line, of which
            the second with the same id gets "-2" behind it.
        customer: Who bought, by kinds of identity; an order without is anonymous.
        fields: Fields of Order Completed, the same on every line of an order.
        product: Fields of a product line.
        amount: What a line costs; without it price times quantity.
        apart: Groups of lines that are no products, by patterns of their product id or sku.
        becomes: What an order becomes; the first that fits counts.
        refunded: For a refund, the id of the order it is of.
        cancelled_at: For a cancelled order, when it was.
        channel: Where it was placed.
        location_id: In which shop.
        currency: Of its amounts, where they differ.
        context: Whatever else is kept with it.

    Raises:
        InvalidError: A field has no such name, or no amount can be made of it.
    """

    id: Column
    at: Column
    each: Literal["group", "line"] = "group"
    customer: Names[str, Column] = attrs.field(factory=dict)
    fields: Names[str, Column] = attrs.field(factory=dict)
    product: Names[str, Column] = attrs.field(factory=dict)
    amount: Column | None = None
    apart: Names[str, tuple[str, ...]] = attrs.field(factory=dict)
    groups: tuple[tuple[str, tuple[str, ...]], ...] = attrs.field(init=False, repr=False)
    becomes: tuple[Becoming, ...] = ()
    refunded: Column | None = None
    cancelled_at: Column | None = None
    channel: Column | None = None
    location_id: Column | None = None
    currency: Column | None = None
    context: Names[str, Column] = attrs.field(factory=dict)

    @groups.default
    def _groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(self.apart.items())

    def __attrs_post_init__(self) -> None:
        _check_names(self.customer, IDENTITIES, "orders.customer")
        _check_names(self.fields, _ORDER_FIELDS, "orders.fields")
        _check_names(self.product, _PRODUCT, "orders.product")
        if "price" not in self.product and self.amount is None and "total" not in self.fields:
            raise InvalidError.of("orders", "say where the money stands: product.price, amount or fields.total")

    def columns(self) -> Iterator[Column]:
        """Yield every column that is read."""
        yield from (self.id, self.at)
        for group in (self.customer, self.fields, self.product, self.context):
            yield from group.values()
        single = (
            self.amount,
            self.refunded,
            self.cancelled_at,
            self.channel,
            self.location_id,
            self.currency,
        )
        yield from (column for column in single if column is not None)


@attrs.frozen
class AttributeColumn:
    """Say where an attribute of customers stands, and what it is."""

    column: Column
    attribute: Attribute


@attrs.frozen(kw_only=True)
class CustomerColumns:
    """Say where a customer stands in a line.

    Args:
        customer: Their identities, by kind; at least one.
        name: How they are called.
        birthday: Their day of birth.
        language: BCP 47.
        tags: Tags they carry.
        at: Since when this holds; without it, since it is imported.
        attributes: What else is known of them, by name.
    """

    customer: Names[str, Column]
    name: Column | None = None
    birthday: Column | None = None
    language: Column | None = None
    tags: Column | None = None
    at: Column | None = None
    attributes: Names[str, AttributeColumn] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        _check_names(self.customer, IDENTITIES, "customers.customer")
        if not self.customer:
            raise InvalidError.of("customers.customer", "name at least one identity, such as email")

    def columns(self) -> Iterator[Column]:
        """Yield every column that is read."""
        yield from self.customer.values()
        yield from (held.column for held in self.attributes.values())
        single = (self.name, self.birthday, self.language, self.tags, self.at)
        yield from (column for column in single if column is not None)


@attrs.frozen(kw_only=True)
class EventColumns:
    """Say where any other event stands in a line.

    Args:
        name: Its wire name, such as Store Visited.
        at: When it happened.
        customer: Who it is about, by kinds of identity.
        source_id: What tells it from others; without it, all that stands in the line.
        channel: Where it happened.
        location_id: In which shop.
        properties: Its own fields.
    """

    name: Column
    at: Column
    customer: Names[str, Column] = attrs.field(factory=dict)
    source_id: Column | None = None
    channel: Column | None = None
    location_id: Column | None = None
    properties: Names[str, Column] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        _check_names(self.customer, IDENTITIES, "events.customer")

    def columns(self) -> Iterator[Column]:
        """Yield every column that is read."""
        yield from (self.name, self.at)
        yield from self.customer.values()
        yield from self.properties.values()
        single = (self.source_id, self.channel, self.location_id)
        yield from (column for column in single if column is not None)


@attrs.frozen(kw_only=True)
class Mapping:
    """Say what a file means.

    Args:
        source: The system it comes from; its ids are known there.
        file: How it is laid out.
        notation: How it writes numbers, days and times.
        zone: Where its times were read from a clock; None is the zone of the shop.
        currency: Of its amounts; None is the currency of the shop.
        orders: Where orders stand.
        customers: Where customers stand.
        events: Where other events stand.
        leave_out: Lines that are not wanted.
        reject: Lines that are wrong.

    Raises:
        InvalidError: It says of nothing what it means, or there is no such zone or currency.
    """

    source: str
    file: FileFormat = attrs.field(factory=FileFormat)
    notation: Notation = attrs.field(factory=Notation)
    zone: str | None = None
    currency: str | None = None
    orders: OrderColumns | None = None
    customers: CustomerColumns | None = None
    events: EventColumns | None = None
    leave_out: tuple[Rule, ...] = ()
    reject: tuple[Rule, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not (self.orders or self.customers or self.events or self.is_wire):
            raise InvalidError.of("mapping", "say what a line is: add [orders], [customers] or [events]")
        if self.currency is not None:
            minor_digits(self.currency)
        if self.zone is not None:
            _check_zone(self.zone)

    @property
    def is_wire(self) -> bool:
        """Tell whether each line is an event already."""
        return self.file.kind == "wire"

    def columns(self) -> list[str]:
        """List the columns a file must have."""
        parts = [part for part in (self.orders, self.customers, self.events) if part is not None]
        names = names_in(column for part in parts for column in part.columns())
        conditions = [rule.when for rule in (*self.leave_out, *self.reject)]
        conditions += [becoming.when for becoming in (self.orders.becomes if self.orders else ())]
        return list(dict.fromkeys([*names, *(name for one in conditions for name in one.columns)]))


def _check_names(given: Names[str, Column], known: frozenset[str] | tuple[str, ...], path: str) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise InvalidError.of(f"{path}.{unknown[0]}", f"use one of {', '.join(sorted(known))}")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidError.of("zone", "give an IANA time zone, as Europe/Istanbul") from error
