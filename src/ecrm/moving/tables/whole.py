"""What is asked of whole tables: counts, every row, sequences past the highest number."""

from __future__ import annotations

from collections.abc import Collection, Generator
from typing import Any

import sqlalchemy as sa

from ecrm.database import Transaction
from ecrm.database.streaming import stream
from ecrm.database.types import Json
from ecrm.interactions.tables.log import INTERACTION
from ecrm.interactions.tables.position import POSITIONS

__all__ = ["every_page"]

_LAST_IN_SQLITE = "SELECT seq FROM sqlite_sequence WHERE name = ?"


def count_rows(transaction: Transaction, table: sa.Table) -> int:
    """Count the rows of a table."""
    return int(transaction.run(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])


def has_rows(transaction: Transaction, name: str) -> bool:
    """Tell whether a table has any row."""
    return transaction.run(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() is not None


def names_of_ours(transaction: Transaction) -> list[str]:
    """Name the tables of a SQLite file that begin as ours do."""
    found = transaction.run("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'ecrm\\_%' ESCAPE '\\'")
    return sorted(row[0] for row in found)


def every_page(transaction: Transaction, table: sa.Table) -> Generator[list[tuple[Any, ...]]]:
    """Give all rows as the driver gives them, JSON as text, in no order; inside a `snapshot`."""
    listed = ", ".join(_read(column, transaction.is_sqlite) for column in table.columns)
    sql = f'SELECT {listed} FROM "{table.name}"'
    return stream(transaction, sql)


def writes_seen(transaction: Transaction) -> int:
    """Give a number that changes when another connection has written the SQLite file."""
    return int(transaction.run("PRAGMA data_version").fetchone()[0])


def last_numbers(transaction: Transaction, tables: Collection[sa.Table]) -> dict[str, int]:
    """Give the highest number that SQLite ever handed out in each table that counts its rows."""
    found = {}
    for table in tables:
        column = _counted(table)
        if column is None:
            continue
        drawn = transaction.run(_LAST_IN_SQLITE, (table.name,)).fetchone() if _remembers(table) else None
        highest = transaction.run(f'SELECT max("{column.name}") FROM "{table.name}"').fetchone()[0]
        found[table.name] = max(0 if drawn is None else int(drawn[0]), int(highest or 0))
    return found


def set_sequences(transaction: Transaction, tables: Collection[sa.Table], last: dict[str, int]) -> None:
    """Have each sequence of the target go on after the highest number of the source."""
    for table in tables:
        column = _counted(table)
        number = last.get(table.name, 0)
        if column is None or not number:
            continue
        if table.name == INTERACTION.name:
            # Its last value is the highest position, drawn: a writer's lock is named after it, and a reader
            # takes everything up to it as told.
            transaction.run("SELECT setval(%s::regclass, %s, true)", (POSITIONS.name, number))
            continue
        owned = transaction.run("SELECT pg_get_serial_sequence(%s, %s)", (f'"{table.name}"', column.name)).fetchone()[0]
        if owned is not None:
            transaction.run("SELECT setval(%s::regclass, %s, true)", (owned, number))


def analyze(transaction: Transaction, tables: Collection[sa.Table]) -> None:
    """Tell the planner what came: it knows nothing of rows copied a moment ago."""
    for table in tables:
        transaction.run(f'ANALYZE "{table.name}"')


def _counted(table: sa.Table) -> sa.Column[Any] | None:
    keys = list(table.primary_key.columns)
    return keys[0] if len(keys) == 1 and isinstance(keys[0].type, sa.Integer) else None


def _remembers(table: sa.Table) -> bool:
    return bool(table.dialect_options["sqlite"]["autoincrement"])


def _read(column: sa.Column[Any], is_sqlite: bool) -> str:  # noqa: FBT001 - which of the two databases
    quoted = f'"{column.name}"'
    return f"{quoted}::text" if isinstance(column.type, Json) and not is_sqlite else quoted
