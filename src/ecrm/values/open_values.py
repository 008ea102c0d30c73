"""Open values: what a shop sends under names of its own, checked, copied and frozen.

They hold what JSON can hold. What a name means is decided by whoever declared it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn
from uuid import UUID

from ecrm.errors import InvalidError
from ecrm.values.cards import refuse_card_number
from ecrm.values.text import LONGEST_ID, checked_text

__all__ = ["DEEPEST", "LARGEST_BYTES", "FrozenDict", "freeze", "thaw"]

DEEPEST = 32
LARGEST_BYTES = 1_048_576
_HIGHEST_EXPONENT = 308
_LOWEST_EXPONENT = -324
_LONGEST_DIGITS = 400
_ID_ENDINGS = ("id", "sku", "gtin", "ean", "barcode", "tracking")


class FrozenDict(dict[str, Any]):
    """Keep a mapping that can not be changed.

    >>> FrozenDict(a=1)["a"]
    1
    """

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this mapping belongs to an event and can not be changed")

    __setitem__ = __delitem__ = _refuse
    clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)

    def __copy__(self) -> FrozenDict:
        return self

    def __deepcopy__(self, _: object) -> FrozenDict:
        return self


def freeze(value: object, field: str, *, cards: bool = True) -> FrozenDict:
    """Check, copy and freeze a mapping.

    Args:
        value: A mapping of texts to what JSON can hold; Decimal, date, aware datetime and UUID too.
        field: The dotted path an error names.
        cards: Whether numbers of payment cards are refused.

    Returns:
        A mapping that can not be changed, with lists as tuples, floats as Decimal, times as text.

    Raises:
        InvalidError: It is deeper than 32, larger than 1 MiB, or holds what JSON can not.

    >>> freeze({"colour": "red", "sizes": [1, 2]}, "properties")
    {'colour': 'red', 'sizes': (1, 2)}
    """
    if not isinstance(value, Mapping):
        raise InvalidError.of(field or "properties", "give a mapping")
    return _Freezer(cards=cards).mapping(value, field, 1)


def thaw(value: Any) -> Any:
    """Give a frozen value as plain dicts, lists, texts and numbers that `json` can write.

    >>> thaw(freeze({"sizes": [1, Decimal("2.5")]}, "properties"))
    {'sizes': [1, 2.5]}
    """
    if isinstance(value, dict):
        return {name: thaw(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [thaw(item) for item in value]
    return _json_number(value) if isinstance(value, Decimal) else value


def _json_number(number: Decimal) -> float | str:
    as_float = float(number)
    return as_float if Decimal(repr(as_float)) == number else str(number)


class _Freezer:
    def __init__(self, *, cards: bool) -> None:
        self._cards = cards
        self._room = LARGEST_BYTES

    def mapping(self, value: Mapping[Any, Any], field: str, depth: int) -> FrozenDict:
        if depth > DEEPEST:
            raise InvalidError.of(field, f"nest it at most {DEEPEST} deep")
        return FrozenDict(
            {
                (name := self._key(key, field)): self._item(item, _join(field, name), depth)
                for key, item in value.items()
            }
        )

    def _key(self, key: object, field: str) -> str:
        name = checked_text(key, field or "properties", LONGEST_ID)
        if self._cards:
            refuse_card_number(name, field or "properties")
        self._take(len(name) + 4, field)
        return name

    def _item(self, value: object, field: str, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            self._take(4, field)
            return value
        if isinstance(value, str):
            return self._text(value, field)
        if isinstance(value, int | float | Decimal):
            return self._number(value, field)
        if isinstance(value, Mapping):
            return self.mapping(value, field, depth + 1)
        if isinstance(value, list | tuple):
            return self._sequence(value, field, depth + 1)
        return _text_of(value, field)

    def _text(self, value: str, field: str) -> str:
        text = checked_text(value, field)
        self._take(len(text), field)
        if self._cards:
            leaf = field.rpartition(".")[2].lower()
            refuse_card_number(text, field, is_id=leaf.endswith(_ID_ENDINGS))
        return text

    def _number(self, value: float | Decimal, field: str) -> int | Decimal:
        number = _finite(value, field)
        self._take(8, field)
        if self._cards and isinstance(number, int):
            refuse_card_number(str(number), field, is_id=field.lower().endswith(_ID_ENDINGS))
        return number

    def _sequence(self, value: list[Any] | tuple[Any, ...], field: str, depth: int) -> tuple[Any, ...]:
        if depth > DEEPEST:
            raise InvalidError.of(field, f"nest it at most {DEEPEST} deep")
        return tuple(self._item(item, f"{field}.{index}", depth) for index, item in enumerate(value))

    def _take(self, size: int, field: str) -> None:
        self._room -= size
        if self._room < 0:
            raise InvalidError.of(field or "properties", "shorten it: all of it must stay below 1 MiB")


def _join(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name


def _finite(value: float | Decimal, field: str) -> int | Decimal:
    if isinstance(value, int):
        if abs(value) >= 10**_LONGEST_DIGITS:
            raise InvalidError.of(field, f"give a number of at most {_LONGEST_DIGITS} digits")
        return int(value)
    number = Decimal(repr(float(value))) if isinstance(value, float) else value
    if not number.is_finite() or not _LOWEST_EXPONENT <= number.adjusted() <= _HIGHEST_EXPONENT:
        raise InvalidError.of(field, "give a finite number below 1e308")
    if len(number.as_tuple().digits) > _LONGEST_DIGITS:
        raise InvalidError.of(field, f"give a number of at most {_LONGEST_DIGITS} digits")
    return number


def _text_of(value: object, field: str) -> str:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise InvalidError.of(field, "give the time with its zone")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise InvalidError.of(field, "give a text, a number, a list or a mapping")
