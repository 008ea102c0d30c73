"""How commands answer: tables for people, one JSON document for programs, progress on the standard error."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ecrm.imports.sorting import Progress as Told
from ecrm.values import Money

__all__ = ["print_json", "print_table", "show_progress", "to_plain"]


def print_json(value: Any) -> None:
    """Print one JSON document, with its keys in order."""
    click.echo(json.dumps(to_plain(value), ensure_ascii=False, indent=2, sort_keys=True))


def to_plain(value: Any) -> Any:
    """Turn what ecrm gives into what JSON can hold.

    >>> to_plain({"total": Money("9.90", "EUR"), "days": {2}})
    {'total': {'amount': '9.90', 'currency': 'EUR'}, 'days': [2]}
    """
    for kinds, turn in _TURNS:
        if isinstance(value, kinds):
            return turn(value)
    if attrs.has(type(value)):
        names = (field.name for field in attrs.fields(type(value)) if not field.name.startswith("_"))
        return {name: to_plain(getattr(value, name)) for name in names}
    return value


def _money(value: Money) -> dict[str, Any]:
    return {"amount": f"{value.amount:f}", "currency": value.currency}


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): to_plain(held) for name, held in value.items()}


_TURNS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Money, _money),
    ((dt.datetime, dt.date, dt.time), lambda value: value.isoformat()),
    (dt.timedelta, lambda value: value.total_seconds()),
    ((UUID, Decimal), str),
    (Mapping, _mapping),
    ((set, frozenset), lambda value: sorted((to_plain(held) for held in value), key=str)),
    (
        (list, tuple, Sequence),
        lambda value: value if isinstance(value, str) else [to_plain(v) for v in value],
    ),
)


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; what customers wrote can not reach the terminal as control characters."""
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    Console().print(table)


def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in str(cell))


@contextmanager
def show_progress(*, unit: str = "groups") -> Iterator[Told | None]:
    """Show on the standard error how far long work is, at what rate and with what time left.

    Args:
        unit: What is counted beside bytes.

    Yields:
        What is told of progress; None where nobody looks on.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, Any] = {}

        def told(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total, rate="")
            task = tasks[step]
            speed = bars.tasks[task].speed
            counted = "bytes" if step == "reading" else unit
            rate = f"{speed:,.0f} {counted}/s" if speed else ""
            bars.update(task, completed=done, total=total or None, rate=rate)

        yield told
