"""Pages of a table's rows in the order of its key, out of SQLite and by COPY into PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ecrm.database.coding import Coder
from ecrm.database.transaction import Transaction
from ecrm.errors import ConflictError, InvalidError, SetupError
from ecrm.moving.model import STOP_WRITING
from ecrm.moving.tables.bookmark import Place

__all__ = ["Pages"]

_HEAVIEST_BYTES = 16 * 1024 * 1024
_INTEGRITY_ERRORS = "23"


class Pages:
    """Copy one table, a page at a time.

    Args:
        table: The table.

    Raises:
        SetupError: It has no primary key, so that a bookmark could not say where it was.
    """

    def __init__(self, table: sa.Table) -> None:
        keys = [column.name for column in table.primary_key.columns]
        if not keys:
            message = f"{table.name} has no primary key: it can not be moved a page at a time"
            raise SetupError(message)
        names = [column.name for column in table.columns]
        listed, key = ", ".join(map(_q, names)), ", ".join(map(_q, keys))
        self._name = table.name
        self._places = [names.index(name) for name in keys]
        self._coder = Coder(list(table.columns))
        self._first = f"SELECT {listed} FROM {_q(table.name)} ORDER BY {key} LIMIT ?"
        after = f"({key}) > ({', '.join('?' * len(keys))})"
        self._next = f"SELECT {listed} FROM {_q(table.name)} WHERE {after} ORDER BY {key} LIMIT ?"
        self._copy = f"COPY {_q(table.name)} ({listed}) FROM STDIN"

    def read(self, transaction: Transaction, after: Place | None, limit: int) -> list[tuple[Any, ...]]:
        """Give the rows after a key as SQLite stores them; fewer than `limit` where they are heavy."""
        cursor = (
            transaction.run(self._first, (limit,)) if after is None else transaction.run(self._next, (*after, limit))
        )
        rows, weight = [], 0
        for row in cursor:
            rows.append(row)
            weight += sum(len(value) for value in row if isinstance(value, (str, bytes)))
            if weight >= _HEAVIEST_BYTES:
                break
        cursor.close()
        return rows

    def place(self, row: Sequence[Any]) -> Place:
        """Give the key of a row."""
        return tuple(row[place] for place in self._places)

    def write(self, transaction: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
        """Copy rows, as `read` gave them, into the target.

        Raises:
            InvalidError: PostgreSQL can not hold one of the values.
            ConflictError: A row is there already.
        """
        held = self._coder.encoded("postgresql", self._coder.decoded("sqlite", rows))
        try:
            with transaction.driver.cursor().copy(self._copy) as copy:
                for row in held:
                    copy.write_row(row)
        except Exception as error:
            self._explain(error)
            raise

    def _explain(self, error: Exception) -> None:
        # Some values the driver refuses before the server does: those errors have no state.
        state = getattr(error, "sqlstate", None) or ""
        if any(kind.__name__ == "DataError" for kind in type(error).__mro__):
            message = f"{self._name} holds a value that PostgreSQL can not hold: {type(error).__name__}"
            raise InvalidError(message) from error
        if state.startswith(_INTEGRITY_ERRORS):
            raise ConflictError(f"{self._name} changed while it was moved: {STOP_WRITING}") from error


def _q(name: str) -> str:
    return f'"{name}"'
