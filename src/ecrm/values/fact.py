"""What can be known of a customer, declared: a fact's name, type, unit, and how events add up to it.

A declaration names what to count, not code to run. The core's own declarations are in
`ecrm.interactions.model.fact`; a plugin's come by `register_facts`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

import attrs

from ecrm.errors import InvalidError
from ecrm.values.text import checked_text

__all__ = ["Fact", "How"]

How = Literal["count", "sum", "min", "max", "last", "days", "kept", "order", "derived"]
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*|\.<[a-z]+>)+\Z")
_TYPES = ("integer", "number", "text", "boolean", "time", "day", "money", "as declared")
_HOWS = ("count", "sum", "min", "max", "last", "days", "kept", "order", "derived")
_LONGEST_TEXT = 500
_INTEGERS = range(-(2**63), 2**63)
# A day inside what Python and the databases hold, so that every zone has a name for it.
_YEARS = range(2, 9999)


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
    # A name that is none is refused after this.
    return str(fact.name).replace(".", "_")


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

    @property
    def adds_up(self) -> bool:
        """Tell whether it is added to from 0 on, so that it is known of everybody."""
        return self.how in {"count", "sum", "days"} or (self.how == "order" and self.type == "integer")

    def check(self, value: object) -> Any:
        """Give a value as it is kept.

        Args:
            value: A whole number of 64 bits, a finite number, a text of at most 500 characters, True or
                False, an aware time, or a day, as the type asks.

        Returns:
            The value; a number as float, a time in UTC.

        Raises:
            InvalidError: It is not of the fact's type. The fact is named, the value is not shown.

        >>> Fact("acme.mood", "number", "points", "How content they are.", "kept").check(7)
        7.0
        """
        read = _CHECKS.get(self.type)
        if read is None:
            raise InvalidError.of(self.name, f"nobody keeps a fact of type {self.type}: the core works it out")
        try:
            return read(value, self.name)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise InvalidError.of(self.name, _SAYS[self.type]) from error


def _integer(value: Any, _: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _INTEGERS:
        raise TypeError
    return int(value)


def _number(value: Any, _: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _text(value: Any, name: str) -> str:
    return checked_text(value, name, _LONGEST_TEXT)


def _boolean(value: Any, _: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _time(value: Any, _: str) -> dt.datetime:
    if not isinstance(value, dt.datetime) or value.utcoffset() is None or value.year not in _YEARS:
        raise TypeError
    return value.astimezone(dt.UTC)


def _day(value: Any, _: str) -> dt.date:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise TypeError
    return value


_CHECKS: Mapping[str, Callable[[Any, str], Any]] = {
    "integer": _integer,
    "number": _number,
    "text": _text,
    "boolean": _boolean,
    "time": _time,
    "day": _day,
}
_SAYS: Mapping[str, str] = {
    "integer": "give a whole number of 64 bits",
    "number": "give a finite number",
    "text": f"give a text of at most {_LONGEST_TEXT} characters, without NUL",
    "boolean": "give True or False",
    "time": "give an aware time",
    "day": "give a day",
}
