"""Read what a fact counts from an event's properties, as they stand on the wire.

What is not of the fact's type is None and adds nothing: an event is never refused because of a fact.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from ecrm.errors import InvalidError
from ecrm.values.fact import Fact

__all__ = ["MILLION", "is_in_millionths", "measure", "summand"]

MILLION = 1_000_000
_LARGEST = 10**12
_MILLIONTH = Decimal("0.000001")
# The host may have set a context of its own for its thread; these sums do not depend on it.
_EXACT = Context(prec=200, rounding=ROUND_HALF_EVEN)
_NUMBER = re.compile(r"-?[0-9]{1,64}(\.[0-9]{1,64})?([eE][+-]?[0-9]{1,3})?\Z")


def measure(fact: Fact, value: object) -> Any:
    """Give a property as a value of the fact's type; None where it is none.

    Args:
        fact: What is measured.
        value: The property on the wire: numbers also as texts, times and days as ISO 8601.

    >>> measure(Fact("acme.stars", "number", "stars", "The newest.", "last", field="rating"), "4.50")
    4.5
    """
    read = _READ.get(fact.type)
    try:
        return fact.check(value if read is None else read(value))
    except (InvalidError, ArithmeticError, TypeError, ValueError):
        return None


def summand(fact: Fact, value: object) -> int | None:
    """Give what a property adds to a sum; None where it is no number, or one beyond 10^12.

    Args:
        fact: The sum; of integers, or of numbers to six places.
        value: The property on the wire.

    Returns:
        A whole number; of a sum of numbers in millionths, so that it is the same in any order.

    >>> summand(Fact("acme.weight", "number", "kg", "All parcels.", "sum", field="weight"), "0.3")
    300000
    """
    try:
        number = _decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        return None
    if not -_LARGEST <= number <= _LARGEST:
        return None
    if fact.type == "integer":
        return int(number) if _is_whole(number) else None
    return int(_EXACT.scaleb(_EXACT.quantize(number, _MILLIONTH), 6))


def is_in_millionths(fact: Fact) -> bool:
    """Tell whether what is added up is counted in millionths."""
    return fact.how == "sum" and fact.type == "number"


def _decimal(value: object) -> Decimal:
    if isinstance(value, float):
        # As JSON writes it, and as it therefore comes back from the log.
        return Decimal(repr(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.match(value):
        return Decimal(value)
    raise TypeError


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def _whole(value: object) -> int:
    number = _decimal(value)
    if not -(2**63) <= number < 2**63 or not _is_whole(number):
        raise ValueError
    return int(number)


def _time(value: Any) -> dt.datetime:
    return dt.datetime.fromisoformat(value)


def _day(value: Any) -> dt.date:
    return dt.date.fromisoformat(value)


_READ: Mapping[str, Callable[[Any], Any]] = {"integer": _whole, "number": _decimal, "time": _time, "day": _day}
