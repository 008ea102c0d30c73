"""Leave nothing of deleted rows in a SQLite file: neither in free pages nor in its log."""

from __future__ import annotations

from ecrm.database.engine import Database
from ecrm.errors import UnavailableError

__all__ = ["overwrite_deleted", "shred"]


def overwrite_deleted(database: Database) -> None:
    """Let this thread's connection overwrite what it deletes with zeros, where the database is a file.

    Source: https://www.sqlite.org/pragma.html#pragma_secure_delete
    """
    if database.dialect == "sqlite":
        with database.read() as transaction:
            transaction.run("PRAGMA secure_delete = ON").fetchall()


def shred(database: Database) -> bool:
    """Write a SQLite file anew without its free pages, and empty its log.

    Returns:
        Whether that is done; False where others had it open for too long. On PostgreSQL there is nothing to
        do: its own VACUUM frees what is gone.

    Source: https://www.sqlite.org/lang_vacuum.html, https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    if database.dialect != "sqlite":
        return True
    try:
        with database.read() as transaction:
            transaction.run("VACUUM")
            busy = transaction.run("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except UnavailableError:
        return False
    return not busy
