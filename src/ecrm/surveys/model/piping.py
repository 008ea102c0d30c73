"""Answers and facts inside a text: `{answer.score}`, `{fact.customer.name|there}`.

A place is looked up and written, nothing is computed: no expression, no attribute, no code. `{{` and `}}` are
braces. What follows the bar is said where the answer or fact is missing.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.messages.model.wording import said_money, said_time
from ecrm.surveys.model.place import Place, placed
from ecrm.surveys.model.wording import Wording, nearest_language
from ecrm.values import Money

__all__ = ["LONGEST_PIPED", "Pipe", "fill", "pipes_of", "said_value"]

LONGEST_PIPED = 200
_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<place>[^{}|]*)(\|(?P<fallback>[^{}]*))?\}|[{}]")
_YES_NO = {"tr": ("Evet", "Hayır"), "en": ("Yes", "No"), "de": ("Ja", "Nein")}


@attrs.frozen
class Pipe:
    """Hold a place in a text.

    Args:
        of: What is looked up.
        fallback: What is said where it is missing; None where nothing is stated.
    """

    of: Place
    fallback: str | None = None


def pipes_of(wording: Wording) -> Iterator[Pipe]:
    """Give the places of a wording, in all its languages.

    Raises:
        InvalidError: A place is none, or a brace stands alone.

    >>> [str(pipe.of) for pipe in pipes_of(Wording("You gave {answer.score|a score}."))]
    ['answer.score']
    """
    for language, text in wording.texts.items():
        try:
            yield from (part for part in _parts(text) if isinstance(part, Pipe))
        except InvalidError as error:
            raise InvalidError.of(language, next(iter(error.fields.values()))[0]) from error


def fill(
    text: str,
    value_of: Callable[[Place], Any],
    language: str,
    *,
    zone: dt.tzinfo = dt.UTC,
    is_html: bool = False,
) -> str:
    """Fill a text in.

    Args:
        text: With its places.
        value_of: Gives an answer or fact as it is said, a value, or None.
        language: Of the reader: how amounts, days and numbers are written.
        zone: Of the reader, or of the shop: where a time is on which day.
        is_html: Escape all of it, text and values, for HTML that does not escape by itself.

    >>> fill("Why {answer.score|this}, <b>?", lambda _: 3, "en", is_html=True)
    'Why 3, &lt;b&gt;?'
    """
    said = "".join(
        part if isinstance(part, str) else _cut(said_value(value_of(part.of), language, zone)) or part.fallback or ""
        for part in _parts(text)
    )
    return html.escape(said) if is_html else said


def said_value(value: Any, language: str, zone: dt.tzinfo = dt.UTC) -> str:
    """Write an answer or fact as the readers of a language do; nothing where it is missing.

    Args:
        value: A text, number, day, time, amount, True or False, or a list of them.
        language: BCP 47.
        zone: Where a time is on which day.

    >>> said_value(Decimal("4.5"), "tr"), said_value(True, "tr"), said_value(dt.date(2026, 11, 24), "en")
    ('4,5', 'Evet', '24 November 2026')
    """
    if isinstance(value, bool):
        yes, no = _YES_NO[nearest_language(_YES_NO, language) or "en"]
        return yes if value else no
    if isinstance(value, int | float | Decimal):
        return _said_number(value, language)
    if isinstance(value, Money):
        return said_money(value, language)
    if isinstance(value, dt.date):
        return said_time(value, zone, language)
    if isinstance(value, list | tuple):
        return ", ".join(said for one in value if (said := said_value(one, language, zone)))
    return value if isinstance(value, str) else ""


def _said_number(value: float | Decimal, language: str) -> str:
    said = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return said if nearest_language(["en"], language) else said.replace(".", ",")


def _cut(said: str) -> str:
    # One line, and not without end: a customer's words stand inside a sentence of the shop.
    line = " ".join(said.split())
    return line if len(line) <= LONGEST_PIPED else f"{line[: LONGEST_PIPED - 1].rstrip()}…"


def _parts(text: str) -> Iterator[str | Pipe]:
    at = 0
    for found in _TOKEN.finditer(text):
        yield text[at : found.start()]
        at = found.end()
        token = found.group()
        if token in {"{{", "}}"}:
            yield token[0]
        elif found["place"] is None:
            raise InvalidError.of("text", "write {{ or }} for a brace, and {answer.score} for an answer")
        else:
            yield _pipe(found["place"].strip(), found["fallback"])
    yield text[at:]


def _pipe(place: str, fallback: str | None) -> Pipe:
    try:
        return Pipe(placed(place), fallback)
    except InvalidError as error:
        raise InvalidError.of("text", "name an answer or a fact in braces, as {answer.score|a score}") from error
