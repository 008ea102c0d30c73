"""What the rows of a table come to, the same for the same values on SQLite and on PostgreSQL.

Rows are brought to the form SQLite stores; JSON, which PostgreSQL writes in its own way, to one spelling.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from ecrm.database.types import Day, Id, Instant, Json, Key, Portable, codec
from ecrm.errors import SetupError
from ecrm.moving.model import Sum

__all__ = ["Digest", "one_spelling"]

Row = tuple[Any, ...]
_MOVABLE = (Portable, sa.Boolean, sa.Integer, sa.Float, sa.String, sa.LargeBinary)
# What SQLite stores of these is one form for one value, and need not be decoded.
_ONE_FORM = (Id, Instant, Day, Key)
_DIGEST_BYTES = 16
# PostgreSQL's numeric has no more digits than this.
_EXACT = Context(prec=150_000)
# Python refuses to write longer whole numbers.
_LONGEST_WHOLE = 4_000


class Digest:
    """Sum up the rows of one table.

    Args:
        table: The table; its columns are of `ecrm.database.types` or plain.

    Raises:
        SetupError: A column is of a type that the two databases hold differently.
    """

    def __init__(self, table: sa.Table) -> None:
        for column in table.columns:
            if not isinstance(column.type, _MOVABLE):
                message = f"{table.name}.{column.name} can not be moved: give the column a type of ecrm.database.types"
                raise SetupError(message)
        self._spelled = {dialect: _spellings(table, dialect) for dialect in ("sqlite", "postgresql")}

    def sum(self, dialect: str, rows: Sequence[Row]) -> Sum:
        """Sum up rows as a driver gives them, JSON as text."""
        spelled = self._spelled[dialect]
        return Sum(len(rows), sum(_digest(row, spelled) for row in rows))


def one_spelling(text: str) -> str:
    """Write JSON so that two texts of one value are alike.

    >>> one_spelling('{"b": 1e2, "a": -0.0}') == one_spelling('{"a": 0, "b": 100}')
    True
    """
    return json.dumps(json.loads(text, parse_float=_number), sort_keys=True, ensure_ascii=False)


def _number(text: str) -> Any:
    exact = Decimal(text).normalize(_EXACT)
    if not exact:
        return 0
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= 0 and exact.adjusted() < _LONGEST_WHOLE:
        return int(exact)
    # No text of a stored document can begin so: it would hold NUL.
    return f"\0{exact}"


def _spellings(table: sa.Table, dialect: str) -> Sequence[tuple[int, Callable[[Any], Any]]]:
    found = ((place, _spelling(column, dialect)) for place, column in enumerate(table.columns))
    return [(place, spelled) for place, spelled in found if spelled is not None]


def _spelling(column: sa.Column[Any], dialect: str) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Json):
        return one_spelling
    if isinstance(column.type, sa.Float):
        return float
    if isinstance(column.type, sa.Boolean):
        return int
    if dialect == "sqlite" and isinstance(column.type, _ONE_FORM):
        return None
    decode, encode = codec(column, dialect)[1], codec(column, "sqlite")[0]
    if decode is None or encode is None:
        return encode or decode
    return lambda value: encode(decode(value))


def _digest(row: Sequence[Any], spelled: Sequence[tuple[int, Callable[[Any], Any]]]) -> int:
    values = list(row)
    for place, spell in spelled:
        if values[place] is not None:
            values[place] = spell(values[place])
    return int.from_bytes(
        blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest(), "big"
    )
