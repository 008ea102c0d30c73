"""What a database's failure means to the caller: wait, try again, or set up."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from ecrm.database.transaction import Retry
from ecrm.errors import EcrmError, SetupError, UnavailableError

__all__ = ["is_missing_table", "is_of_the_row", "translate", "translated"]

_SQLITE_AWAY = ("locked", "busy", "full", "disk i/o", "unable to open", "readonly", "malformed")
_RETRIED_STATES = {"40P01", "40001"}
_MISSING_STATES = {"42P01", "3F000"}


@contextlib.contextmanager
def translated(drop: Callable[[], None]) -> Iterator[None]:
    """Turn a driver's failure into ecrm's errors, as `translate` does."""
    try:
        yield
    except Exception as error:
        translate(error, drop)
        raise


def translate(error: Exception, drop: Callable[[], None]) -> None:
    """Raise ecrm's error for a driver's failure; come back where it is none.

    Args:
        error: What was raised.
        drop: Called where the connection can not be trusted any more.

    Raises:
        UnavailableError: Locked, full or away.
        Retry: A deadlock or a serialisation failure.
        SetupError: The tables are not there.
    """
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
    if is_missing_table(cause):
        message = "the CRM's tables are not in this database: call crm.upgrade() or run `ecrm upgrade`"
        raise SetupError(message) from error
    if _sqlstate(cause) in _RETRIED_STATES:
        raise Retry from error
    if _is_away(cause):
        drop()
        message = "the database is locked, full or away: nothing was acknowledged, try again later"
        raise UnavailableError(message) from error


def is_missing_table(error: BaseException) -> bool:
    """Tell whether a statement failed because a table is not there."""
    if isinstance(error, sqlite3.OperationalError):
        return "no such table" in str(error)
    return _sqlstate(error) in _MISSING_STATES


def is_of_the_row(error: BaseException) -> bool:
    """Tell whether a failure came from what was to be stored; a mistake in code is none."""
    return isinstance(error, EcrmError | ValueError | ArithmeticError | sqlite3.Error) or _sqlstate(error) is not None


def _sqlstate(error: BaseException) -> str | None:
    return getattr(error, "sqlstate", None)


def _is_away(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return any(word in str(error).lower() for word in _SQLITE_AWAY)
    # psycopg's OperationalError covers refused, reset, shut down, out of disk, statement and lock timeouts.
    return any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)
