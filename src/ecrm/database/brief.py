"""Put a row into the inbox within a bounded time: for what runs inside a request of the host's.

A database that is locked, slow or away costs the patience and no more. What is written in the host's own
transaction is in `host`.
"""

from __future__ import annotations

import datetime as dt
import os
import selectors
import threading
import time
from typing import Any

from ecrm.database.engine import Database
from ecrm.database.host import inbox_insert
from ecrm.database.transaction import Transaction
from ecrm.database.types import micros
from ecrm.errors import UnavailableError

__all__ = ["Brief"]

_SQLITE = "INSERT INTO ecrm_inbox (shop, source, received_at, raw) VALUES (?, ?, ?, ?)"
_FAILED = 7
_AWAY = "the database did not answer in time: the event was not put into the inbox"


class Brief:
    """Write to the inbox of a database, for a bounded time each.

    Args:
        database: Whose inbox.
        patience_s: How long one row may take, in seconds. On PostgreSQL this holds whatever the server or the
            network does; a SQLite file is waited for as long where others write it.

    >>> import datetime as dt
    >>> Brief(crm.database, 0.2).put("main", "emit", b"{}", dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    >>> crm.inbox.counts()["waiting"]
    1
    """

    def __init__(self, database: Database, patience_s: float) -> None:
        self._database = database
        self._patience_s = patience_s
        self._pid = os.getpid()
        self._connecting = threading.Lock()

    def put(self, shop: str, source: str, raw: bytes, at: dt.datetime) -> None:
        """Put a row in, in a transaction of its own.

        Raises:
            UnavailableError: It could not be written in time. Where the database was lost while it committed,
                nobody knows whether it was.
            SetupError: There is no inbox.
        """
        if self._database.dialect == "sqlite":
            with self._database.write(self._patience_s) as transaction:
                transaction.run(_SQLITE, (shop, source, micros(at), raw))
            return
        until = time.monotonic() + self._patience_s
        self._connect(until)
        with self._database.read() as held:
            if held.is_open:
                # Inside a transaction of ours there is nothing to commit yet.
                held.run(inbox_insert(shop, source, raw, at).decode())
                return
            self._exchange(held, b"BEGIN;" + inbox_insert(shop, source, raw, at), until)
            self._exchange(held, b"COMMIT", until)

    def _connect(self, until: float) -> None:
        if self._database.is_connected:
            return
        if self._pid != os.getpid():
            # The thread that was connecting stayed with the parent.
            self._pid, self._connecting = os.getpid(), threading.Lock()
        # One at a time: while a connection hangs another one would too.
        if not self._connecting.acquire(timeout=max(until - time.monotonic(), 0.0)):
            raise UnavailableError(_AWAY)
        attempt = _Attempt(self._database, self._connecting)
        threading.Thread(target=attempt.run, name="ecrm-connect", daemon=True).start()
        self._database.adopt(attempt.taken(until))

    def _exchange(self, held: Transaction, sql: bytes, until: float) -> None:
        connection = held.driver.pgconn
        connection.send_query(sql)
        try:
            failed = [one for one in _results(connection, until) if one.status == _FAILED]
        except TimeoutError as error:
            # Not a word more is said on it: what was begun is undone by the server.
            connection.finish()
            self._database.release()
            raise UnavailableError(_AWAY) from error
        if failed:
            from psycopg.errors import error_from_result

            held.rollback()
            raise error_from_result(failed[0])


class _Attempt:
    """Open a connection in another thread; who asked for it takes it, or leaves it to be closed."""

    def __init__(self, database: Database, connecting: threading.Lock) -> None:
        self._database = database
        self._connecting = connecting
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._is_left = False
        self._opened: Transaction | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            opened = self._database.open()
            with self._lock:
                self._opened = None if self._is_left else opened
            if self._opened is None:
                opened.close()
        except BaseException as error:  # noqa: BLE001 - it goes to who asked
            self._error = error
        finally:
            self._connecting.release()
            self._is_over.set()

    def taken(self, until: float) -> Transaction:
        self._is_over.wait(max(until - time.monotonic(), 0.0))
        with self._lock:
            self._is_left = True
        if self._opened is not None:
            return self._opened
        raise UnavailableError(_AWAY) from self._error


def _results(connection: Any, until: float) -> list[Any]:
    results: list[Any] = []
    with selectors.DefaultSelector() as selector:
        key = selector.register(connection.socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while connection.flush():
            _wait(selector, until)
            connection.consume_input()
        selector.modify(key.fileobj, selectors.EVENT_READ)
        while True:
            while connection.is_busy():
                _wait(selector, until)
                connection.consume_input()
            result = connection.get_result()
            if result is None:
                return results
            results.append(result)


def _wait(selector: selectors.BaseSelector, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0 or not selector.select(left):
        raise TimeoutError
