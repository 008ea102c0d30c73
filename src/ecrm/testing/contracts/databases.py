"""Databases of a contract, each empty and for one CRM: SQLite files, schemas of a PostgreSQL database."""

from __future__ import annotations

import contextlib
import itertools
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

__all__ = ["postgresql_databases", "sqlite_databases"]


@contextlib.contextmanager
def sqlite_databases(folder: Path) -> Iterator[Callable[[], str]]:
    """Lend a function that gives the URL of another SQLite file of a folder."""
    numbers = itertools.count(1)
    yield lambda: f"sqlite:///{folder / f'contract-{next(numbers)}.db'}"


@contextlib.contextmanager
def postgresql_databases(url: str) -> Iterator[Callable[[], str]]:
    """Lend a function that makes a schema in a PostgreSQL database and gives its URL; they are dropped at the end.

    Args:
        url: Of a database in which schemas may be made.
    """
    engine = sa.create_engine(sa.make_url(url), poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def run(statement: str) -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def make() -> str:
        schema = f"ecrm_contract_{uuid.uuid4().hex[:12]}"
        run(f"CREATE SCHEMA {schema}")
        made.append(schema)
        made_url = engine.url.update_query_dict({"options": f"-csearch_path={schema}"})
        return made_url.render_as_string(hide_password=False)

    try:
        yield make
    finally:
        for schema in made:
            run(f"DROP SCHEMA {schema} CASCADE")
