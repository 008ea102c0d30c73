"""The newest 50 of one customer among few and among millions of rows, beside raw SQL and json.loads."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import uuid6
from harness import Figure, compare, folder, postgresql

from ecrm import CRM, Who, events

MANY = int(os.environ.get("TIMELINE_ROWS", "10000000"))
FEW = 10_000
READS = 200
PEOPLE = 100
ZERO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
BODY = json.dumps({"product_id": "p1", "name": "Mug", "price": "9.90", "category": "kitchen", "brand": "Acme"})


def seeded(url: str) -> tuple[CRM, list[UUID]]:
    """A CRM that knows some people with 60 events each, and their profiles."""
    crm = CRM(url, on_error="raise", plugins=[])
    crm.upgrade()
    crm.record_many(_view(person, number) for number in range(60) for person in range(1, PEOPLE + 1))
    return crm, [crm.timeline(Who(user_id=person), limit=1)[0].profile_id for person in range(1, PEOPLE + 1)]


def _view(person: int, number: int) -> events.Event:
    return events.ProductViewed(
        product_id="p1", name="Mug", price="9.90", channel="web", source_id=f"{person}:{number}",
        customer=Who(user_id=person), at=ZERO + dt.timedelta(hours=number),
    )  # fmt: skip


def fill_sqlite(path: str, rows: int) -> None:
    """Add rows of other profiles by hand."""
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA synchronous=OFF")
    bare.execute("PRAGMA cache_size=-1000000")
    bare.execute("BEGIN")
    strangers = [uuid6.uuid7().bytes for _ in range(max(1, rows // 60))]
    first = bare.execute("SELECT max(position) FROM ecrm_interaction").fetchone()[0]

    def row(number: int) -> tuple[Any, ...]:
        at = 1_767_225_600_000_000 + (number // len(strangers)) * 3_600_000_000
        id_ = number.to_bytes(16, "big")
        who = strangers[number % len(strangers)]
        return (first + 1 + number, "main", id_, who, at, at, "Product Viewed", "web", 1, "bulk", str(number), BODY)

    bare.executemany(
        "INSERT INTO ecrm_interaction (position, shop, id, profile_id, at, recorded_at, kind, channel, is_live, "
        "source, source_id, body) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", (row(number) for number in range(rows)),
    )  # fmt: skip
    bare.execute("COMMIT")
    bare.execute("ANALYZE")
    bare.close()


def fill_postgresql(url: str, rows: int) -> None:
    """Add rows of other profiles by hand."""
    with psycopg.connect(url, autocommit=True) as bare:
        bare.execute("SET synchronous_commit = off")
        bare.execute("SET maintenance_work_mem = '1GB'")
        indexes = bare.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'ecrm_interaction' AND indexname NOT LIKE '%_pk'"
        ).fetchall()
        for name, _ in indexes:
            bare.execute(f"DROP INDEX {name}")
        bare.execute(
            "INSERT INTO ecrm_interaction (position, shop, id, profile_id, at, recorded_at, kind, channel, is_live, "
            "source, source_id, body) SELECT 1000000 + n, 'main', md5('i' || n)::uuid, "
            "md5('p' || n %% %(people)s)::uuid, timestamptz '2026-01-01Z' + (n / %(people)s) * interval '1 hour', now(), "
            "'Product Viewed', 'web', true, 'bulk', n::text, %(body)s::jsonb FROM generate_series(1, %(rows)s) n",
            {"people": max(1, rows // 60), "rows": rows, "body": BODY},
        )
        for _, definition in indexes:
            bare.execute(definition)
        bare.execute("VACUUM ANALYZE ecrm_interaction")


def ours(crm: CRM) -> Callable[[int], int]:
    """Read timelines by account."""

    def side(_: int) -> int:
        for number in range(READS):
            assert len(crm.timeline(Who(user_id=number % PEOPLE + 1), limit=50)) == 50
        return READS

    return side


def raw_sqlite(path: str) -> Callable[[int], int]:
    """The same rows by sqlite3: whose account it is, their profiles, the newest 50, decoded."""
    connection = sqlite3.connect(path)
    find = "SELECT customer_id FROM ecrm_profile WHERE shop = 'main' AND kind = 'account' AND value = ?"
    profiles = "SELECT id FROM ecrm_profile WHERE shop = 'main' AND customer_id = ?"
    newest = (
        "SELECT id, kind, at, channel, source, source_id, profile_id, position, recorded_at, is_live, body, context "
        "FROM ecrm_interaction WHERE shop = 'main' AND profile_id = ? ORDER BY at DESC, id DESC LIMIT 50"
    )

    def side(_: int) -> int:
        for number in range(READS):
            customer = connection.execute(find, (f"shop:{number % PEOPLE + 1}",)).fetchone()
            for profile in connection.execute(profiles, customer).fetchall():
                rows = [(*row[:10], json.loads(row[10])) for row in connection.execute(newest, profile)]
                assert len(rows) == 50
        return READS

    return side


def raw_postgresql(url: str) -> Callable[[int], int]:
    """The same rows by psycopg, in one statement, decoded."""
    connection = psycopg.connect(url, autocommit=True)
    sql = (
        "SELECT r.* FROM ecrm_profile me JOIN ecrm_profile p ON p.shop = me.shop AND p.customer_id = me.customer_id "
        "CROSS JOIN LATERAL (SELECT id, kind, at, channel, source, source_id, profile_id, position, recorded_at, "
        "is_live, body::text, context::text FROM ecrm_interaction i WHERE i.shop = p.shop AND i.profile_id = p.id "
        "ORDER BY at DESC, id DESC LIMIT 50) r WHERE me.shop = 'main' AND me.kind = 'account' AND me.value = %s "
        "ORDER BY r.at DESC, r.id DESC LIMIT 50"
    )

    def side(_: int) -> int:
        for number in range(READS):
            rows = connection.execute(sql, (f"shop:{number % PEOPLE + 1}",)).fetchall()
            assert len([(*row[:10], json.loads(row[10])) for row in rows]) == 50
        return READS

    return side


def measure() -> Iterator[Figure]:
    """Give the figures of the timeline."""
    with folder() as place, folder() as other:
        small, _ = seeded(f"sqlite:///{place}/crm.db")
        large, _ = seeded(f"sqlite:///{other}/crm.db")
        fill_sqlite(f"{place}/crm.db", FEW)
        fill_sqlite(f"{other}/crm.db", MANY)
        yield compare(
            "timeline(), newest 50", f"SQLite, {MANY:,} rows", 1.25, (ours(large), raw_sqlite(f"{other}/crm.db"))
        )
        yield compare(f"timeline() among {MANY:,} rows against {FEW:,}", "SQLite", 1.2, (ours(large), ours(small)))
        large.close()
        small.close()
    with postgresql() as url, postgresql() as tiny:
        large, _ = seeded(url)
        small, _ = seeded(tiny)
        fill_postgresql(url, MANY)
        fill_postgresql(tiny, FEW)
        yield compare("timeline(), newest 50", f"PostgreSQL, {MANY:,} rows", 1.25, (ours(large), raw_postgresql(url)))
        yield compare(f"timeline() among {MANY:,} rows against {FEW:,}", "PostgreSQL", 1.2, (ours(large), ours(small)))
        large.close()
        small.close()


if __name__ == "__main__":
    list(measure())
