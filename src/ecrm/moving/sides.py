"""Whether the two sides of a move are what they must be, and which tables there are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from ecrm.database import Database, migrating
from ecrm.database.migrating import Owner
from ecrm.errors import ConflictError, InvalidError, SetupError
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.moving.digest import Digest
from ecrm.moving.tables import whole
from ecrm.moving.tables.page import Pages

__all__ = ["check_current", "check_host", "check_sides", "left_behind", "tables_of"]

_VERSION = "_version"


def tables_of(owners: Sequence[Owner]) -> list[sa.Table]:
    """Give the tables, parents first.

    Raises:
        SetupError: One can not be moved; nothing is written yet.
    """
    tables = [table for owner in owners for table in owner.metadata.sorted_tables]
    for table in tables:
        # Each refuses what it can not move.
        Digest(table)
        Pages(table)
    return tables


def check_sides(source: Database, target: Database) -> None:
    """Refuse databases of other kinds, and a file that is not there.

    Raises:
        InvalidError: It is not from SQLite to PostgreSQL.
        SetupError: There is no such file.
    """
    if (source.dialect, target.dialect) != ("sqlite", "postgresql"):
        raise InvalidError(
            "move from a SQLite file into a PostgreSQL database: sqlite:///crm.db postgresql+psycopg://…"
        )
    if not Path(source.path or "").is_file():
        raise SetupError("there is no such SQLite file: name the one that holds the CRM")


def check_current(side: Database, owners: Sequence[Owner], name: str) -> None:
    """Refuse a side whose tables are not those of this ecrm and its plugins.

    Raises:
        SetupError: They are not.
    """
    behind = ", ".join(owner.name for owner in migrating.outdated(side, owners))
    if behind:
        raise SetupError(f"the {name}'s tables of {behind} are not up to date: run `ecrm upgrade` on it first")


def left_behind(source: Database, owners: Sequence[Owner]) -> tuple[str, ...]:
    """Name tables of ecrm's in the source that have rows and belong to no owner: a plugin's that is not there."""
    known = {table for owner in owners for table in owner.metadata.tables}
    with source.read() as transaction:
        others = [
            name for name in whole.names_of_ours(transaction) if name not in known and not name.endswith(_VERSION)
        ]
        return tuple(name for name in others if whole.has_rows(transaction, name))


def check_host(source: Database, host: Database) -> None:
    """Refuse to move while rows wait in the shop's own file: no CRM on PostgreSQL reads it.

    Raises:
        ConflictError: Some wait.
    """
    with source.read() as transaction:
        received = inbox_table.read_cursor(transaction)
    with host.read() as transaction:
        waiting, _ = inbox_table.waiting_after(transaction, received)
    if waiting:
        raise ConflictError(f"{waiting} rows wait in the shop's own file: run `ecrm work --once` first")
