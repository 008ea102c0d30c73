"""Numbers as answers hold them: read from JSON, from Python, or from the digits of a form."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

__all__ = ["MOST_DIGITS", "bound_of", "number_of", "whole_number"]

MOST_DIGITS = 30
_WRITTEN = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?\Z")
_EXACT_DIGITS = 15
_LIMIT = 10**MOST_DIGITS


def number_of(value: Any) -> int | Decimal | None:
    """Read a number of at most 30 digits; whole ones are an int. None where it is none.

    >>> number_of("7"), number_of(4.50), number_of(True), number_of("seven")
    (7, Decimal('4.5'), None, None)
    """
    number = _decimal(value)
    if number is None or not number.is_finite() or not _is_short(number):
        return None
    return int(number) if number == number.to_integral_value() else number.normalize()


def whole_number(value: Any) -> int | None:
    """Read a whole number. None where it is none.

    >>> whole_number("10"), whole_number(7.5)
    (10, None)
    """
    number = number_of(value)
    return number if isinstance(number, int) else None


def bound_of(value: Any) -> int | Decimal | None:
    """Read a number that every reader of JSON reads the same: of at most 15 digits. None where it is none.

    Source: IEEE 754, a double keeps 15 decimal digits.

    >>> bound_of(0.1), bound_of(10**15)
    (Decimal('0.1'), None)
    """
    number = number_of(value)
    if number is None or len(Decimal(number).as_tuple().digits) > _EXACT_DIGITS:
        return None
    return number


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, str):
        # Not longer than a sign, 60 digits and a point; blanks around it come from people.
        text = value.strip() if len(value) <= 4 * MOST_DIGITS else ""
        return Decimal(text) if _WRITTEN.match(text) else None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int):
        return Decimal(value) if -_LIMIT < value < _LIMIT else None
    return Decimal(repr(value)) if isinstance(value, float) else value


def _is_short(number: Decimal) -> bool:
    if not number:
        return True
    return -MOST_DIGITS < number.adjusted() < MOST_DIGITS and len(number.as_tuple().digits) <= MOST_DIGITS
