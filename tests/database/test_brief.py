"""What runs inside a request of the host's may cost it its patience and no more, whatever the database does."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from ecrm import CRM, SetupError
from ecrm.database import Database
from ecrm.database.brief import Brief
from ecrm.errors import UnavailableError
from gateway import gateway

AT = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
PATIENCE_S = 0.2
# What a busy machine may add.
ROOM_S = 1.0


@pytest.fixture
def through(postgresql_url):
    """A database behind a gateway."""
    with gateway(postgresql_url) as (gate, url), closing(Database(url)) as database:
        yield gate, database


def rows(url):
    with closing(Database(url)) as database, database.read() as transaction:
        return [bytes(raw) for (raw,) in transaction.run("SELECT raw FROM ecrm_inbox ORDER BY id").fetchall()]


def put(database, raw=b"{}", patience_s=PATIENCE_S):
    Brief(database, patience_s).put("main", "emit", raw, AT)


def fails_in_time(database):
    began = time.monotonic()
    with pytest.raises(UnavailableError):
        put(database, b'{"lost": 1}')
    assert time.monotonic() - began < PATIENCE_S + ROOM_S


def test_a_row_is_put_in(database_url):
    with closing(Database(database_url)) as database:
        for raw in (b"{}", '{"a": "it\'s ş"}'.encode(), b"x" * 3_000_000):
            put(database, raw, 10)
    assert [len(raw) for raw in rows(database_url)] == [2, 16, 3_000_000]


def test_a_missing_inbox_is_named(bare_database_url):
    with closing(Database(bare_database_url)) as database:
        for _ in range(2):
            with pytest.raises(SetupError, match="upgrade"):
                put(database)


def test_a_row_that_can_not_be_stored_leaves_the_connection_whole(postgresql_url):
    with closing(Database(postgresql_url)) as database:
        put(database)
        with pytest.raises(Exception, match="unterminated"):
            Brief(database, 5).put("ma\x00in", "emit", b"{}", AT)
        put(database, b"[]", 10)
    assert rows(postgresql_url) == [b"{}", b"[]"]


def test_a_writer_of_the_file_is_waited_for_as_long_as_patience_lasts(sqlite_url):
    with closing(Database(sqlite_url)) as database, closing(sqlite3.connect(database.path)) as other:
        put(database)
        other.execute("BEGIN IMMEDIATE")
        fails_in_time(database)
        other.rollback()
        put(database, b"[]", 10)
        with database.read() as transaction:
            assert transaction.run("PRAGMA busy_timeout").fetchone() == (5_000,)
    assert rows(sqlite_url) == [b"{}", b"[]"]


def test_a_thread_that_writes_is_waited_for_as_long_as_patience_lasts(sqlite_url):
    with closing(Database(sqlite_url)) as database:
        is_in, is_over = threading.Event(), threading.Event()

        def write():
            with database.write():
                is_in.set()
                is_over.wait()

        thread = threading.Thread(target=write)
        thread.start()
        is_in.wait()
        fails_in_time(database)
        is_over.set()
        thread.join()
        put(database, b"{}", 10)
    assert rows(sqlite_url) == [b"{}"]


def test_a_server_that_falls_silent_costs_the_patience_and_is_used_again(through, postgresql_url):
    gate, database = through
    put(database, b"{}", 10)
    gate.hang()
    fails_in_time(database)
    fails_in_time(database)
    gate.open()
    put(database, b"[]", 10)
    # What was not acknowledged is not there.
    assert rows(postgresql_url) == [b"{}", b"[]"]


def test_a_server_that_can_not_be_reached_in_time_costs_the_patience(through, postgresql_url):
    gate, database = through
    gate.hang()
    for _ in range(3):
        fails_in_time(database)
    gate.open()
    put(database, b"{}", 10)
    assert rows(postgresql_url) == [b"{}"]


def test_a_slow_server_costs_the_patience(through, postgresql_url):
    gate, database = through
    put(database, b"{}", 10)
    gate.delay_s = 0.3
    fails_in_time(database)
    gate.open()
    put(database, b"[]", 10)
    assert rows(postgresql_url) == [b"{}", b"[]"]


def test_a_server_that_is_gone_is_told_at_once_and_used_again(through, postgresql_url):
    gate, database = through
    put(database, b"{}", 10)
    gate.refuse()
    for _ in range(2):
        fails_in_time(database)
    gate.open()
    put(database, b"[]", 10)
    assert rows(postgresql_url) == [b"{}", b"[]"]


def test_threads_put_rows_in_side_by_side(database_url):
    with closing(Database(database_url)) as database:
        brief = Brief(database, 10)

        def put_some():
            for _ in range(10):
                brief.put("main", "emit", b"{}", AT)
            database.release()

        threads = [threading.Thread(target=put_some) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(rows(database_url)) == 80


def test_a_child_of_a_fork_opens_its_own_connection(postgresql_url):
    with closing(Database(postgresql_url)) as database:
        brief = Brief(database, 10)
        brief.put("main", "emit", b"{}", AT)
        child = os.fork()
        if child == 0:
            try:
                brief.put("main", "emit", b"[]", AT)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        brief.put("main", "emit", b"{}", AT)
    assert sorted(rows(postgresql_url)) == [b"[]", b"{}", b"{}"]


@pytest.mark.parametrize("wrong", [0, -1, 61, 0.001])
def test_patience_that_can_not_be_is_refused(tmp_path, wrong):
    with pytest.raises(Exception, match=r"0\.01 to 60"):
        CRM(f"sqlite:///{tmp_path / 'crm.db'}", patience_s=wrong)
