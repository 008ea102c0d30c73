"""What a field of an event may hold, by its annotation, and how it is written on the wire.

A rule knows one type. Which fields an event has is in `shape`; marshmallow comes in with the schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeGuard, get_args, get_origin

import attrs

from ecrm.errors import InvalidError
from ecrm.values.cards import refuse_card_number
from ecrm.values.money import Money, checked_currency, exact_decimal
from ecrm.values.open_values import FrozenDict, freeze, thaw
from ecrm.values.personal import Impersonal, Personal
from ecrm.values.text import checked_id, checked_text
from ecrm.values.who import Actor, Who

__all__ = [
    "Currency",
    "Direction",
    "Id",
    "Moment",
    "Open",
    "Rule",
    "Seconds",
    "Text",
    "Texts",
    "Traits",
    "Verbatim",
    "Word",
    "declared_by",
    "rule_of",
]

Id = Annotated[str, "id"]
Text = Annotated[str, "text"]
Word = Annotated[str, "word"]
Currency = Annotated[str, "currency"]
Direction = Annotated[str, "direction"]
Moment = Annotated[datetime, "moment"]
Seconds = Annotated[int, "seconds"]
Traits = Annotated[Mapping[str, Any], "traits"]
Verbatim = Annotated[str, "verbatim"]
Texts = tuple[str, ...]
Open = Mapping[str, Any]

_MOST_ITEMS = 10_000
_HIGHEST_WHOLE = 2**63
_SHORTEST_CARD = 13


@attrs.frozen
class Rule:
    """Keep what is asked of one type.

    Args:
        name: The word for the type, by which a schema picks its field.
        check: Returns the value to keep, or raises InvalidError for the path it is given.
        dump: Returns what goes on the wire, None to leave it out; None writes the value as it is.
        load: Returns what `check` expects from what JSON gave; None takes it as it is.
        item: The class of which this is a tuple.
    """

    name: str
    check: Callable[[Any, str], Any]
    dump: Callable[[Any], Any] | None = None
    load: Callable[[Any, str], Any] | None = None
    item: type | None = None


def rule_of(annotation: Any) -> Rule | None:
    """Find the rule of an annotation, without its `| None`.

    >>> rule_of(Id).name
    'id'
    """
    return _RULES.get(_split(annotation)[0])


def declared_by(annotation: Any) -> Personal | Impersonal | None:
    """Give what an annotation, without its `| None`, declares of personal data; None where it says nothing.

    >>> declared_by(Annotated[Text, Personal("content", "answer the customer")]).category
    'content'
    """
    return _split(annotation)[1]


def _split(annotation: Any) -> tuple[Any, Personal | Impersonal | None]:
    """Part an annotation from what it declares."""
    if get_origin(annotation) is not Annotated:
        return annotation, None
    base, *marks = get_args(annotation)
    declared = [mark for mark in marks if isinstance(mark, Personal | Impersonal)]
    others = [mark for mark in marks if not isinstance(mark, Personal | Impersonal)]
    bare = Annotated[(base, *others)] if others else base
    return bare, declared[-1] if declared else None


def items_rule(item: type, shape_dump: Callable[[Any], dict[str, Any]]) -> Rule:
    """Make the rule of a tuple of values with fields of their own, such as product lines."""

    def check(value: Any, path: str) -> tuple[Any, ...]:
        items = _sequence(value, path)
        for index, one in enumerate(items):
            if one.__class__ is not item:
                raise InvalidError.of(f"{path}.{index}", f"give a {item.__name__}")
        return items

    def dump(value: tuple[Any, ...]) -> list[dict[str, Any]] | None:
        return [shape_dump(one) for one in value] or None

    return Rule("items", check, dump, item=item)


def _is_usual(value: Any) -> TypeGuard[str]:
    """Tell in no time whether a text is short and plain enough to need no further look."""
    return value.__class__ is str and len(value) < _SHORTEST_CARD and value.isprintable()


def _text(value: Any, path: str) -> str:
    if _is_usual(value):
        return value
    text = checked_text(value, path)
    refuse_card_number(text, path)
    return text


def _id(value: Any, path: str) -> str:
    if _is_usual(value) and value and value[0] != " " != value[-1]:
        return value
    text = checked_id(value, path)
    refuse_card_number(text, path, is_id=True)
    return text


def _direction(value: Any, path: str) -> str:
    if value not in ("in", "out"):
        raise InvalidError.of(path, "give in or out")
    return str(value)


def _whole(value: Any, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidError.of(path, "give a whole number")
    if not -_HIGHEST_WHOLE <= value < _HIGHEST_WHOLE:
        raise InvalidError.of(path, "give a number of at most 64 bits")
    return int(value)


def _seconds(value: Any, path: str) -> int:
    whole = _whole(value, path)
    if whole < 0:
        raise InvalidError.of(path, "give whole seconds of at least 0")
    return whole


def _quantity(value: Any, path: str) -> int | Decimal:
    number = exact_decimal(value, path)
    return int(value) if isinstance(value, int) else number


def _boolean(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidError.of(path, "give true or false")
    return value


def _money(value: Any, path: str) -> Money:
    return _instance(Money)(value, path)  # type: ignore[no-any-return]


def _instance(kind: type) -> Callable[[Any, str], Any]:
    def check(value: Any, path: str) -> Any:
        if not isinstance(value, kind):
            raise InvalidError.of(path, f"give a {kind.__name__}")
        return value

    return check


def _moment(value: Any, path: str) -> datetime:
    if not isinstance(value, datetime):
        raise InvalidError.of(path, "give a datetime")
    return value


def _aware(value: Any, path: str) -> datetime:
    moment = _moment(value, path)
    if moment.utcoffset() is None:
        raise InvalidError.of(path, "give the time with its zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidError.of(path, "give a time between the years 1 and 9999") from error


def _day(value: Any, path: str) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InvalidError.of(path, "give a date")
    return value


def _texts(value: Any, path: str) -> tuple[str, ...]:
    return tuple(_text(item, f"{path}.{index}") for index, item in enumerate(_sequence(value, path)))


def _sequence(value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise InvalidError.of(path, "give a list")
    if len(value) > _MOST_ITEMS:
        raise InvalidError.of(path, f"give at most {_MOST_ITEMS} of them")
    return tuple(value)


def _open(value: Any, path: str) -> FrozenDict:
    return freeze(value, path, cards=False)


def _dump_texts(value: tuple[str, ...]) -> list[str] | None:
    return list(value) or None


def _dump_traits(value: FrozenDict) -> dict[str, Any] | None:
    return thaw(value) or None


def _dump_quantity(value: int | Decimal) -> int | str:
    return value if isinstance(value, int) else str(value)


def _load_moment(value: Any, path: str) -> datetime:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidError.of(path, "give an ISO 8601 time such as 2026-11-22T10:00:00+03:00")


def _load_day(value: Any, path: str) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidError.of(path, "give an ISO 8601 date such as 2026-11-22")


def _dump_money(value: Money) -> str:
    return str(value.amount)


_RULES: dict[Any, Rule] = {
    str: Rule("text", _text),
    Text: Rule("text", _text),
    Id: Rule("id", _id),
    Word: Rule("word", checked_id),
    # What a program wrote is kept as it is: its ids would be taken for card numbers.
    Verbatim: Rule("text", checked_text),
    Currency: Rule("currency", checked_currency),
    Direction: Rule("direction", _direction),
    int: Rule("whole", _whole),
    Seconds: Rule("seconds", _seconds),
    bool: Rule("boolean", _boolean),
    Decimal: Rule("decimal", exact_decimal, str),
    Decimal | int: Rule("quantity", _quantity, _dump_quantity),
    Money: Rule("money", _money, _dump_money, exact_decimal),
    datetime: Rule("time", _aware, datetime.isoformat, _load_moment),
    Moment: Rule("time", _moment, datetime.isoformat, _load_moment),
    date: Rule("day", _day, date.isoformat, _load_day),
    Texts: Rule("texts", _texts, _dump_texts),
    Traits: Rule("open", freeze, _dump_traits),
    Open: Rule("open", _open, thaw),
    Who: Rule("who", _instance(Who)),
    Actor: Rule("actor", _instance(Actor)),
}
