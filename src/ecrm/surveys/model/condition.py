"""When a question is asked and when a survey ends how: a small closed language of conditions.

A condition looks at answers given so far and at facts. What is missing, or can not be compared, fulfils
nothing. There is no other language: no code comes from a survey.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar, TypeAlias

import attrs

from ecrm.errors import InvalidError
from ecrm.surveys.model.number import bound_of
from ecrm.surveys.model.place import Place, comparable, placed
from ecrm.values.casing import folded
from ecrm.values.text import checked_text

__all__ = [
    "All",
    "AnyOf",
    "AtLeast",
    "AtMost",
    "Condition",
    "Contains",
    "Equals",
    "IsAnswered",
    "Not",
    "OneOf",
    "check_condition",
    "leaves",
]

_MOST_PARTS = 50
_DEEPEST = 5
_LONGEST = 500
_DAY = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(\+00:00|Z)?)?\Z", re.ASCII)


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return checked_text(value, "value", _LONGEST)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return _bounded(value)
    if isinstance(value, dt.date):
        return comparable(value)
    raise InvalidError.of("value", "compare with a text, a number, a day, True or False")


def _bounded(value: float | Decimal) -> int | Decimal:
    number = bound_of(value)
    if number is None:
        raise InvalidError.of("value", "give a finite number of at most 15 digits")
    return number


def _scalars(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise InvalidError.of("values", 'give a list, as ["late", "broken"]')
    values = tuple(_scalar(one) for one in value)
    if not 1 <= len(values) <= _MOST_PARTS:
        raise InvalidError.of("values", f"give 1 to {_MOST_PARTS} values")
    return values


def _bound(value: Any) -> Any:
    bound = _scalar(value)
    if isinstance(bound, bool) or (isinstance(bound, str) and not _DAY.match(bound)):
        raise InvalidError.of("value", "give a number, or a day as 2026-11-24")
    return bound


@attrs.frozen
class _OnPlace:
    """Ask about one answer or fact."""

    of: Place = attrs.field(converter=placed)


@attrs.frozen
class Equals(_OnPlace):
    """Hold where it is this value.

    >>> Equals("answer.reason", "late").holds({"reason": "late"}, {})
    True
    """

    WORD: ClassVar[str] = "equals"

    value: Any = attrs.field(converter=_scalar)

    def holds(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        return _is_same(self.of.look(answers, facts), self.value)


@attrs.frozen
class OneOf(_OnPlace):
    """Hold where it is one of these values.

    >>> OneOf("answer.reason", ["late", "broken"]).holds({"reason": "late"}, {})
    True
    """

    WORD: ClassVar[str] = "one_of"

    values: tuple[Any, ...] = attrs.field(converter=_scalars)

    def holds(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        found = self.of.look(answers, facts)
        return any(_is_same(found, value) for value in self.values)


@attrs.frozen
class AtLeast(_OnPlace):
    """Hold where it is this number, or this day, or above.

    >>> AtLeast("fact.orders.count", 2).holds({}, {"orders.count": 3})
    True
    """

    WORD: ClassVar[str] = "at_least"

    value: Any = attrs.field(converter=_bound)

    def holds(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        found, bound = _pair(self.of.look(answers, facts), self.value)
        return bool(found is not None and found >= bound)


@attrs.frozen
class AtMost(_OnPlace):
    """Hold where it is this number, or this day, or below.

    >>> AtMost("answer.score", 6).holds({"score": 3}, {})
    True
    """

    WORD: ClassVar[str] = "at_most"

    value: Any = attrs.field(converter=_bound)

    def holds(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        found, bound = _pair(self.of.look(answers, facts), self.value)
        return bool(found is not None and found <= bound)


@attrs.frozen
class Contains(_OnPlace):
    """Hold where the choices hold this one, or the text has this text in it, in any case; i, ı, I and İ are one.

    >>> Contains("answer.liked", "price").holds({"liked": ("price", "speed")}, {})
    True
    """

    WORD: ClassVar[str] = "contains"

    value: Any = attrs.field(converter=_scalar)

    def holds(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        found = comparable(self.of.look(answers, facts))
        if isinstance(found, str) and isinstance(self.value, str):
            return folded(self.value) in folded(found)
        return isinstance(found, tuple) and any(_is_same(one, self.value) for one in found)


@attrs.frozen
class IsAnswered(_OnPlace):
    """Hold where there is an answer, or the fact is known.

    >>> IsAnswered("answer.comment").holds({}, {})
    False
    """

    WORD: ClassVar[str] = "is_answered"

    def holds(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        return self.of.look(answers, facts) is not None


def _parts(value: Any) -> tuple[Condition, ...]:
    given = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str | Mapping) else ()
    parts: tuple[Condition, ...] = tuple(part for part in given if isinstance(part, _CONDITIONS))
    if not 1 <= len(given) <= _MOST_PARTS or len(parts) < len(given):
        raise InvalidError.of("conditions", f"give a list of 1 to {_MOST_PARTS} conditions")
    return parts


def _check_part(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, _CONDITIONS):
        raise InvalidError.of(field.name, "give a condition")


@attrs.frozen
class All:
    """Hold where all of these do.

    >>> All([AtMost("answer.score", 6), AtLeast("fact.orders.count", 2)]).holds({"score": 3}, {})
    False
    """

    WORD: ClassVar[str] = "all"

    conditions: tuple[Condition, ...] = attrs.field(converter=_parts)

    def holds(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        return all(part.holds(answers, facts) for part in self.conditions)


@attrs.frozen
class AnyOf:
    """Hold where any of these does.

    >>> AnyOf([AtMost("answer.score", 6), AtLeast("fact.orders.count", 2)]).holds({"score": 3}, {})
    True
    """

    WORD: ClassVar[str] = "any"

    conditions: tuple[Condition, ...] = attrs.field(converter=_parts)

    def holds(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        return any(part.holds(answers, facts) for part in self.conditions)


@attrs.frozen
class Not:
    """Hold where this does not: also where nothing is answered.

    >>> Not(IsAnswered("answer.comment")).holds({}, {})
    True
    """

    WORD: ClassVar[str] = "not"

    condition: Condition = attrs.field(validator=_check_part)

    def holds(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds."""
        return not self.condition.holds(answers, facts)


