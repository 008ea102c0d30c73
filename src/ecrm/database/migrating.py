"""Make the tables, or bring them up to date: those of the core, and those of each plugin, by themselves.

An owner of tables that is new is created whole and stamped; an older one walks its own revisions by
Alembic. What an owner that is not there any more left behind is not looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs
import sqlalchemy as sa

from ecrm.database import failure, revisions
from ecrm.database.engine import Database
from ecrm.database.metadata import METADATA
from ecrm.database.transaction import Retry, Transaction
from ecrm.errors import EcrmError, SetupError

__all__ = [
    "CORE",
    "VERSION_TABLE",
    "Owner",
    "is_current",
    "make_tables",
    "new_owners",
    "outdated",
    "upgrade",
]

VERSION_TABLE = "ecrm_version"


@attrs.frozen
class Owner:
    """Be an owner of tables.

    Args:
        name: Whose they are, for messages: a plugin's name.
        metadata: The tables.
        version_table: The table that says which revision they are of; None where columns are added as they
            are declared, and nothing else ever changes.
        migrations: The folder with `versions/`; None while there is only the first version.
    """

    name: str
    metadata: sa.MetaData = attrs.field(repr=False)
    version_table: str | None
    migrations: Path | None = None

    @property
    def is_core(self) -> bool:
        """Tell whether it is ecrm itself."""
        return self.version_table == VERSION_TABLE


CORE = Owner("ecrm", METADATA, VERSION_TABLE, Path(__file__).parent / "migrations")


def upgrade(database: Database, owners: Sequence[Owner] = (CORE,)) -> None:
    """Make the tables of all owners, or bring them up to date, in one transaction.

    Args:
        database: The database.
        owners: Whose tables.

    Raises:
        SetupError: The tables are of a newer ecrm or plugin than this one, or a revision failed; nothing changed.
    """
    with database.write() as transaction:
        _hold(transaction)
        for owner in owners:
            with _named(owner):
                _upgrade(transaction, owner)


def make_tables(database: Database, names: Collection[str]) -> None:
    """Make some tables of the core, without versions: what a host's own file needs.

    Args:
        database: The host's.
        names: Of the tables; columns they lack are added.
    """
    tables = [METADATA.tables[name] for name in names]
    with database.read() as transaction:
        if _are_wide(transaction, tables):
            # The host's file is the shop's: it is not locked without need.
            return
    with database.write() as transaction:
        _hold(transaction)
        _widen(transaction, tables)


def new_owners(database: Database, owners: Sequence[Owner] = (CORE,)) -> list[Owner]:
    """Give the owners some of whose tables were never made here."""
    with database.read() as transaction:
        return [owner for owner in owners if _is_new(transaction, owner)]


def outdated(database: Database, owners: Sequence[Owner] = (CORE,)) -> list[Owner]:
    """Give the owners whose tables are not those of their code."""
    with database.read() as transaction:
        found = []
        for owner in owners:
            with _named(owner):
                if not _is_current(transaction, owner):
                    found.append(owner)
        return found


def is_current(database: Database, owners: Sequence[Owner] = (CORE,)) -> bool:
    """Tell whether the tables are those of this ecrm and its plugins."""
    return not outdated(database, owners)


@contextmanager
def _named(owner: Owner) -> Iterator[None]:
    try:
        yield
    except (EcrmError, Retry):
        raise
    except revisions.NewerError as error:
        raise SetupError(_newer(owner)) from error
    except Exception as error:
        _raise_where_it_may_pass(error)
        what = f"the tables of {owner.name} can not be brought up to date"
        raise SetupError(f"{what}: its revisions failed with {type(error).__name__}; nothing was changed") from error


def _raise_where_it_may_pass(error: Exception) -> None:
    try:
        failure.translate(error, lambda: None)
    except SetupError:
        # A revision that asks for a table which is not there is a mistake in the revision.
        return


def _newer(owner: Owner) -> str:
    if owner.is_core:
        return "this database was made by a newer ecrm: install that version, or restore a backup of before it"
    return f"the tables of {owner.name} were made by a newer version of it: install that one, or restore a backup"


def _hold(transaction: Transaction) -> None:
    if not transaction.is_sqlite:
        # Two processes that start together must not both create.
        transaction.run("SELECT pg_advisory_xact_lock(1701013869, 0)")


def _upgrade(transaction: Transaction, owner: Owner) -> None:
    if owner.version_table is None:
        _widen(transaction, owner.metadata.sorted_tables)
    elif not _has_table(transaction, owner.version_table):
        _create(transaction, owner, owner.version_table)
    else:
        revisions.walk(transaction, owner.migrations, owner.version_table)
        if owner.migrations is None:
            owner.metadata.create_all(transaction.connection)


def _create(transaction: Transaction, owner: Owner, version_table: str) -> None:
    owner.metadata.create_all(transaction.connection)
    if owner.is_core and not transaction.is_sqlite:
        # Drawn once, so that the first lock's number lies below the first position.
        transaction.run("SELECT nextval('ecrm_interaction_position')")
    revisions.stamp(transaction, owner.migrations, version_table)


def _widen(transaction: Transaction, tables: Sequence[sa.Table]) -> None:
    for table in tables:
        if not _has_table(transaction, table.name):
            table.create(transaction.connection)
        for column in _missing_columns(transaction, table):
            declared = sa.schema.CreateColumn(column).compile(dialect=transaction.connection.dialect)
            transaction.run(f"ALTER TABLE {table.name} ADD COLUMN {declared}")


def _is_new(transaction: Transaction, owner: Owner) -> bool:
    if owner.version_table is None:
        return not _are_wide(transaction, owner.metadata.sorted_tables)
    return not _has_table(transaction, owner.version_table)


def _is_current(transaction: Transaction, owner: Owner) -> bool:
    if _is_new(transaction, owner):
        return False
    if owner.version_table is None:
        return True
    held, head = revisions.held(transaction, owner.version_table), revisions.head(owner.migrations)
    return held == head and all(_has_table(transaction, name) for name in owner.metadata.tables)


def _are_wide(transaction: Transaction, tables: Sequence[sa.Table]) -> bool:
    return all(_has_table(transaction, table.name) and not _missing_columns(transaction, table) for table in tables)


def _missing_columns(transaction: Transaction, table: sa.Table) -> list[sa.Column[object]]:
    there = {column["name"] for column in sa.inspect(transaction.connection).get_columns(table.name)}
    missing = [column for column in table.columns if column.name not in there]
    if any(not column.nullable and column.server_default is None for column in missing):
        raise SetupError(f"the table {table.name} lacks a column that can not be empty: restore it from a backup")
    return missing


def _has_table(transaction: Transaction, name: str) -> bool:
    return sa.inspect(transaction.connection).has_table(name)
