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
    """Lend a connection that sees one moment of the database, however long it reads.

    In a transaction that is open in this thread it is that one, which sees what it wrote; it stays open.
    """
    with database.read() as transaction:
        if transaction.is_open or transaction.is_frozen:
            yield transaction
            return
        transaction.run("BEGIN" if transaction.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        transaction.is_frozen = True
        try:
            yield transaction
        finally:
            transaction.is_frozen = False
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
    # A cursor of the server's: a plain one of PostgreSQL's would fetch everything at once.
    cursor = transaction.driver.cursor() if transaction.is_sqlite else transaction.driver.cursor(name="ecrm_stream")
    try:
        cursor.execute(sql, *(() if parameters is None else (parameters,)))
        while rows := cursor.fetchmany(PAGE):
            yield rows
    finally:
        cursor.close()
