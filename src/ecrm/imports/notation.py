"""How a file writes numbers, days and times, and how they are read back exactly.

Which column holds what is in `mapping`.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import attrs

from ecrm.errors import InvalidError

__all__ = ["Moment", "Notation", "localise"]

_REMEMBERED = 16_384
_SIGNS = re.compile(r"^[₺$€£]\s?|\s?(?:[₺$€£]|TL|[A-Z]{3})$")
_PLAIN = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,18})?\Z", re.ASCII)
_YES = frozenset({"1", "true", "yes", "y", "evet", "e", "x", "var"})
_NO = frozenset({"0", "false", "no", "n", "hayır", "hayir", "h", "yok"})
_HOURS = ("%H", "%I", "%X", "%c")


@attrs.frozen
class Moment:
    """Hold a time that was read, and what was odd about it.

    Args:
        at: With its zone.
        is_twice: Whether the clock showed it twice that day; the first of the two is meant.
    """

    at: dt.datetime
    is_twice: bool = False


@attrs.frozen
class Notation:
    """Say how a file writes numbers, days and times.

    Args:
        decimal: The decimal mark, "." or ",".
        thousands: The mark between thousands: ".", ",", " ", "'" or "" for none.
        times: Formats of `strptime` for times, tried in this order; none means ISO 8601.
        days: The same for days.

    Raises:
        InvalidError: A mark is none of these, or both marks are the same.

    >>> Notation(decimal=",", thousands=".").number("1.234,56")
    Decimal('1234.56')
    """

    decimal: str = "."
    thousands: str = ""
    times: tuple[str, ...] = ()
    days: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.decimal not in {".", ","}:
            raise InvalidError.of("file.decimal", 'give "." or ","')
        if self.thousands not in {"", ".", ",", " ", "'"} or self.thousands == self.decimal:
            raise InvalidError.of("file.thousands", 'give ".", ",", " ", "\'" or "", and not the decimal mark')

    def number(self, text: str) -> Decimal:
        """Read a number.

        A sign before or behind, brackets for a negative one and a mark of currency are understood.

        Args:
            text: As the file has it.

        Returns:
            The number, exact.

        Raises:
            InvalidError: It is no number in this notation.
        """
        return _number(text, self.decimal, self.thousands)

    def moment(self, text: str, zone: ZoneInfo) -> Moment:
        """Read a time; one without a zone is local to `zone`.

        Args:
            text: As the file has it.
            zone: Where the clock hung that it was read from.

        Returns:
            The time. A day alone is its first moment there.

        Raises:
            InvalidError: It is no time in this notation, or a time that the clock there skipped.
        """
        return _moment(text, self.times, zone)

    def day(self, text: str) -> dt.date:
        """Read a day.

        Raises:
            InvalidError: It is no day in this notation.

        >>> Notation(days=("%d.%m.%Y",)).day("29.02.1992")
        datetime.date(1992, 2, 29)
        """
        for layout in self.days:
            try:
                return dt.datetime.strptime(text, layout).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        if not self.days:
            try:
                return dt.date.fromisoformat(text)
            except ValueError:
                pass
        raise InvalidError.of("day", f"give a day as {_shown(self.days, '2026-11-22')}")

    def truth(self, text: str) -> bool:
        """Read a yes or a no, in English or Turkish.

        Raises:
            InvalidError: It is neither.

        >>> Notation().truth("Evet")
        True
        """
        word = text.strip().lower()
        if word not in _YES and word not in _NO:
            raise InvalidError.of("boolean", "give yes or no")
        return word in _YES


def localise(naive: dt.datetime, zone: ZoneInfo) -> Moment:
    """Say which moment a local clock means.

    Args:
        naive: What the clock showed.
        zone: Where it hung.

    Returns:
        The moment; the first one where the clock showed it twice.

    Raises:
        InvalidError: The clock skipped it: no such time was on that day.

    >>> localise(dt.datetime(2011, 10, 30, 1, 30), ZoneInfo("Europe/London")).is_twice
    True
    """
    at = naive.replace(tzinfo=zone, fold=0)
    if at.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != naive.replace(fold=0):
        raise InvalidError.of("at", "the clock skipped this hour that day: check the time and the zone")
    later = at.replace(fold=1)
    return Moment(at, at.utcoffset() != later.utcoffset())


@lru_cache(maxsize=_REMEMBERED)
def _number(text: str, decimal: str, thousands: str) -> Decimal:
    bare = text.strip()
    if not (decimal == "." and _PLAIN.match(bare)):
        bare = _plain(bare, decimal, thousands)
    if not _PLAIN.match(bare):
        example = f"1{thousands}234{decimal}56"
        raise InvalidError.of("number", f"give a number such as {example}")
    return Decimal(bare)


def _plain(text: str, decimal: str, thousands: str) -> str:
    """Spell a number the way Decimal reads it; what is none stays what it is."""
    bare = _SIGNS.sub("", text.replace("\u00a0", " ").replace("\u2212", "-"))
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    elif bare.endswith("-"):
        bare = f"-{bare[:-1]}"
    whole, mark, rest = bare.partition(decimal)
    if thousands and thousands in whole:
        if not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+", whole):
            return ""
        whole = whole.replace(thousands, "")
    if "." in whole or "." in rest:
        return ""
    return f"{whole}.{rest}" if mark else whole


@lru_cache(maxsize=_REMEMBERED)
def _moment(text: str, layouts: tuple[str, ...], zone: ZoneInfo) -> Moment:
    read, is_day = _read_time(text.strip(), layouts)
    if read.tzinfo is not None:
        return Moment(read)
    return _first_moment(read, zone) if is_day else localise(read, zone)


def _read_time(text: str, layouts: tuple[str, ...]) -> tuple[dt.datetime, bool]:
    """Read a time, and tell whether it is a day alone."""
    for layout in layouts:
        try:
            return dt.datetime.strptime(text, layout), not _has_hour(layout)  # noqa: DTZ007 - its zone comes next
        except ValueError:
            continue
    if not layouts:
        try:
            return dt.datetime.fromisoformat(text), len(text) <= len("2026-11-22")
        except ValueError:
            pass
    raise InvalidError.of("at", f"give a time as {_shown(layouts, '2026-11-22 10:30:00')}")


def _has_hour(layout: str) -> bool:
    return any(part in layout for part in _HOURS)


def _first_moment(midnight: dt.datetime, zone: ZoneInfo) -> Moment:
    """Give the first moment of a day, also where the clock is put forward at midnight."""
    at = midnight.replace(tzinfo=zone)
    return Moment(at.astimezone(dt.UTC).astimezone(zone))


def _shown(layouts: tuple[str, ...], iso: str) -> str:
    return " or ".join(layouts) if layouts else iso
