"""Which lines a rule is about: what must stand in which column.

What happens to them is said by whoever holds the condition.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fnmatch import translate
from functools import lru_cache

import attrs

from ecrm.errors import InvalidError
from ecrm.imports.column import Line
from ecrm.imports.notation import Notation

__all__ = ["Condition", "is_like"]

_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_NUMERIC = re.compile(r"(<=|>=|<|>|=)\s*(-?\d+(?:\.\d+)?)\Z", re.ASCII)


@attrs.frozen
class Condition:
    """Say what must stand in which column; all of it must hold.

    Args:
        columns: The name of a column to what must stand in it: a pattern with * and ?, a comparison
            such as "< 0", or "" for nothing.

    Raises:
        InvalidError: It names no column.

    >>> Condition({"InvoiceNo": "C*"}).holds({"InvoiceNo": "C536379"}, Notation())
    True
    >>> Condition({"Quantity": "< 0"}).holds({"Quantity": "6"}, Notation())
    False
    """

    columns: Mapping[str, str] = attrs.field(hash=False)

    def __attrs_post_init__(self) -> None:
        if not self.columns:
            raise InvalidError.of("when", "name at least one column")

    def holds(self, line: Line, notation: Notation) -> bool:
        """Tell whether a line is meant; a cell that is no number meets no comparison."""
        return all(_holds(line[name].strip(), wanted, notation) for name, wanted in self.columns.items())


def is_like(text: str, pattern: str) -> bool:
    """Tell whether a text matches a pattern with * and ?, letter by letter.

    >>> is_like("gift_0001_40", "gift_*"), is_like("m", "M")
    (True, False)
    """
    return _pattern(pattern).match(text) is not None


@lru_cache(maxsize=1_024)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


def _holds(cell: str, wanted: str, notation: Notation) -> bool:
    compared = _comparison(wanted)
    if compared is None:
        return is_like(cell, wanted)
    compare, limit = compared
    try:
        return compare(notation.number(cell), limit)
    except (InvalidError, InvalidOperation):
        return False


@lru_cache(maxsize=1_024)
def _comparison(wanted: str) -> tuple[Callable[[Decimal, Decimal], bool], Decimal] | None:
    found = _NUMERIC.match(wanted)
    return (_COMPARE[found[1]], Decimal(found[2])) if found else None
