"""Make the tables, or bring them up to date: Alembic, shipped inside the package.

A new database is created whole and stamped; an older one walks the revisions in `migrations/versions`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ecrm.database.engine import Database
from ecrm.database.metadata import METADATA
from ecrm.database.transaction import Transaction
from ecrm.errors import SetupError

__all__ = ["VERSION_TABLE", "is_current", "is_new", "upgrade"]

VERSION_TABLE = "ecrm_version"
_SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(database: Database, tables: tuple[str, ...] | None = None) -> None:
    """Create the core's tables, or bring them up to date, in one transaction.

    Args:
        database: The database.
        tables: Only these, and no versions: what a host's own file needs.

    Raises:
        SetupError: The tables are of a newer ecrm than this one.
    """
    with database.write() as transaction:
        if not transaction.is_sqlite:
            # Two processes that start together must not both create.
            transaction.run("SELECT pg_advisory_xact_lock(1701013869, 0)")
        if tables is not None:
            chosen = [METADATA.tables[name] for name in tables]
            METADATA.create_all(transaction.connection, tables=chosen, checkfirst=True)
        elif _has_table(transaction, VERSION_TABLE):
            _walk(transaction)
        else:
            _create(transaction)


def is_new(database: Database) -> bool:
    """Tell whether the core's tables were never made here."""
    with database.read() as transaction:
        return not _has_table(transaction, VERSION_TABLE)


def is_current(database: Database) -> bool:
    """Tell whether the tables are those of this ecrm."""
    from alembic.script import ScriptDirectory

    if is_new(database):
        return False
    with database.read() as transaction:
        row = transaction.run(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    return row is not None and row[0] == ScriptDirectory(str(_SCRIPTS)).get_current_head()


def _create(transaction: Transaction) -> None:
    from alembic import command

    METADATA.create_all(transaction.connection)
    if not transaction.is_sqlite:
        # Drawn once, so that the first lock's number lies below the first position.
        transaction.run("SELECT nextval('ecrm_interaction_position')")
    command.stamp(_config(transaction), "head")


def _walk(transaction: Transaction) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(_config(transaction), "head")
    except CommandError as error:
        message = "this database was made by a newer ecrm: install that version, or restore a backup of before it"
        raise SetupError(message) from error


def _config(transaction: Transaction) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = transaction.connection
    return config


def _has_table(transaction: Transaction, name: str) -> bool:
    return sa.inspect(transaction.connection).has_table(name)
