"""The database cut in the middle: UnavailableError, nothing half applied, and it works again after it."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from ecrm import CRM
from ecrm.database import Transaction
from ecrm.errors import UnavailableError
from faults.children import PATIENCE_S, shop_engine
from faults.happenings import happening
from faults.verdict import stored, wrong

LOCK = "SELECT pg_advisory_xact_lock(1701013869, hashtext('main'))"
CUT = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND application_name = 'ecrm'"
)
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'ecrm' AND wait_event = 'advisory'"
)


@pytest.fixture
def administrator(postgresql_url):
    """A connection of the server's administrator."""
    with psycopg.connect(postgresql_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


@pytest.fixture
def crm(database_url):
    with CRM(database_url, plugins=[]) as opened:
        yield opened


@pytest.fixture
def postgresql_crm(postgresql_url):
    with CRM(postgresql_url, plugins=[]) as opened:
        yield opened


def cut(administrator):
    return len(administrator.execute(CUT).fetchall())


def records_unless_away(crm, event):
    """Record; tell whether the database was there."""
    try:
        crm.record(event)
    except UnavailableError:
        return False
    return True


@pytest.mark.parametrize("number", range(5))
def test_a_cut_before_the_commit_stores_nothing(postgresql_crm, administrator, monkeypatch, number):
    crm, commit = postgresql_crm, Transaction.commit

    def cut_and_commit(self):
        cut(administrator)
        commit(self)

    monkeypatch.setattr(Transaction, "commit", cut_and_commit)
    assert not records_unless_away(crm, happening("a", number))
    monkeypatch.setattr(Transaction, "commit", commit)
    assert stored(crm) == []
    assert records_unless_away(crm, happening("a", number))
    assert (stored(crm), wrong(crm)) == ([f"a-{number}"], [])


@pytest.mark.parametrize("is_known", [True, False])
def test_a_cut_while_a_record_waits_stores_nothing(postgresql_crm, administrator, is_known):
    crm = postgresql_crm
    first = 1 if is_known else 0
    for number in range(first, 3):
        crm.record(happening("a", number))
    before = stored(crm)
    outcome = []
    event = happening("b", 1 if is_known else 5)
    with psycopg.connect(crm.database.url.set(drivername="postgresql").render_as_string(hide_password=False)) as shop:
        shop.execute(LOCK)
        thread = threading.Thread(target=lambda: outcome.append(records_unless_away(crm, event)))
        thread.start()
        until(lambda: administrator.execute(WAITING).fetchone()[0])
        cut(administrator)
        thread.join()
        shop.rollback()
    assert outcome == [False]
    assert records_unless_away(crm, event) or records_unless_away(crm, event)
    assert stored(crm) == sorted([*before, event.source_id])
    assert not wrong(crm)


def until(is_so):
    """Wait until something is so."""
    ends = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_a_cut_between_calls_fails_one_call_at_most(postgresql_crm, administrator, points):
    crm = postgresql_crm
    for number in range(points + 2):
        crm.record(happening("a", number))
        assert cut(administrator) > 0
        assert records_unless_away(crm, happening("b", number)) or records_unless_away(crm, happening("b", number))
    assert len(stored(crm)) == 2 * (points + 2)
    assert not wrong(crm)


def test_reads_and_emits_come_back_after_a_cut(postgresql_crm, administrator, caplog):
    crm = postgresql_crm
    crm.record(happening("a", 1))
    cut(administrator)
    with pytest.raises(UnavailableError):
        crm.facts("regular1@example.org")
    assert crm.facts("regular1@example.org")["orders.count"] == 1
    cut(administrator)
    assert not crm.emit(happening("a", 2))
    assert crm.emit(happening("a", 2))
    cut(administrator)
    with pytest.raises(UnavailableError):
        crm.work()
    assert crm.work().received == 1
    assert "example.org" not in caplog.text


def test_a_host_that_is_cut_keeps_neither_order_nor_event(postgresql_url, administrator):
    engine = shop_engine(postgresql_url)
    with CRM(postgresql_url, plugins=[]) as crm:
        with pytest.raises(sa.exc.DBAPIError), engine.begin() as connection:  # noqa: PT012 - it fails at the end
            connection.exec_driver_sql("INSERT INTO shop_order VALUES ('a-1')")
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            administrator.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            assert not crm.emit(happening("a", 1), connection=connection)
            connection.exec_driver_sql("INSERT INTO shop_order VALUES ('a-2')")
        crm.work()
        assert stored(crm) == []
        with engine.begin() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM shop_order").scalar() == 0
            assert crm.emit(happening("a", 1), connection=connection)
        assert crm.work().received == 1


def test_a_worker_outlives_cuts(postgresql_url, administrator, points, caplog):
    caplog.set_level(logging.WARNING)
    count = 30 * points
    with CRM(postgresql_url, plugins=[]) as crm:
        worker = crm.worker()
        worker._wait_s = 0.005
        thread = threading.Thread(target=worker.run_forever)
        thread.start()
        emitted = 0
        for number in range(count):
            emitted += crm.emit(happening("a", number)) or crm.emit(happening("a", number))
            if number % 15 == 7:
                cut(administrator)
        until(lambda: waiting(administrator) == 0)
        worker.stop()
        thread.join()
        assert emitted == count
        with CRM(postgresql_url, plugins=[]) as fresh:
            assert len(stored(fresh)) == count
            assert not wrong(fresh)


def waiting(administrator):
    return administrator.execute("SELECT count(*) FROM ecrm_inbox WHERE state = 'waiting'").fetchone()[0]


def test_a_commit_that_is_not_asked_for_its_outcome_is_seen(postgresql_crm, administrator, monkeypatch):
    commit = Transaction.commit

    def unasked(self):
        cut(administrator)
        try:
            commit(self)
        except psycopg.OperationalError:
            self.is_open = False

    monkeypatch.setattr(Transaction, "commit", unasked)
    assert records_unless_away(postgresql_crm, happening("a", 0))
    with CRM(postgresql_crm.database.url.render_as_string(hide_password=False), plugins=[]) as crm:
        assert stored(crm) == []


@contextmanager
def locked(url):
    """Hold the SQLite file's write lock, as another process in a long transaction does."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def run_pragma(crm, pragma):
    with crm.database.read() as transaction:
        transaction.run(f"PRAGMA {pragma}")


@pytest.mark.parametrize("number", range(5))
def test_a_file_locked_beyond_our_patience_stores_nothing(sqlite_url, number):
    with CRM(sqlite_url, plugins=[]) as crm:
        crm.record(happening("first", 1))
        with locked(sqlite_url):
            run_pragma(crm, "busy_timeout=20")
            assert not records_unless_away(crm, happening("a", number))
            assert len(crm.timeline("regular1@example.org")) == 1
            run_pragma(crm, "busy_timeout=20")
            assert not crm.emit(happening("a", number))
        assert stored(crm) == ["first-1"]
        assert records_unless_away(crm, happening("a", number))
        assert crm.work().is_idle
        assert not wrong(crm)


@pytest.mark.parametrize("number", range(5))
def test_a_file_that_can_only_be_read_stores_nothing(sqlite_url, number):
    with CRM(sqlite_url, plugins=[]) as crm:
        run_pragma(crm, "query_only=1")
        assert not records_unless_away(crm, happening("a", number))
        assert stored(crm) == []
        assert records_unless_away(crm, happening("a", number))
        assert not wrong(crm)


def test_a_file_that_is_moved_away_loses_nothing_acknowledged(sqlite_url, tmp_path):
    home, away = tmp_path / "home", tmp_path / "away"
    home.mkdir()
    Path(sqlite_url.removeprefix("sqlite:///")).rename(home / "crm.db")
    acknowledged = []
    with CRM(f"sqlite:///{home / 'crm.db'}", plugins=[]) as crm:
        for number in range(10):
            if number == 3:
                home.rename(away)
            if number == 7:
                away.rename(home)
            if records_unless_away(crm, happening("a", number)):
                acknowledged.append(f"a-{number}")
    with CRM(f"sqlite:///{home / 'crm.db'}", plugins=[]) as crm:
        assert len(acknowledged) >= 6
        assert stored(crm) == acknowledged
        assert not wrong(crm)
