"""One database: its engine, the connection each thread holds, reading and writing.

The transaction's own verbs live in `transaction`, the caller's connections in `host`.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ecrm.database import failure
from ecrm.database.transaction import BUSY_MS, Retry, Transaction
from ecrm.database.turns import Turns
from ecrm.errors import SetupError, UnavailableError

__all__ = ["Database"]

T = TypeVar("T")
TRIES = 6
_FORK_WAIT_S = _CLOSE_WAIT_S = 5.0
_NO_QUEUE = contextlib.nullcontext()
_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous={synchronous}",
    "PRAGMA cache_size=-65536",
    "PRAGMA temp_store=MEMORY",
)


class Database:
    """Open a SQLite file or a PostgreSQL database.

    Each thread holds one connection, opened when first used and again after a fork or a failure.

    Args:
        url: `sqlite:///crm.db` or `postgresql+psycopg://…`; `postgresql://` means psycopg too.
        synchronous: SQLite's setting; FULL keeps every commit through a power cut.

    Raises:
        SetupError: Another database, no file (`sqlite://`), or a driver that is not installed.

    >>> with Database("sqlite:///shop.db").write() as transaction:
    ...     transaction.run("SELECT 1").fetchone()
    (1,)
    """

    def __init__(self, url: str, *, synchronous: str = "FULL") -> None:
        self.url = _readable(url)
        self.dialect: str = self.url.get_backend_name()
        self._synchronous = synchronous
        self._engine = _engine(self.url)
        self._lock = threading.Lock()
        self._reset()
        if self.dialect == "sqlite":
            _fork_between_writes(self)

    def __repr__(self) -> str:
        return f"<Database {self.dialect}>"

    @property
    def path(self) -> str | None:
        """Say where the SQLite file is; None on PostgreSQL."""
        return self.url.database if self.dialect == "sqlite" else None

    @contextlib.contextmanager
    def read(self) -> Iterator[Transaction]:
        """Lend this thread's connection, in the transaction it is in, else in none."""
        with failure.translated(self._drop):
            yield self._held()

    @contextlib.contextmanager
    def write(self, patience_s: float | None = None) -> Iterator[Transaction]:
        """Run one transaction: committed at the end, rolled back on any error.

        Args:
            patience_s: How long others that write a SQLite file are waited for, in seconds; None is 5.

        Raises:
            UnavailableError: The database is locked, full or away; nothing was written.
        """
        held = self._free()
        with failure.translated(self._drop), self._turn(patience_s):
            if patience_s is None:
                held.begin()
            else:
                held.begin_within(patience_s)
            try:
                yield held
                held.commit()
            except BaseException:
                held.rollback()
                raise

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run work in a transaction, again where a deadlock or a lost race asks for it."""
        for attempt in range(TRIES):
            try:
                return self._once(work)
            except Retry:
                time.sleep(random.uniform(0, 0.004 * 2**attempt))  # noqa: S311 - jitter, no secret
        message = "the rows are being changed by others all the time: try again later"
        raise UnavailableError(message)

    def _once(self, work: Callable[[Transaction], T]) -> T:
        # What `write` does, without its context managers: this is on the way of every record.
        held = self._free()
        try:
            with self._writers if held.is_sqlite else _NO_QUEUE:
                return _run(held, work)
        except Exception as error:
            failure.translate(error, self._drop)
            raise

    def _free(self) -> Transaction:
        held = self._held()
        if held.is_open or held.is_frozen:
            message = "a transaction of ecrm is open in this thread: finish it before starting another"
            raise SetupError(message)
        return held

    @property
    def is_connected(self) -> bool:
        """Tell whether this thread holds a connection."""
        if self._pid != os.getpid():
            self._forget_parent()
        return getattr(self._local, "held", None) is not None

    def adopt(self, opened: Transaction) -> None:
        """Let this thread hold a connection that was opened for it."""
        self._local.held = opened
        self._all.add(opened)

    def release(self) -> None:
        """Close the connection of this thread; it opens another when it needs one."""
        self._drop()

    def close(self) -> None:
        """Close the connections of all threads; the database may be used again after it."""
        # SQLite's driver does not bear that a connection is closed while another thread writes by it.
        with self._lock, self._after_the_writer():
            for held in list(self._all):
                held.close()
            self._reset()

    @contextlib.contextmanager
    def _after_the_writer(self) -> Iterator[None]:
        writers = self._writers
        is_taken = writers.acquire(timeout=_CLOSE_WAIT_S)
        try:
            yield
        finally:
            if is_taken:
                writers.release()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._local = threading.local()
        self._all: weakref.WeakSet[Transaction] = weakref.WeakSet()
        self._writers = Turns()

    @contextlib.contextmanager
    def _turn(self, patience_s: float | None) -> Iterator[None]:
        if self.dialect != "sqlite" or patience_s is None:
            with self._writers if self.dialect == "sqlite" else _NO_QUEUE:
                yield
            return
        if not self._writers.acquire(timeout=patience_s):
            message = "the database is locked by another thread: nothing was written, try again later"
            raise UnavailableError(message)
        try:
            yield
        finally:
            self._writers.release()

    def _held(self) -> Transaction:
        if self._pid != os.getpid():
            # A fork shares the parent's sockets and file locks: forget them without closing.
            self._forget_parent()
        held: Transaction | None = getattr(self._local, "held", None)
        if held is None:
            held = self.open()
            self.adopt(held)
        return held

    def _forget_parent(self) -> None:
        self._inherited = [*getattr(self, "_inherited", []), *(held.connection for held in self._all)]
        self._lock = threading.Lock()
        self._reset()
        self._engine.dispose(close=False)

    def open(self) -> Transaction:
        """Open a connection that is no thread's yet; `adopt` makes it one's.

        Raises:
            UnavailableError: The database is away.
        """
        with failure.translated(self._drop):
            connection = self._engine.connect()
            driver: Any = connection.connection.driver_connection
            if self.dialect == "sqlite":
                for pragma in _PRAGMAS:
                    driver.execute(pragma.format(synchronous=self._synchronous))
            else:
                # Times come back in the session's zone: in UTC they need no conversion.
                driver.execute("SET TIME ZONE 'UTC'")
            return Transaction(connection, driver, self.dialect)

    def _drop(self) -> None:
        held: Transaction | None = getattr(self._local, "held", None)
        if held is not None:
            self._local.held = None
            held.close()


def _run(held: Transaction, work: Callable[[Transaction], T]) -> T:
    held.begin()
    try:
        outcome = work(held)
        held.commit()
    except BaseException:
        held.rollback()
        raise
    return outcome


def _fork_between_writes(database: Database) -> None:
    # SQLite keeps its locks for the whole process: a child forked while a thread of its parent writes
    # would find the writer's lock taken for ever.
    known = weakref.ref(database)
    held: list[Turns] = []

    def wait() -> None:
        found = known()
        # Not for ever: the thread that forks may be writing itself.
        if found is not None and found._writers.acquire(timeout=_FORK_WAIT_S):  # noqa: SLF001 - ours
            held.append(found._writers)  # noqa: SLF001 - ours

    def go_on() -> None:
        while held:
            held.pop().release()

    def begin_anew() -> None:
        # Its threads that wait for their turn did not come along.
        held.clear()
        found = known()
        if found is not None:
            found._forget_parent()  # noqa: SLF001 - ours

    os.register_at_fork(before=wait, after_in_parent=go_on, after_in_child=begin_anew)


def _readable(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        message = "the database URL can not be read: give sqlite:///crm.db or postgresql+psycopg://…"
        raise SetupError(message) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite" and (parsed.database or ":memory:") == ":memory:":
        message = "ecrm keeps what it is told: give SQLite a file, as in sqlite:///crm.db"
        raise SetupError(message)
    if backend not in {"sqlite", "postgresql"}:
        message = f"ecrm lives in SQLite or PostgreSQL, not in {backend}: give it a database of its own"
        raise SetupError(message)
    return parsed.set(drivername="sqlite" if backend == "sqlite" else "postgresql+psycopg")


def _engine(url: sa.URL) -> sa.Engine:
    arguments: dict[str, Any] = (
        {"check_same_thread": False, "timeout": 5}
        if url.get_backend_name() == "sqlite"
        else {"connect_timeout": 5, "application_name": "ecrm"}
    )
    try:
        return sa.create_engine(
            url,
            connect_args=arguments,
            poolclass=NullPool,
            # Closing undoes what was open: a rollback on a lost connection would only be a line in the log.
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            **({} if url.get_backend_name() == "sqlite" else {"use_native_hstore": False}),
        )
    except ModuleNotFoundError as error:
        message = 'PostgreSQL needs its driver: pip install "ecrm[postgres]"'
        raise SetupError(message) from error
