"""Read many rows, a page at a time, as they were at one moment; never all of them in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from ecrm.database.engine import Database
from ecrm.database.transaction import Transaction

__all__ = ["PAGE", "snapshot", "stream"]

PAGE = 5_000


@contextlib.contextmanager
def snapshot(database: Database) -> Iterator[Transaction]:
    """Lend a connection that sees one moment of the database, however long it reads."""
    with database.read() as transaction:
        transaction.run("BEGIN" if transaction.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield transaction
        finally:
            transaction.run("ROLLBACK")


def stream(
    transaction: Transaction, sql: str, parameters: Mapping[str, Any] | None = None
) -> Generator[list[tuple[Any, ...]]]:
    """Give the rows of a statement as the driver gives them, a page at a time; inside a `snapshot`.

    Args:
        transaction: Of the snapshot.
        sql: In the driver's own words.
        parameters: By name.
    """
    if transaction.is_sqlite:
        cursor = transaction.run(sql, parameters or {})
    else:
        # A cursor of the server's: a plain one would fetch everything at once.
        cursor = transaction.driver.cursor(name="ecrm_stream")
        cursor.execute(sql, parameters)
    try:
        while rows := cursor.fetchmany(PAGE):
            yield rows
    finally:
        cursor.close()
