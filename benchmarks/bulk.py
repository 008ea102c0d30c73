"""record_many() beside bare executemany (SQLite) and bare COPY (PostgreSQL) of the same interaction rows.

The baseline resolves nobody, counts nothing and makes no objects: it writes prebuilt rows of the same
columns into a table with the same indexes.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
from harness import Figure, compare, folder, postgresql

from ecrm import CRM, Money, Who, events
from ecrm.interactions.tables.log import APPENDED

EVENTS = int(os.environ.get("BULK_EVENTS", "1000000"))
ROUNDS = 7
ZERO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
COLUMNS = ("position", "shop", *APPENDED)
INDEXES = (
    "CREATE UNIQUE INDEX bare_source ON bare (shop, source, source_id)",
    "CREATE INDEX bare_profile ON bare (shop, profile_id, at, id)",
    "CREATE UNIQUE INDEX bare_id ON bare (shop, id)",
)


def happenings(count: int, first: int = 0) -> Iterator[events.Event]:
    """Views, orders, refunds and messages; a customer for every twenty events, named by each."""
    chance = random.Random(first)
    for number in range(first, first + count):
        person = chance.randrange(1, max(2, EVENTS // 20))
        who = Who(email=f"person{person}@example.com", user_id=person)
        at = ZERO + dt.timedelta(seconds=number)
        yield _one(number, who, at)


def _one(number: int, who: Who, at: dt.datetime) -> events.Event:
    if number % 10 < 6:
        return events.ProductViewed(
            product_id=f"p{number % 97}", name="Mug", price="9.90", customer=who, channel="web", at=at,
            source_id=f"view{number}", live=False,
        )  # fmt: skip
    if number % 10 < 8:
        return events.OrderCompleted(
            order_id=f"o{number}", total=Money("149.90", "TRY"), tax=Money("24.98", "TRY"), customer=who, at=at,
            products=[events.Product(sku="mug", name="Mug", price="74.95", quantity=2)], channel="web", live=False,
        )  # fmt: skip
    if number % 10 == 8:
        refund = Money("20", "TRY")
        return events.OrderRefunded(
            order_id=f"o{number - 1}", refund_id=f"r{number}", total=refund, customer=who, at=at, live=False
        )
    return events.MessageReceived(
        message_id=f"m{number}", text="where is my order?", customer=who, channel="email", at=at, live=False
    )


def rows_of(read: Any, shown: str, mark: str) -> list[tuple[Any, ...]]:
    """Take the rows that record_many wrote, to write them again."""
    rows: list[tuple[Any, ...]] = read(f"SELECT {shown} FROM ecrm_interaction ORDER BY position").fetchall()
    assert len(rows) >= EVENTS // ROUNDS, mark
    return rows


def sqlite_figure(synchronous: str) -> Figure:
    """Measure on a SQLite file."""
    share = EVENTS // ROUNDS
    with folder() as place, CRM(f"sqlite:///{place}/crm.db", on_error="raise", plugins=[]) as crm:
        crm.database._synchronous = synchronous
        crm.close()
        crm.upgrade()
        parts = [list(happenings(share, (n + 1) * share)) for n in range(-1, ROUNDS)]
        bare = sqlite3.connect(f"{place}/bare.db", isolation_level=None)
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "cache_size=-65536"):
            bare.execute(f"PRAGMA {pragma}")
        bare.execute(
            f"CREATE TABLE bare ({', '.join(COLUMNS)}, PRIMARY KEY (position))".replace(
                "position,", "position INTEGER,", 1
            )
        )
        for index in INDEXES:
            bare.execute(index)
        known: dict[int, list[tuple[Any, ...]]] = {}

        def ours(number: int) -> int:
            report = crm.record_many(parts[number + 1])
            assert report.recorded == share, report
            return share

        def theirs(number: int) -> int:
            bare.execute("BEGIN")
            bare.executemany(f"INSERT INTO bare VALUES ({', '.join('?' * len(COLUMNS))})", known[number])
            bare.execute("COMMIT")
            return share

        for number in range(-1, ROUNDS):
            known[number] = _like(parts[number + 1], number * share, as_bytes=True)
        return compare("record_many()", f"SQLite, {synchronous}", 8.0, (ours, theirs), f"{EVENTS:,} events", ROUNDS)


def _like(part: list[events.Event], first: int, *, as_bytes: bool) -> list[tuple[Any, ...]]:
    """Build the interaction rows of events by hand."""
    import json

    import uuid6

    rows = []
    for offset, event in enumerate(part):
        profile = uuid6.uuid7()
        at = event.at or ZERO
        id_ = uuid6.uuid7()
        stored = int(at.timestamp() * 1_000_000) if as_bytes else at
        rows.append((
            first + offset + 10_000_000, "main", id_.bytes if as_bytes else id_, profile.bytes if as_bytes else profile,
            stored, stored, event.event_name, event.channel, False, "shop",
            event.source_id or f"{event.event_name}:{event.natural_key()}", json.dumps(event.properties()), None,
        ))  # fmt: skip
    return rows


def postgresql_figure() -> Figure:
    """Measure on PostgreSQL."""
    share = EVENTS // ROUNDS
    with postgresql() as url, CRM(url, on_error="raise", plugins=[]) as crm:
        crm.upgrade()
        parts = [list(happenings(share, (n + 1) * share)) for n in range(-1, ROUNDS)]
        bare = psycopg.connect(url, autocommit=True)
        bare.execute("CREATE TABLE bare (LIKE ecrm_interaction)")
        bare.execute("ALTER TABLE bare ADD PRIMARY KEY (position)")
        for index in INDEXES:
            bare.execute(index)
        known = {n: _like(parts[n + 1], n * share, as_bytes=False) for n in range(-1, ROUNDS)}

        def ours(number: int) -> int:
            report = crm.record_many(parts[number + 1])
            assert report.recorded == share, report
            return share

        def theirs(number: int) -> int:
            with bare.cursor().copy(f"COPY bare ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for row in known[number]:
                    copy.write_row(row)
            return share

        return compare("record_many()", "PostgreSQL", 9.0, (ours, theirs), f"{EVENTS:,} events", ROUNDS)


def measure() -> Iterator[Figure]:
    """Give the figures of record_many()."""
    yield sqlite_figure("FULL")
    yield sqlite_figure("NORMAL")
    yield postgresql_figure()


if __name__ == "__main__":
    list(measure())
