"""A thread's connection: driver statements, SQLAlchemy Core statements, begin, commit, rollback."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

__all__ = ["BUSY_MS", "Retry", "Transaction"]

BUSY_MS = 5_000


class Retry(Exception):  # noqa: N818 - it is a request, caught by Database.transact
    """Ask `Database.transact` to run the whole transaction again."""


class Transaction:
    """Hold one connection of one thread, in a transaction or in none.

    `run` and `run_many` go straight to the driver with its own placeholders; `core` runs a SQLAlchemy
    Core statement on the same connection, in the same transaction.
    """

    def __init__(self, connection: sa.Connection, driver: Any, dialect: str) -> None:
        self.connection = connection
        self.driver = driver
        self.dialect = dialect
        self.is_sqlite = dialect == "sqlite"
        self.is_open = False
        # In a snapshot: nothing can be written, rows that are staged neither.
        self.is_frozen = False
        self.stages: set[str] = set()
        self._batches = 0

    def next_batch(self) -> int:
        """Give a number for rows that are staged, new in this connection."""
        self._batches += 1
        return self._batches

    def run(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """Run one statement on the driver; give its cursor."""
        if self.is_sqlite:
            return self.driver.execute(sql, parameters)
        return self.driver.execute(sql, parameters or None)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row."""
        self.driver.cursor().executemany(sql, rows)

    def core(
        self, statement: sa.Executable, parameters: Mapping[str, Any] | None = None
    ) -> sa.CursorResult[*tuple[Any, ...]]:
        """Run a SQLAlchemy Core statement."""
        return self.connection.execute(statement, parameters)

    def begin(self) -> None:
        """Open a transaction; on SQLite it is the writer at once."""
        self.driver.execute("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
        self.is_open = True

    def begin_within(self, patience_s: float) -> None:
        """Open a transaction; another writer of a SQLite file is waited for no longer than so many seconds."""
        if not self.is_sqlite:
            self.begin()
            return
        self.driver.execute(f"PRAGMA busy_timeout={int(patience_s * 1000)}")
        try:
            self.begin()
        finally:
            self.driver.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    def commit(self) -> None:
        """Make the transaction durable."""
        self.driver.execute("COMMIT")
        self.is_open = False

    def rollback(self) -> None:
        """Undo the transaction, also where the connection is gone already."""
        self.is_open = False
        # A temporary table made in this transaction goes with it.
        self.stages.clear()
        with contextlib.suppress(Exception):
            self.driver.execute("ROLLBACK")

    def close(self) -> None:
        """Give the connection back."""
        with contextlib.suppress(Exception):
            self.connection.close()
