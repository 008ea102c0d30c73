"""Where a survey looks something up: an answer given so far, or a fact of the customer.

Conditions and texts name both the same way: `answer.score`, `answer.grid.speed`, `fact.orders.count`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import attrs

from ecrm.errors import InvalidError
from ecrm.values import Money

__all__ = ["Place", "comparable", "placed"]

_PLACE = re.compile(
    r"answer\.(?P<key>[a-z][a-z0-9_]{0,40})(\.(?P<row>[a-z][a-z0-9_]{0,40}))?\Z"
    r"|fact\.(?P<fact>[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)*)\Z"
)
_LONGEST = 200


@attrs.frozen
class Place:
    """Name an answer or a fact.

    Args:
        of: answer or fact.
        name: The key of the question, or the fact's name.
        row: Of a matrix, the row.

    >>> str(placed("answer.grid.speed")), placed("fact.orders.count").name
    ('answer.grid.speed', 'orders.count')
    """

    of: Literal["answer", "fact"]
    name: str
    row: str = ""

    def look(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> Any:
        """Give what stands there; None where nothing does.

        Args:
            answers: The answers so far, by question.
            facts: What is known of the customer, by name.
        """
        value = (answers if self.of == "answer" else facts).get(self.name)
        if not self.row:
            return value
        return value.get(self.row) if isinstance(value, Mapping) else None

    def __str__(self) -> str:
        return ".".join([self.of, self.name, *([self.row] if self.row else [])])


def placed(text: Any) -> Place:
    """Read the name of a place.

    Raises:
        InvalidError: It is none.

    >>> placed("answer.score")
    Place(of='answer', name='score', row='')
    """
    if isinstance(text, Place):
        return text
    found = _PLACE.match(text) if isinstance(text, str) and len(text) <= _LONGEST else None
    if found is None:
        raise InvalidError.of("of", "name an answer or a fact, as answer.score or fact.orders.count")
    if found["fact"]:
        return Place("fact", found["fact"])
    return Place("answer", found["key"], found["row"] or "")


def comparable(value: Any) -> Any:
    """Give a value in the one form it is compared in.

    Returns:
        True or False, a Decimal, a text, or a tuple of them; a time as ISO 8601 in UTC, an amount of money as
        its number, a choice that is "other" as that word; None where it can not be compared.

    >>> comparable(7) == comparable(7.0), comparable({"other": "too late"})
    (True, 'other')
    """
    if isinstance(value, bool | str):
        return value
    if isinstance(value, list | tuple | frozenset | set):
        return tuple(comparable(one) for one in value)
    if isinstance(value, Mapping):
        return "other" if set(value) == {"other"} else None
    return _written(value) if isinstance(value, dt.date) else _number(value)


def _written(value: dt.date) -> str:
    if isinstance(value, dt.datetime) and value.utcoffset() is not None:
        value = value.astimezone(dt.UTC)
    return value.isoformat()


def _number(value: Any) -> Decimal | None:
    if isinstance(value, Money):
        return value.amount
    if not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None
