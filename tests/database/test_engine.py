"""A connection a thread, a transaction at a time, and failures by what to do about them."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from sqlite3 import connect

import psycopg
import pytest

from ecrm.database import Database, Retry
from ecrm.database.engine import TRIES
from ecrm.errors import SetupError, UnavailableError


@pytest.fixture
def database(bare_database_url):
    opened = Database(bare_database_url)
    with opened.write() as transaction:
        transaction.run("CREATE TABLE number (n integer PRIMARY KEY)")
    yield opened
    opened.close()


ADD = "UPDATE number SET t = t + 1 WHERE n = %s"


def put(transaction, n: int) -> None:
    transaction.run(
        "INSERT INTO number VALUES (?)" if transaction.is_sqlite else "INSERT INTO number VALUES (%s)", (n,)
    )


def put_and_fail(database, n: int, error: type[BaseException]) -> None:
    with database.write() as transaction:
        put(transaction, n)
        raise error


def numbers(database) -> list[int]:
    with database.read() as transaction:
        return [row[0] for row in transaction.run("SELECT n FROM number ORDER BY n").fetchall()]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "can not be read"), ("sqlite://", "file"), ("sqlite:///:memory:", "file"),
        ("mysql://x/y", "not in mysql"),
        ("", "can not be read"),
    ],
)  # fmt: skip
def test_a_url_that_can_not_be_says_which_can(url, says):
    with pytest.raises(SetupError, match=says):
        Database(url)


def test_a_database_shows_no_password():
    assert repr(Database("postgresql://ali:secret@127.0.0.1/x")) == "<Database postgresql>"
    assert Database("postgres" + "ql://127.0.0.1/x").url.drivername == "postgresql+psycopg"


def test_a_transaction_commits_at_its_end_and_rolls_back_on_an_error(database):
    with database.write() as transaction:
        put(transaction, 1)
    for number, error in ((2, ZeroDivisionError), (3, KeyboardInterrupt)):
        with pytest.raises(error):
            put_and_fail(database, number, error)
    assert numbers(database) == [1]


def test_a_thread_has_one_transaction_at_a_time(database):
    with database.write() as transaction:
        put(transaction, 1)
        assert numbers(database) == [1], "reading joins it"
        with pytest.raises(SetupError, match="finish it"), database.write():
            pass
    assert numbers(database) == [1]


def test_work_is_tried_again_where_a_lost_race_asks_for_it(database):
    tries = []

    def work(transaction):
        put(transaction, 1)
        tries.append(1)
        if len(tries) < 3:
            raise Retry
        return "done"

    assert database.transact(work) == "done"
    assert numbers(database) == [1]


def test_work_that_never_gets_through_is_given_up(database, monkeypatch):
    monkeypatch.setattr("ecrm.database.engine.time.sleep", lambda _: None)
    tries = []

    def work(_):
        tries.append(1)
        raise Retry

    with pytest.raises(UnavailableError, match="try again later"):
        database.transact(work)
    assert len(tries) == TRIES


def test_two_that_wait_for_each_other_both_get_through(bare_postgresql_url):
    database = Database(bare_postgresql_url)
    with database.write() as transaction:
        transaction.run("CREATE TABLE number (n integer PRIMARY KEY, t integer DEFAULT 0)")
        put(transaction, 1)
        put(transaction, 2)
    together = threading.Barrier(2, timeout=10)
    waited = []

    def add(first, second):
        def work(transaction):
            transaction.run(ADD, (first,))
            if not waited:
                together.wait()
                waited.append(1)
            transaction.run(ADD, (second,))

        database.transact(work)

    threads = [threading.Thread(target=add, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as transaction:
        assert transaction.run("SELECT min(t), max(t) FROM number").fetchone() == (2, 2)
    database.close()


def test_a_missing_table_says_to_upgrade(database):
    with pytest.raises(SetupError, match="upgrade"), database.read() as transaction:
        transaction.run("SELECT * FROM ecrm_nothing")


def test_another_failure_of_the_driver_is_left_as_it_is(database):
    with pytest.raises(Exception, match=r"(?i)syntax"), database.read() as transaction:
        transaction.run("SELEKT 1")


def test_a_database_that_is_away_is_unavailable():
    with pytest.raises(UnavailableError), Database("postgresql://postgres@127.0.0.1:1/x").read():
        pass
    with pytest.raises(UnavailableError), Database("sqlite:////nowhere/x.db").read():
        pass


def test_a_file_another_program_writes_is_unavailable_and_nothing_is_written(bare_sqlite_url, monkeypatch):
    monkeypatch.setattr("ecrm.database.engine._PRAGMAS", ("PRAGMA busy_timeout=10",))
    database = Database(bare_sqlite_url)
    with database.write() as transaction:
        transaction.run("CREATE TABLE number (n integer PRIMARY KEY)")
    with closing(connect(database.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError), database.write() as transaction:
            put(transaction, 1)
        other.execute("ROLLBACK")
    with database.write() as transaction:
        put(transaction, 2)
    assert numbers(database) == [2]
    database.close()


def test_a_connection_the_server_cut_is_opened_again(bare_postgresql_url):
    database = Database(bare_postgresql_url)
    with database.write() as transaction:
        transaction.run("CREATE TABLE number (n integer PRIMARY KEY)")
        (pid,) = transaction.run("SELECT pg_backend_pid()").fetchone()
    with psycopg.connect(bare_postgresql_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    with pytest.raises(UnavailableError), database.write() as transaction:
        put(transaction, 1)
    with database.write() as transaction:
        put(transaction, 2)
    assert numbers(database) == [2]
    database.close()


def test_threads_write_side_by_side(database):
    def write(first):
        for n in range(first, first + 10):
            database.transact(lambda transaction, n=n: put(transaction, n))

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(database) == list(range(40))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_opens_connections_of_its_own(database):
    with database.write() as transaction:
        put(transaction, 1)
    child = os.fork()
    if not child:
        try:
            with database.write() as transaction:
                put(transaction, 2)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the parent must hear of it
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    with database.write() as transaction:
        put(transaction, 3)
    assert numbers(database) == [1, 2, 3]


def test_a_closed_database_may_be_used_again(database):
    database.close()
    with database.write() as transaction:
        put(transaction, 1)
    assert numbers(database) == [1]
