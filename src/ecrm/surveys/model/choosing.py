"""Kinds of questions with choices: single, multiple, ranking, matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import check_name
from ecrm.surveys.model.piping import fill
from ecrm.surveys.model.question import Question, check_flag
from ecrm.surveys.model.shuffling import shuffled
from ecrm.surveys.model.wording import Wording, worded
from ecrm.values.cards import refuse_card_number
from ecrm.values.open_values import FrozenDict
from ecrm.values.text import checked_text

__all__ = ["LONGEST_OTHER", "OTHER", "Choice", "Matrix", "Multiple", "Ranking", "Single"]

OTHER = "other"
LONGEST_OTHER = 500
_MOST_CHOICES = 100


@attrs.frozen
class Choice:
    """Offer one answer of several.

    Args:
        key: Its name in the answers.
        says: What a reader sees.
        is_last: Whether it stays where it is written when the others are shuffled, after them.
    """

    key: str = attrs.field(validator=check_name)
    says: Wording = attrs.field(converter=worded)
    is_last: bool = attrs.field(default=False, validator=check_flag)


def _choices(value: Any) -> tuple[Choice, ...]:
    if isinstance(value, Mapping):
        value = [Choice(key, says) for key, says in value.items()]
    choices = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else ()
    if not all(isinstance(choice, Choice) for choice in choices) or not 1 <= len(choices) <= _MOST_CHOICES:
        raise InvalidError.of("choices", f'give 1 to {_MOST_CHOICES} choices, as {{"late": "It was late"}}')
    if len({choice.key for choice in choices}) < len(choices):
        raise InvalidError.of("choices", "name each choice once")
    return choices


def _in_order(choices: tuple[Choice, ...], seed: str) -> tuple[Choice, ...]:
    movable = shuffled((choice for choice in choices if not choice.is_last), seed, lambda choice: choice.key)
    return (*movable, *(choice for choice in choices if choice.is_last))


@attrs.frozen
class _Choosing(Question):
    """Ask with choices.

    Args:
        choices: What can be chosen; a mapping of keys to texts is enough.
        is_shuffled: Whether the choices stand in random order.
    """

    choices: tuple[Choice, ...] = attrs.field(converter=_choices, kw_only=True)
    is_shuffled: bool = attrs.field(default=False, validator=check_flag, kw_only=True)

    def ordered(self, seed: str = "") -> tuple[Choice, ...]:
        """Give the choices in the order they are shown in.

        Args:
            seed: Decides the order, as an invitation's id; empty: as they are written.
        """
        return _in_order(self.choices, seed and f"{seed}\0{self.key}") if self.is_shuffled else self.choices

    def said(self, value: Any, language: str, fallback: str) -> Any:
        """Give the words of what was chosen."""
        if isinstance(value, list | tuple):
            return tuple(self.said(one, language, fallback) for one in value)
        if isinstance(value, Mapping):
            return value.get(OTHER)
        return _said(self.choices, value, language, fallback)

    def compares(self, value: Any, row: str) -> bool:
        """Tell whether it is a choice."""
        return not row and value in self._keys()

    def wordings(self) -> Iterator[tuple[str, Wording]]:
        """Give what it says, its choices too."""
        yield from super().wordings()
        yield from self.offers()

    def offers(self) -> Iterator[tuple[str, Wording]]:
        """Give the words of its choices."""
        yield from ((f"choices.{choice.key}", choice.says) for choice in self.choices)

    def _keys(self) -> frozenset[str]:
        return frozenset(choice.key for choice in self.choices)


@attrs.frozen
class _WithOther(_Choosing):
    """Ask with choices, and perhaps a line for what is none of them.

    Args:
        has_other: Whether something else can be written: the answer is then `{"other": "…"}`.
    """

    has_other: bool = attrs.field(default=False, validator=check_flag, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.has_other and OTHER in {choice.key for choice in self.choices}:
            raise InvalidError.of("choices", "leave the choice called other out: has_other brings it")

    def _keys(self) -> frozenset[str]:
        keys = super()._keys()
        return keys | {OTHER} if self.has_other else keys

    def _read_one(self, value: Any) -> Any:
        if isinstance(value, str) and value in {choice.key for choice in self.choices}:
            return value
        if self.has_other and isinstance(value, Mapping) and set(value) == {OTHER}:
            return FrozenDict({OTHER: self._read_other(value[OTHER])})
        raise self.refuse("choose one of the choices")

    def _read_other(self, text: Any) -> str:
        said = checked_text(text, self.key, LONGEST_OTHER).strip()
        if not said:
            raise self.refuse("say what else it is")
        refuse_card_number(said, self.key)
        return said


@attrs.frozen
class Single(_WithOther):
    """Ask for one choice.

    >>> why = Single("why", "Why?", choices={"late": "It was late"}, has_other=True)
    >>> why.checked("late"), why.checked({"other": "It was wet"})
    ('late', {'other': 'It was wet'})
    """

    KIND: ClassVar[str] = "single"

    def read(self, value: Any) -> Any:
        """Give the key of the choice, or what else it is."""
        return self._read_one(value)


@attrs.frozen
class Multiple(_WithOther):
    """Ask for any number of choices.

    Args:
        least: How many must be chosen, where something is.
        most: How many may be chosen; None is all.

    >>> Multiple("liked", "What did you like?", choices={"price": "Price", "speed": "Speed"}).checked(["speed"])
    ('speed',)
    """

    KIND: ClassVar[str] = "multiple"
    HOLDS: ClassVar[Literal["one", "list", "text", "any"]] = "list"

    least: int = attrs.field(default=1, kw_only=True)
    most: int | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        there = len(self._keys())
        most = there if self.most is None else self.most
        if not _is_count(self.least) or not _is_count(most) or not 1 <= self.least <= most <= there:
            raise InvalidError.of("least", f"let 1 or more be chosen, at most {there}, and no more than most")

    def read(self, value: Any) -> tuple[Any, ...]:
        """Give what was chosen, in the order the choices are written in, what else it is at the end."""
        given = value if isinstance(value, list | tuple) else [value]
        if len(given) > len(self._keys()):
            raise self.refuse("choose each once")
        read = [self._read_one(one) for one in given]
        others = [one for one in read if isinstance(one, Mapping)]
        chosen = {one for one in read if isinstance(one, str)}
        if len(chosen) + min(len(others), 1) < len(read):
            raise self.refuse("choose each once")
        most = len(self._keys()) if self.most is None else self.most
        if not self.least <= len(read) <= most:
            raise self.refuse(f"choose {self.least} to {most}")
        return (*(choice.key for choice in self.choices if choice.key in chosen), *others)


@attrs.frozen
class Ranking(_Choosing):
    """Ask to put all choices in order, the best first.

    >>> Ranking("first", "What matters most?", choices={"price": "Price", "speed": "Speed"}).checked(["speed", "price"])
    ('speed', 'price')
    """

    KIND: ClassVar[str] = "ranking"
    HOLDS: ClassVar[Literal["one", "list", "text", "any"]] = "list"

    def read(self, value: Any) -> tuple[str, ...]:
        """Give the keys in order."""
        given = tuple(value) if isinstance(value, list | tuple) else ()
        if not all(isinstance(one, str) for one in given) or sorted(given) != sorted(self._keys()):
            raise self.refuse("put every choice in order, each once")
        return given


@attrs.frozen
class Matrix(_Choosing):
    """Ask for one choice for each of several things.

    Args:
        rows: The things, as choices are given. The choices are the columns.

    >>> grid = Matrix("grid", "How was…", rows={"speed": "Delivery"}, choices={"good": "Good", "bad": "Bad"})
    >>> grid.checked({"speed": "good"})
    {'speed': 'good'}
    """

    KIND: ClassVar[str] = "matrix"

    rows: tuple[Choice, ...] = attrs.field(converter=_choices, kw_only=True)

    def read(self, value: Any) -> FrozenDict | None:
        """Give the choice of each row; where it is required, of all of them."""
        rows = [row.key for row in self.rows]
        if not isinstance(value, Mapping) or not set(value) <= set(rows):
            raise self.refuse("give a choice for each row, by the row's key")
        chosen = {row: value[row] for row in rows if value.get(row) not in (None, "")}
        if any(not isinstance(one, str) or one not in self._keys() for one in chosen.values()):
            raise self.refuse("choose one of the choices in each row")
        return FrozenDict(chosen) if chosen else None

    def is_complete(self, answer: Any) -> bool:
        """Tell whether there is a choice in every row."""
        return answer is not None and len(answer) == len(self.rows)

    def said_row(self, value: Any, language: str, fallback: str) -> str | None:
        """Give the words of what was chosen in one row."""
        return _said(self.choices, value, language, fallback)

    def compares(self, value: Any, row: str) -> bool:
        """Tell whether it is a choice of a row there is."""
        return row in {one.key for one in self.rows} and value in self._keys()

    def wordings(self) -> Iterator[tuple[str, Wording]]:
        """Give what it says, its rows too."""
        yield from super().wordings()
        yield from ((f"rows.{row.key}", row.says) for row in self.rows)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _said(choices: tuple[Choice, ...], key: Any, language: str, fallback: str) -> str | None:
    said = next((choice.says.said(language, fallback) for choice in choices if choice.key == key), None)
    # Its doubled braces become single ones; a choice that is said elsewhere has no places of its own.
    return None if said is None else fill(said, lambda _: None, language)
