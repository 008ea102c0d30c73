"""Inbox to timeline with two worker processes on PostgreSQL, beside a hand-written staging and merge.

The baseline claims, stages by COPY and merges in SQL the same rows: interactions, when identities were
seen, facts, and the inbox's marks. It knows nothing of conflicts, new customers, orders or bad rows.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
from collections.abc import Callable, Iterator

import psycopg
import uuid6
from harness import Figure, compare, postgresql

from ecrm import CRM, Who, events

EVENTS = 12_000
BATCH = 1_000
WORKERS = 2
PEOPLE = 1_000
ZERO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
FORK = multiprocessing.get_context("fork")


def view(number: int) -> events.ProductViewed:
    """A view by one of the known customers."""
    return events.ProductViewed(
        product_id=f"p{number % 97}", name="Mug", price="9.90", currency="TRY", channel="web", source_id=f"v{number}",
        customer=Who(user_id=number % PEOPLE + 1), at=ZERO + dt.timedelta(seconds=number),
    )  # fmt: skip


def put(url: str, raws: list[bytes]) -> None:
    """Put rows into the inbox."""
    with psycopg.connect(url) as connection:
        copy_in = "COPY ecrm_inbox (shop, source, received_at, raw) FROM STDIN"
        with connection.cursor().copy(copy_in) as copy:
            for raw in raws:
                copy.write_row(("main", "emit", ZERO, raw))


def emitted(first: int) -> list[bytes]:
    """Give the rows that emit would put in."""
    rows = []
    for number in range(first, first + EVENTS):
        wire = events.to_wire(view(number)) | {"source": "shop"}
        rows.append(json.dumps(wire).encode())
    return rows


def work(url: str) -> None:
    """Receive until nothing waits."""
    with CRM(url, on_error="raise", plugins=[]) as crm:
        crm.work()


CLAIM = "SELECT id, raw FROM ecrm_inbox WHERE state = 'waiting' ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
STAGE = (
    "CREATE TEMP TABLE IF NOT EXISTS stage (id uuid, account text, at timestamptz, kind text, channel text, "
    "source_id text, body jsonb) ON COMMIT DELETE ROWS"
)
MERGE = (
    "WITH told AS (INSERT INTO ecrm_interaction (position, shop, id, profile_id, at, recorded_at, kind, channel, is_live, "
    "source, source_id, body) SELECT nextval('ecrm_interaction_position'), 'main', s.id, p.id, s.at, now(), s.kind, "
    "s.channel, true, 'shop', s.source_id, s.body FROM stage s CROSS JOIN LATERAL (SELECT id FROM ecrm_profile "
    "WHERE shop = 'main' AND kind = 'account' AND value = s.account OFFSET 0) p ON CONFLICT DO NOTHING "
    "RETURNING profile_id, at) SELECT 1",
    "WITH seen AS (SELECT account, min(at) AS first_at, max(at) AS last_at FROM stage GROUP BY account ORDER BY account) "
    "UPDATE ecrm_profile p SET first_at = LEAST(p.first_at, s.first_at), last_at = GREATEST(p.last_at, s.last_at) "
    "FROM seen s WHERE p.shop = 'main' AND p.kind = 'account' AND p.value = s.account",
    "INSERT INTO ecrm_fact AS t (shop, customer_id, interactions_count, interactions_first_at, interactions_last_at, "
    "channels_web_last_at, products_viewed_count, products_last_viewed_at) SELECT 'main', p.customer_id, count(*), "
    "min(s.at), max(s.at), max(s.at), count(*), max(s.at) FROM stage s JOIN ecrm_profile p ON p.shop = 'main' AND "
    "p.kind = 'account' AND p.value = s.account GROUP BY p.customer_id ORDER BY p.customer_id "
    "ON CONFLICT (shop, customer_id) DO UPDATE SET interactions_count = t.interactions_count + "
    "excluded.interactions_count, interactions_first_at = LEAST(t.interactions_first_at, "
    "excluded.interactions_first_at), interactions_last_at = GREATEST(t.interactions_last_at, "
    "excluded.interactions_last_at), channels_web_last_at = GREATEST(t.channels_web_last_at, "
    "excluded.channels_web_last_at), products_viewed_count = t.products_viewed_count + "
    "excluded.products_viewed_count, products_last_viewed_at = GREATEST(t.products_last_viewed_at, "
    "excluded.products_last_viewed_at)",
)


def merge(url: str) -> None:
    """Receive by hand until nothing waits; a deadlock is tried again."""
    with psycopg.connect(url) as connection:
        while True:
            try:
                if not _merged(connection):
                    return
            except psycopg.errors.DeadlockDetected:
                connection.rollback()


def _merged(connection: psycopg.Connection) -> bool:
    rows = connection.execute(CLAIM, (BATCH,)).fetchall()
    connection.execute(STAGE)
    columns = "id, account, at, kind, channel, source_id, body"
    with connection.cursor().copy(f"COPY stage ({columns}) FROM STDIN") as copy:
        for _, raw in rows:
            told = json.loads(raw)
            account = f"shop:{told['customer']['user_id']}"
            body = json.dumps(told["properties"])
            copy.write_row((
                uuid6.uuid7(), account, told["timestamp"], told["event"], told["channel"], told["messageId"], body,
            ))  # fmt: skip
    for statement in MERGE:
        connection.execute(statement)
    ids = [row[0] for row in rows]
    connection.execute("UPDATE ecrm_inbox SET state = 'done', settled_at = now() WHERE id = ANY(%s)", (ids,))
    connection.commit()
    return bool(rows)


def side(url: str, first: int, worker: Callable[[str], None]) -> Callable[[int], int]:
    """Fill the inbox, then time two processes emptying it; filling costs both sides the same."""
    parts = {n: emitted(first + (n + 1) * EVENTS) for n in range(-1, 10)}

    def run(number: int) -> int:
        put(url, parts[number])
        workers = [FORK.Process(target=worker, args=(url,)) for _ in range(WORKERS)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        assert [each.exitcode for each in workers] == [0] * WORKERS
        return EVENTS

    return run


def measure() -> Iterator[Figure]:
    """Give the figure of the inbox."""
    with postgresql() as url:
        with CRM(url, on_error="raise", plugins=[]) as crm:
            crm.upgrade()
            crm.record_many(view(number) for number in range(PEOPLE))
        sides = side(url, 100_000, work), side(url, 9_000_000, merge)
        yield compare("inbox to timeline, two workers", "PostgreSQL", 2.0, sides, "with starting the processes")
        with psycopg.connect(url) as connection:
            left = connection.execute("SELECT count(*) FROM ecrm_inbox WHERE state <> 'done'").fetchone()
            assert left == (0,)


if __name__ == "__main__":
    list(measure())
