"""What another system's JSON says: read leniently, since a key may be missing, null, or of another type any day.

What can not be read is None, never an error: one odd field must not lose an order. What a field means is for the
adapter to say.
"""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from ecrm.errors import InvalidError
from ecrm.values.cards import holds_card_number
from ecrm.values.contact import normalise_email
from ecrm.values.money import Money, exact_decimal
from ecrm.values.text import LONGEST_ID, is_line, mended

__all__ = [
    "foreign_amount",
    "foreign_email",
    "foreign_id",
    "foreign_items",
    "foreign_mapping",
    "foreign_money",
    "foreign_text",
    "foreign_time",
    "foreign_whole",
    "hash_of",
    "without_cards",
]

_LONGEST_TEXT = 1_000
_SHORTEST_CARD_AMONG_IDS = 15
_HIDDEN = "…"


def foreign_id(value: Any) -> str | None:
    """Read an id: a text of one line or a whole number above zero.

    One that looks like the number of a payment card, which no event may hold, is written in base 16.

    >>> foreign_id(820982911946154508), foreign_id(" a1 "), foreign_id(0), foreign_id(None)
    ('820982911946154508', 'a1', None, None)
    >>> foreign_id(4111111111111111)
    'xe9b08a568f1c7'
    """
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        value = str(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if not text or len(text) > LONGEST_ID or not is_line(text):
        return None
    if holds_card_number(text, _SHORTEST_CARD_AMONG_IDS):
        return f"x{int(text):x}" if text.isascii() and text.isdecimal() else f"x{sha256(text.encode()).hexdigest()}"
    return text


def foreign_text(value: Any, longest: int = _LONGEST_TEXT) -> str | None:
    """Read a text: entities of HTML read, numbers of payment cards hidden, cut off where it is too long.

    >>> foreign_text("Ship Your Idea &ndash; M "), foreign_text(""), foreign_text("4111 1111 1111 1111")
    ('Ship Your Idea – M', None, '…')
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    text = mended(html.unescape(str(value)).strip(), longest)
    return _HIDDEN if holds_card_number(text) else text or None


def foreign_email(value: Any) -> str | None:
    """Read an e-mail address; None where it is none.

    >>> foreign_email("ayse@example.com"), foreign_email("ayse")
    ('ayse@example.com', None)
    """
    try:
        normalise_email(value)
    except (InvalidError, TypeError, AttributeError):
        return None
    return str(value).strip()


def foreign_amount(value: Any) -> Decimal | None:
    """Read a number, which may come as a text.

    >>> foreign_amount("149.90"), foreign_amount(Decimal("3")), foreign_amount("x")
    (Decimal('149.90'), Decimal('3'), None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        return exact_decimal(value)
    except InvalidError:
        return None


def foreign_money(value: Any, currency: Any) -> Money | None:
    """Read an amount of a currency; None where either can not be read.

    >>> foreign_money("149.9", "TRY"), foreign_money("149.90", "XXX"), foreign_money(None, "TRY")
    (Money('149.90', 'TRY'), None, None)
    """
    amount = foreign_amount(value)
    if amount is None or not isinstance(currency, str):
        return None
    try:
        return Money.rounded(amount, currency)
    except InvalidError:
        return None


def foreign_whole(value: Any, otherwise: int = 1) -> int | Decimal:
    """Read a quantity: whole where it is.

    >>> foreign_whole("2.0"), foreign_whole("0.5"), foreign_whole(None)
    (2, Decimal('0.5'), 1)
    """
    amount = foreign_amount(value)
    if amount is None:
        return otherwise
    return int(amount) if amount == amount.to_integral_value() else amount


def foreign_time(value: Any, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """Read a time of ISO 8601.

    Args:
        value: The text.
        zone: Of a time that has none; such a one is not read where this is None.

    >>> foreign_time("2021-12-31T19:00:00-05:00").isoformat()
    '2022-01-01T00:00:00+00:00'
    >>> foreign_time("2017-03-22T19:28:02") is None, foreign_time("2017-03-22T19:28:02", dt.UTC).hour
    (True, 19)
    """
    if not isinstance(value, str):
        return None
    try:
        at = dt.datetime.fromisoformat(value)
        at = at if at.tzinfo is not None else at.replace(tzinfo=zone)
        return None if at.tzinfo is None else at.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def foreign_mapping(value: Any) -> Mapping[str, Any]:
    """Read an object; an empty one where it is something else.

    >>> foreign_mapping({"id": 1}), foreign_mapping([])
    ({'id': 1}, {})
    """
    return value if isinstance(value, Mapping) else {}


def foreign_items(value: Any) -> Iterator[Mapping[str, Any]]:
    """Read a list of objects; what is something else is left out.

    >>> list(foreign_items([{"id": 1}, None, 2])), list(foreign_items("x"))
    ([{'id': 1}], [])
    """
    return (item for item in (value if isinstance(value, list | tuple) else ()) if isinstance(item, Mapping))


def without_cards(value: Any) -> Any:
    """Give JSON without what may be the number of a payment card.

    >>> without_cards({"note": ["4111111111111111", 7]})
    {'note': ['…', 7]}
    """
    if isinstance(value, Mapping):
        return {_HIDDEN if holds_card_number(name) else name: without_cards(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [without_cards(held) for held in value]
    if isinstance(value, str | int) and not isinstance(value, bool) and holds_card_number(str(value)):
        return _HIDDEN
    return value


def hash_of(value: Any) -> str:
    """Give a short hash of JSON, to tell one body from another.

    >>> hash_of({"b": 1, "a": 2}) == hash_of({"a": 2, "b": 1})
    True
    """
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:32]
