"""How amounts, days and letters are written for a customer, by their language.

A few languages by name; any other gets the international forms.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from ecrm.errors import InvalidError
from ecrm.values import Money

__all__ = ["Style", "said_money", "said_time", "upper_tr"]

Style = Literal["day", "short", "time", "both"]
_STYLES = ("day", "short", "time", "both")
# TL and not the lira sign: that one makes a text message of 155 letters one of 70.
_SIGNS = {"TRY": "TL", "EUR": "€", "USD": "$", "GBP": "£"}
_MONTHS = {
    "tr": (
        "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran",
        "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
}  # fmt: skip
_SWAPPED = str.maketrans(",.", ".,")
_UPPER_TR = str.maketrans({"i": "İ", "ı": "I"})


def upper_tr(text: str) -> str:
    """Give a text in capitals the Turkish way.

    >>> upper_tr("iyi ışık")
    'İYİ IŞIK'
    """
    return text.translate(_UPPER_TR).upper()


def said_money(amount: Money, language: str) -> str:
    """Write an amount as the readers of a language do.

    Args:
        amount: What it is.
        language: BCP 47.

    >>> said_money(Money("1234.5", "TRY"), "tr"), said_money(Money("1234.5", "EUR"), "en")
    ('1.234,50 TL', '€1,234.50')
    """
    number = f"{abs(amount).amount:,f}"
    sign = _SIGNS.get(amount.currency or "", amount.currency or "")
    minus = "-" if amount.amount < 0 else ""
    if _primary(language) == "en":
        return f"{minus}{sign}{number}" if sign in {"€", "$", "£"} else f"{minus}{number} {sign}".rstrip()
    return f"{minus}{number.translate(_SWAPPED)} {sign}".rstrip()


def said_time(at: dt.datetime | dt.date, zone: dt.tzinfo, language: str, style: Style = "day") -> str:
    """Write a day, or a time in a zone, as the readers of a language do.

    Args:
        at: An aware time, or a day.
        zone: Of whom it is written for, or of the shop.
        language: BCP 47; tr, en and de have their words, any other gets ISO 8601.
        style: day ("24 Kasım 2026"), short ("24.11.2026"), time ("14:05") or both.

    Raises:
        InvalidError: There is no such style, or a day has no time.

    >>> said_time(dt.datetime(2026, 11, 24, 11, 5, tzinfo=dt.UTC), dt.timezone(dt.timedelta(hours=3)), "tr", "both")
    '24 Kasım 2026 14:05'
    """
    if style not in _STYLES:
        raise InvalidError.of("date", f"use one of {', '.join(_STYLES)}")
    if not isinstance(at, dt.datetime):
        if style in {"time", "both"}:
            raise InvalidError.of("date", "a day has no time: use day or short")
        return _day(at, language, style)
    there = at.astimezone(zone)
    said = [_day(there.date(), language, style)] if style != "time" else []
    return " ".join([*said, f"{there:%H:%M}"] if style in {"time", "both"} else said)


def _day(day: dt.date, language: str, style: Style) -> str:
    primary = _primary(language)
    if primary not in _MONTHS:
        return day.isoformat()
    if style == "short":
        return (
            f"{day.day:02}/{day.month:02}/{day.year}" if primary == "en" else f"{day.day:02}.{day.month:02}.{day.year}"
        )
    dot = "." if primary == "de" else ""
    return f"{day.day}{dot} {_MONTHS[primary][day.month - 1]} {day.year}"


def _primary(language: str) -> str:
    return language.partition("-")[0]
