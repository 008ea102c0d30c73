"""Rows of Python values to rows as a driver stores them, and back, a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from ecrm.database.types import codec

__all__ = ["Coder"]

Row = tuple[Any, ...]
_Function = Callable[[Any], Any]


class Coder:
    """Encode and decode the values of some columns on either database."""

    def __init__(self, columns: Sequence[sa.Column[Any]]) -> None:
        self._encoders = {dialect: _functions(columns, dialect, 0) for dialect in ("sqlite", "postgresql")}
        self._decoders = {dialect: _functions(columns, dialect, 1) for dialect in ("sqlite", "postgresql")}

    def encoded(self, dialect: str, rows: Sequence[Row]) -> Iterable[Row]:
        """Give rows as the driver stores them."""
        return _mapped(rows, self._encoders[dialect])

    def decoded(self, dialect: str, rows: Sequence[Row]) -> list[Row]:
        """Give rows as Python holds them."""
        return list(_mapped(rows, self._decoders[dialect]))


def _functions(columns: Sequence[sa.Column[Any]], dialect: str, side: int) -> list[tuple[int, _Function, bool]]:
    found = [(place, codec(column, dialect)[side], bool(column.nullable)) for place, column in enumerate(columns)]
    return [(place, function, nullable) for place, function, nullable in found if function is not None]


def _mapped(rows: Sequence[Row], functions: list[tuple[int, _Function, bool]]) -> Iterable[Row]:
    if not functions or not rows:
        return rows
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, function, nullable in functions:
        values = columns[place]
        columns[place] = [None if v is None else function(v) for v in values] if nullable else map(function, values)
    return zip(*columns, strict=True)
