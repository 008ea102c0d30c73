"""Many rows are read a page at a time, as they were at one moment."""

from __future__ import annotations

import threading

import pytest

from ecrm import SetupError
from ecrm.database import Database
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Lookup
from ecrm.database.streaming import PAGE, snapshot, stream

COUNT = "SELECT count(*) FROM ecrm_shop"


@pytest.fixture
def database(database_url):
    opened = Database(database_url)
    yield opened
    opened.close()


def add(database, *keys):
    with database.write() as transaction:
        for key in keys:
            transaction.run(f"INSERT INTO ecrm_shop VALUES ('{key}', '{{}}')")  # noqa: S608 - ours


def count(transaction):
    return transaction.run(COUNT).fetchone()[0]


def test_what_others_write_meanwhile_is_not_seen(database):
    add(database, "one")
    with snapshot(database) as transaction:
        before = count(transaction)
        other = threading.Thread(target=add, args=(database, "two", "three"))
        other.start()
        other.join()
        assert count(transaction) == before
    with database.read() as transaction:
        assert count(transaction) == before + 2


def test_rows_come_a_page_at_a_time(database):
    sql = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {}) SELECT x FROM n"
    with snapshot(database) as transaction:
        most = ":most" if transaction.is_sqlite else "%(most)s"
        pages = list(stream(transaction, sql.format(most), {"most": PAGE + 7}))
    assert [len(page) for page in pages] == [PAGE, 7]
    assert [row[0] for page in pages for row in page] == list(range(1, PAGE + 8))


def test_nothing_is_written_while_a_snapshot_is_read_in_the_same_thread(database):
    with snapshot(database), pytest.raises(SetupError, match="finish it"):
        add(database, "one")
    add(database, "one")


def test_in_a_transaction_that_is_open_it_is_that_one_and_it_stays_open(database):
    with database.write() as transaction:
        transaction.run("INSERT INTO ecrm_shop VALUES ('one', '{}')")
        with snapshot(database) as same:
            assert same is transaction
            assert sum(len(page) for page in stream(same, "SELECT shop FROM ecrm_shop")) == 1
    with database.read() as transaction:
        assert count(transaction) == 1


def test_a_snapshot_in_a_snapshot_is_the_same_and_many_rows_are_looked_up_in_it(database):
    find = Lookup(METADATA.tables["ecrm_shop"], ("shop",))
    add(database, *map(str, range(100)))
    with snapshot(database) as transaction:
        with snapshot(database) as same:
            assert same is transaction
        assert len(find.rows(transaction, [(str(number),) for number in range(200)])) == 100
    add(database, "one")


def test_a_reader_that_fails_leaves_nothing_open(database):
    with pytest.raises(ZeroDivisionError), snapshot(database):
        raise ZeroDivisionError
    add(database, "one")
