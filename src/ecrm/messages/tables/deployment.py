"""Which deployment a database belongs to: so that a copy of it found elsewhere sends nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Key
from ecrm.values.personal import impersonal

__all__ = ["DEPLOYMENT"]

DEPLOYMENT = sa.Table(
    "ecrm_deployment",
    METADATA,
    sa.Column("name", Key, primary_key=True, info=impersonal()),
    sa.Column("place", sa.Text, nullable=False, info=impersonal()),
    sa.Column("adopted_at", Instant, nullable=False),
)
_ONLY = "this"
_ADOPT = Put(DEPLOYMENT, ("name",), ("name", "place", "adopted_at"), merge={"place": "set", "adopted_at": "set"})
_SERVER = (
    "SELECT (SELECT system_identifier FROM pg_control_system()), oid FROM pg_database "
    "WHERE datname = current_database()"
)


def place_of(transaction: Transaction) -> str:
    """Say where this database is: a copy of it is somewhere else.

    On PostgreSQL the server and the database in it, on SQLite the file: a backup that is restored is another file.
    """
    if not transaction.is_sqlite:
        server, database = transaction.run(_SERVER).fetchone()
        return f"postgresql:{server}:{database}"
    file = next((row[2] for row in transaction.run("PRAGMA database_list") if row[1] == "main"), "")
    if not file:
        return "sqlite:memory"
    path = Path(file).resolve()
    return f"sqlite:{path}:{path.stat().st_ino}"


def adopted_place(transaction: Transaction) -> tuple[str, dt.datetime] | None:
    """Give where this database was when it was last said to be the shop's own, and when that was said."""
    query = sa.select(DEPLOYMENT.c.place, DEPLOYMENT.c.adopted_at).where(DEPLOYMENT.c.name == _ONLY)
    row = transaction.core(query).first()
    return None if row is None else (row.place, row.adopted_at)


def adopt_place(transaction: Transaction, place: str, at: dt.datetime) -> None:
    """Keep that this is the shop's own database."""
    _ADOPT.run(transaction, [(_ONLY, place, at)])
