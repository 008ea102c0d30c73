"""What can be known of a customer, declared: a fact's name, type, unit, and how events add up to it.

A declaration names what to count, not code to run. The core's own declarations are in
`ecrm.interactions.model.fact`; a plugin's come by `register_facts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import attrs

from ecrm.errors import InvalidError

__all__ = ["Fact", "How"]

How = Literal["count", "sum", "min", "max", "last", "days", "kept", "order", "derived"]
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*|\.<[a-z]+>)+\Z")
_TYPES = ("integer", "number", "text", "boolean", "time", "day", "money", "as declared")
_HOWS = ("count", "sum", "min", "max", "last", "days", "kept", "order", "derived")


def _check_name(_: Any, __: Any, value: str) -> None:
    if not isinstance(value, str) or not _NAME.match(value):
        raise InvalidError.of("name", "give a fact words joined by a dot, as orders.count")


def _check_said(_: Any, field: Any, value: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidError.of(field.name, f"every fact says its {field.name}: what it counts, or what it means")


def _kinds(value: Iterable[str]) -> frozenset[str]:
    if isinstance(value, str):
        raise InvalidError.of("kinds", 'give a list of event names, as ["Order Completed"]')
    return frozenset(value)


def _column(fact: Fact) -> str:
    return fact.name.replace(".", "_")


@attrs.frozen
class Fact:
    """Declare one thing known of a customer.

    Args:
        name: As `crm.facts` gives it; a plugin's begins with the plugin's name and a dot.
        type: integer, number, text, boolean, time or day.
        unit: What it counts or measures.
        about: What it means, in a sentence.
        how: `count` events; the `sum`, `min`, `max` or `last` of a property (of the events' times where
            `field` is empty); the distinct `days` of the shop with such an event; `kept` by a reaction.
            `order` and `derived` are the core's: from the state of orders, from other facts.
        kinds: Of which events; all where empty.
        channel: Only on this channel.
        field: Which property; `@channel`, `@source` and `@location_id` are the envelope's.
        by_customer: Only what the customer did: not what was sent to them, nor what staff or systems did.
        column: The column it is kept in.

    >>> Fact("wishlist.size", "integer", "products", "Products wished for.", "count", ["Product Added to Wishlist"]).how
    'count'
    """

    name: str = attrs.field(validator=_check_name)
    type: str = attrs.field(validator=attrs.validators.in_(_TYPES))
    unit: str = attrs.field(validator=_check_said)
    about: str = attrs.field(validator=_check_said)
    how: How = attrs.field(validator=attrs.validators.in_(_HOWS))
    kinds: frozenset[str] = attrs.field(default=(), converter=_kinds)
    channel: str | None = None
    field: str = ""
    by_customer: bool = False
    column: str = attrs.field(init=False, default=attrs.Factory(_column, takes_self=True))