Condition: TypeAlias = Equals | OneOf | AtLeast | AtMost | Contains | IsAnswered | All | AnyOf | Not
Leaf: TypeAlias = Equals | OneOf | AtLeast | AtMost | Contains | IsAnswered
_CONDITIONS = (Equals, OneOf, AtLeast, AtMost, Contains, IsAnswered, All, AnyOf, Not)


def leaves(condition: Condition | None) -> Iterator[Leaf]:
    """Give the conditions on one answer or fact that a condition is made of.

    >>> [str(leaf.of) for leaf in leaves(Not(IsAnswered("answer.comment")))]
    ['answer.comment']
    """
    if isinstance(condition, All | AnyOf):
        for part in condition.conditions:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.condition)
    elif condition is not None:
        yield condition


def check_condition(_: Any, field: Any, value: Any) -> None:
    """Refuse what is no condition, is nested too deep, or has too many parts; None is none."""
    if value is None:
        return
    if not isinstance(value, _CONDITIONS):
        raise InvalidError.of(field.name, "give a condition, as AtMost('answer.score', 6), or None")
    if _depth(value) > _DEEPEST or sum(1 for _ in leaves(value)) > _MOST_PARTS:
        raise InvalidError.of(field.name, f"nest it at most {_DEEPEST} deep, and ask at most {_MOST_PARTS} things")


def _depth(condition: Condition) -> int:
    if isinstance(condition, All | AnyOf):
        return 1 + max(_depth(part) for part in condition.conditions)
    return 1 + _depth(condition.condition) if isinstance(condition, Not) else 1


def _is_same(found: Any, wanted: Any) -> bool:
    left, right = comparable(found), comparable(wanted)
    return left is not None and isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _pair(found: Any, bound: Any) -> tuple[Any, Any]:
    left, right = comparable(found), comparable(bound)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left, right
    if isinstance(left, str) and isinstance(right, str) and _DAY.match(left):
        # A time is on its day: 2026-11-24T08:00 is not after 2026-11-24.
        return left[: len(right)], right
    return None, right
