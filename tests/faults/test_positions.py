"""A reader of positions skips none and does not stall, however slowly sixteen writers commit."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing, contextmanager

import psycopg
import pytest

from ecrm import CRM
from ecrm.database import Transaction
from ecrm.interactions.tables.position import safe_position
from faults.chance import chance_of
from faults.happenings import happening

WRITERS = 16


def read_safely(transaction, after):
    """Read what follows a position, as a reader should: give the rows and the position reached."""
    safe = safe_position(transaction)
    return rows_between(transaction, after, safe), safe


def read_to_the_highest(transaction, after):
    """Read up to the highest position there is: what a lower one commits later is skipped."""
    rows = rows_between(transaction, after, 1 << 40)
    return rows, max(rows, default=after)


def read_before_asking(transaction, after):
    """Read first, and take for the position reached what is safe only afterwards."""
    rows = rows_between(transaction, after, 1 << 40)
    time.sleep(0.02)
    return rows, safe_position(transaction)


def rows_between(transaction, after, up_to):
    sql = "SELECT position FROM ecrm_interaction WHERE position > {0} AND position <= {0} ORDER BY position"
    rows = transaction.run(sql.format("?" if transaction.is_sqlite else "%s"), (after, up_to)).fetchall()
    return [row[0] for row in rows]


@pytest.fixture
def slow_commits(monkeypatch):
    """Let transactions stay open for a random while before they commit."""
    commit, chance = Transaction.commit, chance_of("commits")

    def slowly(self):
        if self.dialect == "postgresql" or chance.random() < 0.2:
            time.sleep(chance.uniform(0, 0.02))
        commit(self)

    monkeypatch.setattr(Transaction, "commit", slowly)


@contextmanager
def idle_transaction(url):
    """Hold a transaction open that has an id and a snapshot (SQLite: a snapshot)."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM ecrm_interaction").fetchone()
            yield
        return
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("SELECT txid_current(), count(*) FROM ecrm_interaction")
        yield
        connection.rollback()


class Reader(threading.Thread):
    """Read positions until told to stop, and to the end then."""

    def __init__(self, crm, read):
        super().__init__()
        self.crm, self.read = crm, read
        self.seen, self.reached = [], []
        self.is_last = threading.Event()

    def run(self):
        after = 0
        while True:
            is_last = self.is_last.is_set()
            with self.crm.database.read() as transaction:
                rows, safe = self.read(transaction, after)
            self.seen += rows
            if safe > after:
                after = safe
                self.reached.append(safe)
            if is_last:
                return


def write(crm, writer, count):
    # A shop each: within one shop general writers stand in line, across shops they overlap.
    view = crm.for_shop(f"shop{writer}")
    for number in range(count):
        view.record(happening(f"w{writer}", number))


def read_beside_writers(url, read, count):
    """Give the positions a reader saw and those there are, and how often it got on."""
    with CRM(url, plugins=[]) as crm:
        crm.record(happening("first", 0))
        reader = Reader(crm, read)
        writers = [threading.Thread(target=write, args=(crm, number, count)) for number in range(WRITERS)]
        with idle_transaction(url):
            for thread in (reader, *writers):
                thread.start()
            for thread in writers:
                thread.join()
            reader.is_last.set()
            reader.join()
        with crm.database.read() as transaction:
            there = rows_between(transaction, 0, 1 << 40)
        return reader.seen, there, len(reader.reached)


def test_a_reader_of_positions_skips_none_and_does_not_stall(database_url, points, slow_commits):
    seen, there, steps = read_beside_writers(database_url, read_safely, points + 2)
    assert len(there) >= WRITERS * points
    assert seen == there
    assert steps > 3


def test_a_reader_that_asks_too_late_is_seen(database_url, slow_commits):
    seen, there, _ = read_beside_writers(database_url, read_before_asking, 5)
    assert set(there) - set(seen)


def test_a_reader_of_the_highest_position_is_seen(postgresql_url, slow_commits):
    seen, there, _ = read_beside_writers(postgresql_url, read_to_the_highest, 5)
    assert set(there) - set(seen)
