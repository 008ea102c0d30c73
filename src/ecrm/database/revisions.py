"""Alembic, on the connection of a transaction of ours: stamp a version table, walk an owner's revisions.

No `env.py` is needed: what it would do is here, the same for the core and for every plugin.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ecrm.database.transaction import Transaction

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

__all__ = ["NewerError", "head", "held", "stamp", "walk"]


class NewerError(Exception):
    """Tell that tables are of a revision which is not there."""


def head(migrations: Path | None) -> str | None:
    """Give the newest revision of a folder; None where there is no folder."""
    return None if migrations is None else _scripts(migrations).get_current_head()


def held(transaction: Transaction, version_table: str) -> str | None:
    """Give the revision a version table tells of; None where it tells of none yet."""
    row = transaction.run(f"SELECT version_num FROM {version_table}").fetchone()
    return None if row is None else str(row[0])


def stamp(transaction: Transaction, migrations: Path | None, version_table: str) -> None:
    """Make a version table that tells of the newest revision, or of none where there is no folder."""
    table = sa.Table(
        version_table,
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name=f"{version_table}_pkc"),
    )
    table.create(transaction.connection)
    newest = head(migrations)
    if newest is not None:
        transaction.core(table.insert().values(version_num=newest))


def walk(transaction: Transaction, migrations: Path | None, version_table: str) -> None:
    """Walk the revisions from the one a version table tells of to the newest.

    Args:
        transaction: Open; it is the caller's to commit or roll back.
        migrations: The folder with `versions/`; None while there are none.
        version_table: What tells of the revision.

    Raises:
        NewerError: The tables have walked a revision that is not there.
    """
    from alembic.util import CommandError

    revision = held(transaction, version_table)
    if migrations is None:
        if revision is not None:
            raise NewerError(revision)
        return
    scripts = _scripts(migrations)
    try:
        scripts.get_revision(revision or "base")
    except CommandError as error:
        raise NewerError(revision) from error
    _run(transaction, scripts, version_table)


def _scripts(migrations: Path) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(migrations), version_locations=[str(migrations / "versions")])


def _run(transaction: Transaction, scripts: ScriptDirectory, version_table: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    steps: Callable[..., Any] = lambda held, _: scripts._upgrade_revs("head", held)  # noqa: E731, SLF001 - as alembic.command does
    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev="head") as environment:
        environment.configure(
            connection=transaction.connection,
            version_table=version_table,
            render_as_batch=True,
            transactional_ddl=False,
        )
        environment.run_migrations()
