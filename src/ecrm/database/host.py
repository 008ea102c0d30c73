"""The host's own connection: join its transaction, put one inbox row in, hurt nothing.

A Session is known by what it can do, so that the ORM is never imported. What is no SQLAlchemy connection an
adapter lends as a `LentConnection`. Our own connections are in `engine`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import attrs
import sqlalchemy as sa

from ecrm.database.failure import is_missing_table
from ecrm.database.types import micros
from ecrm.errors import SetupError, UnavailableError

__all__ = ["HostUndoneError", "LentConnection", "inbox_insert", "put_into_host"]

_INTO = "INSERT INTO ecrm_inbox (shop, source, received_at, raw)"
_IDLE, _IN_TRANSACTION = 0, 2


class HostUndoneError(UnavailableError):
    """Begin the host's transaction again: its database undid all of it, as SQLite does on a failing disk."""


@attrs.frozen
class LentConnection:
    """Be a host's connection that SQLAlchemy does not know, as a framework of its own holds it.

    Args:
        dialect: "sqlite" or "postgresql".
        lend: Lends the driver's connection for one statement, in a transaction: where none is open it opens
            one, and ends it after the statement.
    """

    dialect: str
    lend: Callable[[], AbstractContextManager[Any]] = attrs.field(repr=False)


def put_into_host(connection: Any, shop: str, source: str, raw: bytes, at: dt.datetime) -> Any:
    """Put a row into the inbox of the host's database, as a part of the host's transaction.

    Args:
        connection: A SQLAlchemy Connection or Session, or a `LentConnection`.
        shop: Whose event it is.
        source: Who translates the row: `emit`.
        raw: The event as JSON.
        at: When it was emitted.

    Returns:
        The driver's connection.

    Raises:
        SetupError: It is no connection, it commits each statement by itself, or there is no inbox.
        UnavailableError: The row could not be written; the host's transaction goes on as it was.
        HostUndoneError: It could not, and the database undid the host's transaction too.
    """
    joined = None if isinstance(connection, LentConnection) else _joined(connection)
    try:
        if joined is not None and joined.dialect.is_async:
            _put_by_sqlalchemy(joined, shop, source, raw, at)
            return joined.connection.driver_connection
        lent = connection if joined is None else _lent(joined)
        with lent.lend() as driver:
            if lent.dialect == "sqlite":
                _put_sqlite(driver, (shop, source, micros(at), raw))
            elif hasattr(driver, "pgconn") and not driver.pgconn.pipeline_status:
                _put_psycopg(driver, shop, source, raw, at)
            else:
                _put_postgresql(driver, (shop, source, at, raw))
            return driver
    except (SetupError, HostUndoneError):
        raise
    except Exception as error:
        if is_missing_table(getattr(error, "orig", None) or error):
            message = (
                "this database has no inbox: open the CRM on it, or name it as CRM(url, host=…) and call crm.upgrade()"
            )
            raise SetupError(message) from error
        message = "the event could not be put into the inbox: the host's transaction goes on without it"
        raise UnavailableError(message) from error


def inbox_insert(shop: str, source: str, raw: bytes, at: dt.datetime) -> bytes:
    """Give the statement that puts a row into the inbox of a PostgreSQL database, its values in it."""
    values = f"('{_quoted(shop)}', '{_quoted(source)}', '{at.isoformat()}', decode('{raw.hex()}', 'hex'))"
    return f"{_INTO} VALUES {values}".encode()


def _joined(connection: Any) -> Any:
    joined = connection.connection() if callable(getattr(connection, "get_bind", None)) else connection
    if getattr(getattr(joined, "dialect", None), "name", None) not in {"sqlite", "postgresql"}:
        message = "emit takes a SQLAlchemy Connection or Session of a SQLite or PostgreSQL database"
        raise SetupError(message)
    if not joined.in_transaction():
        joined.begin()
    return joined


def _lent(joined: Any) -> LentConnection:
    @contextlib.contextmanager
    def lend() -> Iterator[Any]:
        # The host's own: it stays open, for the host to commit or to roll back.
        yield joined.connection.driver_connection

    return LentConnection(joined.dialect.name, lend)


def _put_sqlite(driver: Any, row: tuple[Any, ...]) -> None:
    begins = not driver.in_transaction
    if begins:
        if driver.isolation_level is None:
            raise _autocommit()
        # The driver begins nothing before a SAVEPOINT or a SELECT, and the row would outlive a rollback.
        driver.execute("BEGIN IMMEDIATE")
    try:
        # From a SELECT it has a statement journal: on a full disk SQLite then undoes this statement alone,
        # where for VALUES it undoes the host's whole transaction, savepoint or not.
        driver.execute(f"{_INTO} SELECT ?, ?, ?, ?", row)
    except Exception as error:
        if not driver.in_transaction and not begins:
            message = "the database undid the whole transaction, the host's rows too: begin it again"
            raise HostUndoneError(message) from error
        if driver.in_transaction and begins:
            driver.execute("ROLLBACK")
        raise


def _put_psycopg(driver: Any, shop: str, source: str, raw: bytes, at: dt.datetime) -> None:
    connection = driver.pgconn
    if connection.transaction_status == _IDLE:
        if driver.autocommit:
            raise _autocommit()
        # psycopg begins the transaction, in the isolation the host has chosen.
        driver.execute("SELECT")
    # One message for all three: a savepoint must not cost the host three round trips.
    insert = inbox_insert(shop, source, raw, at)
    result = connection.exec_(b"SAVEPOINT ecrm_emit;" + insert + b";RELEASE ecrm_emit")
    if result.status not in {1, 2}:
        state = result.error_field(ord("C"))
        if connection.transaction_status != _IN_TRANSACTION:
            connection.exec_(b"ROLLBACK TO SAVEPOINT ecrm_emit;RELEASE ecrm_emit")
        raise _Refused((state or b"").decode())


def _put_postgresql(driver: Any, row: tuple[Any, ...]) -> None:
    cursor = driver.cursor()
    try:
        if driver.autocommit:
            raise _autocommit()
        cursor.execute("SAVEPOINT ecrm_emit")
        try:
            cursor.execute(f"{_INTO} VALUES (%s, %s, %s, %s)", row)
        except Exception:
            with contextlib.suppress(Exception):
                cursor.execute("ROLLBACK TO SAVEPOINT ecrm_emit")
            raise
        cursor.execute("RELEASE SAVEPOINT ecrm_emit")
    finally:
        cursor.close()


def _put_by_sqlalchemy(joined: Any, shop: str, source: str, raw: bytes, at: dt.datetime) -> None:
    """Put the row in by SQLAlchemy, which alone knows how to wait for a driver that is asynchronous."""
    is_sqlite = joined.dialect.name == "sqlite"
    if is_sqlite and not joined.connection.driver_connection.in_transaction:
        # As above: the driver would begin nothing before a SAVEPOINT.
        joined.exec_driver_sql("BEGIN IMMEDIATE")
    row = {"shop": shop, "source": source, "at": micros(at) if is_sqlite else at, "raw": raw}
    with joined.begin_nested():
        joined.execute(sa.text(f"{_INTO} VALUES (:shop, :source, :at, :raw)"), row)


class _Refused(Exception):  # noqa: N818 - it carries the server's answer to the caller above
    """The server refused the row."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def _quoted(text: str) -> str:
    return text.replace("'", "''").replace("\\", "")


def _autocommit() -> SetupError:
    message = (
        "this connection commits each statement by itself, so the event could not share the order's fate: "
        "emit inside a transaction, or without a connection"
    )
    return SetupError(message)
