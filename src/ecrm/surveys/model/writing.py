"""Kinds of questions that are answered by writing: short and long text, number, date, e-mail, phone."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any, ClassVar, Literal

import attrs

from ecrm.errors import InvalidError
from ecrm.surveys.model.number import bound_of, number_of
from ecrm.surveys.model.question import Question, check_flag
from ecrm.values import normalise_email, normalise_phone
from ecrm.values.cards import refuse_card_number
from ecrm.values.text import checked_text, is_line

__all__ = ["Date", "Email", "LongText", "Number", "Phone", "ShortText"]

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_LONGEST_LINE = 500
_LONGEST_TEXT = 10_000


@attrs.frozen
class _Text(Question):
    """Ask for words.

    Args:
        shortest: The least characters.
        longest: The most characters; at most 500 of a line, 10,000 of a text.
    """

    LIMIT: ClassVar[int] = _LONGEST_LINE
    HOLDS: ClassVar[Literal["one", "list", "text", "any"]] = "text"
    COMPARED: ClassVar[tuple[type, ...] | None] = (str,)

    shortest: int = attrs.field(default=1, kw_only=True)
    longest: int = attrs.field(kw_only=True)

    @longest.default
    def _all_there_is(self) -> int:
        return self.LIMIT

    def __attrs_post_init__(self) -> None:
        whole = all(isinstance(one, int) and not isinstance(one, bool) for one in (self.shortest, self.longest))
        if not whole or not 1 <= self.shortest <= self.longest <= self.LIMIT:
            raise InvalidError.of("longest", f"give whole numbers: 1 <= shortest <= longest <= {self.LIMIT}")

    def read(self, value: Any) -> str:
        """Give the text without the blanks around it."""
        text = checked_text(value, self.key, self.LIMIT * 2).replace("\r\n", "\n").strip()
        if len(text) > self.longest:
            raise self.refuse(f"shorten it to {self.longest} characters")
        if len(text) < self.shortest:
            raise self.refuse(f"write at least {self.shortest} characters")
        refuse_card_number(text, self.key)
        return text


@attrs.frozen
class ShortText(_Text):
    """Ask for one line.

    >>> ShortText("city", "Where do you live?").checked(" İzmir ")
    'İzmir'
    """

    KIND: ClassVar[str] = "short_text"

    def read(self, value: Any) -> str:
        """Give the line."""
        text = super().read(value)
        if not is_line(text):
            raise self.refuse("write it on one line")
        return text


@attrs.frozen
class LongText(_Text):
    """Ask for some lines.

    >>> LongText("comment", "What else?").longest
    10000
    """

    KIND: ClassVar[str] = "long_text"
    LIMIT: ClassVar[int] = _LONGEST_TEXT


def _number(value: Any) -> int | Decimal | None:
    number = bound_of(value)
    if number is None and value is not None:
        raise InvalidError.of("least", "give a number of at most 15 digits, or None")
    return number


@attrs.frozen
class Number(Question):
    """Ask for a number.

    Args:
        least: The least it may be; None is any.
        most: The most it may be; None is any.
        is_whole: Whether it must be whole.

    >>> Number("pieces", "How many?", least=1, is_whole=True).checked("12")
    12
    """

    KIND: ClassVar[str] = "number"
    COMPARED: ClassVar[tuple[type, ...] | None] = (int, Decimal)

    least: int | Decimal | None = attrs.field(default=None, converter=_number, kw_only=True)
    most: int | Decimal | None = attrs.field(default=None, converter=_number, kw_only=True)
    is_whole: bool = attrs.field(default=False, validator=check_flag, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise InvalidError.of("least", "give no more than most")

    def read(self, value: Any) -> int | Decimal:
        """Give the number: an int where it is whole."""
        number = number_of(value)
        refuse_card_number(str(number), self.key)
        if number is None or (self.is_whole and not isinstance(number, int)):
            raise self.refuse(f"give a {'whole ' if self.is_whole else ''}number of at most 30 digits, as 12")
        if self.least is not None and number < self.least:
            raise self.refuse(f"give {self.least} or more")
        if self.most is not None and number > self.most:
            raise self.refuse(f"give {self.most} or less")
        return number


def _day(value: Any) -> dt.date | None:
    day = _day_of(value)
    if day is None and value is not None:
        raise InvalidError.of("earliest", "give a day, as 2026-11-24, or None")
    return day


@attrs.frozen
class Date(Question):
    """Ask for a day.

    Args:
        earliest: The first it may be; None is any.
        latest: The last it may be; None is any.

    >>> Date("born", "When were you born?", latest="2020-01-01").checked("1990-05-01")
    '1990-05-01'
    """

    KIND: ClassVar[str] = "date"
    COMPARED: ClassVar[tuple[type, ...] | None] = (str,)

    earliest: dt.date | None = attrs.field(default=None, converter=_day, kw_only=True)
    latest: dt.date | None = attrs.field(default=None, converter=_day, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.earliest is not None and self.latest is not None and self.earliest > self.latest:
            raise InvalidError.of("earliest", "give no later day than latest")

    def read(self, value: Any) -> str:
        """Give the day as ISO 8601."""
        day = _day_of(value)
        if day is None:
            raise self.refuse("give a day, as 2026-11-24")
        if self.earliest is not None and day < self.earliest:
            raise self.refuse(f"give {self.earliest} or a later day")
        if self.latest is not None and day > self.latest:
            raise self.refuse(f"give {self.latest} or an earlier day")
        return day.isoformat()

    def said(self, value: Any, language: str, fallback: str) -> Any:  # noqa: ARG002 - the day is written by the reader's language
        """Give the day."""
        return _day_of(value)


@attrs.frozen
class Email(Question):
    """Ask for an e-mail address.

    >>> Email("email", "Where do we write to?").checked("Ayse@Example.com")
    'ayse@example.com'
    """

    KIND: ClassVar[str] = "email"
    HOLDS: ClassVar[Literal["one", "list", "text", "any"]] = "text"
    COMPARED: ClassVar[tuple[type, ...] | None] = (str,)

    def read(self, value: Any) -> str:
        """Give the address the one way it is spelt."""
        try:
            return normalise_email(checked_text(value, self.key))
        except InvalidError:
            raise self.refuse("give an e-mail address such as name@example.com") from None


@attrs.frozen
class Phone(Question):
    """Ask for a phone number.

    Args:
        country: The two capitals of ISO 3166 that numbers without + are local to; None takes only numbers with +.

    >>> Phone("phone", "May we call you?", country="TR").checked("0532 111 22 33")
    '+905321112233'
    """

    KIND: ClassVar[str] = "phone"
    HOLDS: ClassVar[Literal["one", "list", "text", "any"]] = "text"
    COMPARED: ClassVar[tuple[type, ...] | None] = (str,)

    country: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.country is not None and not (isinstance(self.country, str) and _COUNTRY.match(self.country)):
            raise InvalidError.of("country", "give the two capitals of ISO 3166, as TR, or None")

    def read(self, value: Any) -> str:
        """Give the number as E.164."""
        try:
            return normalise_phone(checked_text(value, self.key), self.country)
        except InvalidError:
            raise self.refuse("give a number that can be dialled, with + if it is abroad") from None


def _day_of(value: Any) -> dt.date | None:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    text = value.strip() if isinstance(value, str) and len(value) <= _LONGEST_LINE else ""
    if not _DAY.match(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
