"""record() beside a hand-written transaction that writes the same rows into the same tables."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import uuid6
from harness import Figure, compare, folder, postgresql

from ecrm import CRM, Money, Who, events

EVENTS = 150
CUSTOMERS = 100
ZERO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def order(number: int) -> events.OrderCompleted:
    """An order of one of the known customers."""
    person = number % CUSTOMERS + 1
    return events.OrderCompleted(
        order_id=f"o{number}", total=Money("149.90", "TRY"), tax=Money("24.98", "TRY"), channel="web",
        products=[events.Product(sku="mug", name="Mug", price="74.95", quantity=2)],
        customer=Who(email=f"person{person}@example.com", user_id=person),
        at=ZERO + dt.timedelta(minutes=number),
    )  # fmt: skip


def ours(crm: CRM, first: int) -> Callable[[int], int]:
    """Record prebuilt events."""

    def side(number: int) -> int:
        for event in rounds[number]:
            crm.record(event)
        return EVENTS

    rounds = {n: [order(first + (n + 1) * EVENTS + k) for k in range(EVENTS)] for n in range(-1, 30)}
    return side


def facts(at: Any, new_day: int) -> dict[str, Any]:
    """What an order changes in the wide row."""
    return {
        "interactions_count": 1, "interactions_first_at": at, "interactions_last_at": at,
        "channels_web_last_at": at, "orders_count": 1, "orders_items": 2, "orders_first_at": at,
        "orders_last_at": at, "orders_days": new_day,
    }  # fmt: skip


def body(number: int) -> dict[str, Any]:
    """The order's properties, as a hand-written shop would have them."""
    products = [{"sku": "mug", "name": "Mug", "price": "74.95", "quantity": 2}]
    return {
        "order_id": f"o{number}",
        "total": "149.90",
        "tax": "24.98",
        "products": products,
        "currency": "TRY",
    }


SQLITE_FACT = (
    "INSERT INTO ecrm_fact AS t (shop, customer_id, interactions_count, interactions_first_at, "
    "interactions_last_at, channels_web_last_at, orders_count, orders_items, orders_first_at, orders_last_at, "
    "orders_days) VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (shop, customer_id) DO UPDATE SET "
    "interactions_count = t.interactions_count + 1, "
    "interactions_first_at = min(t.interactions_first_at, excluded.interactions_first_at), "
    "interactions_last_at = max(t.interactions_last_at, excluded.interactions_last_at), "
    "channels_web_last_at = max(t.channels_web_last_at, excluded.channels_web_last_at), "
    "orders_count = t.orders_count + 1, orders_items = t.orders_items + excluded.orders_items, "
    "orders_first_at = min(t.orders_first_at, excluded.orders_first_at), "
    "orders_last_at = max(t.orders_last_at, excluded.orders_last_at), "
    "orders_days = t.orders_days + excluded.orders_days"
)


def hand_written_sqlite(path: str, synchronous: str, first: int) -> Callable[[int], int]:
    """The same rows by sqlite3 alone: no validation, no normalising, no objects."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    run = connection.execute
    find = "SELECT id, customer_id FROM ecrm_profile WHERE shop = 'main' AND kind = ? AND value = ?"
    seen = "UPDATE ecrm_profile SET last_at = max(last_at, ?) WHERE shop = 'main' AND kind = ? AND value = ?"

    def one(number: int) -> None:
        person = number % CUSTOMERS + 1
        at = int((ZERO + dt.timedelta(minutes=number)).timestamp() * 1_000_000)
        id_, text = uuid6.uuid7(), json.dumps(body(number))
        keys = (("account", f"shop:{person}"), ("email", f"person{person}@example.com"))
        run("BEGIN IMMEDIATE")
        (profile, customer), _ = [run(find, key).fetchone() for key in keys]
        run(
            "INSERT INTO ecrm_interaction (shop, id, profile_id, at, recorded_at, kind, channel, is_live, source, "
            "source_id, body, context) VALUES ('main',?,?,?,?,'Order Completed','web',1,'shop',?,?,NULL)",
            (id_.bytes, profile, at, at, f"Order Completed:o{number}", text),
        )
        for key in keys:
            run(seen, (at, *key))
        run(
            "INSERT INTO ecrm_order VALUES ('main','shop',?,?,?,'TRY',14990,12492,2,?,NULL,?,'completed','{}',?)",
            (f"o{number}", profile, at, at, at, json.dumps([[str(id_), 0]])),
        )
        day = (ZERO + dt.timedelta(minutes=number)).date().isoformat()
        count = run(
            "INSERT INTO ecrm_purchase_day AS t VALUES ('main',?,?,1) ON CONFLICT (shop, customer_id, day) "
            "DO UPDATE SET orders = t.orders + 1 RETURNING orders", (customer, day),
        ).fetchone()[0]  # fmt: skip
        run(
            "INSERT INTO ecrm_revenue AS t VALUES ('main',?,'TRY',14990,12492) ON CONFLICT "
            "(shop, customer_id, currency) DO UPDATE SET spent_minor = t.spent_minor + excluded.spent_minor, "
            "revenue_minor = t.revenue_minor + excluded.revenue_minor", (customer,),
        )  # fmt: skip
        run(SQLITE_FACT, ("main", customer, *facts(at, int(count == 1)).values()))
        run("COMMIT")

    return _side(one, first)


POSTGRESQL = """
WITH keys(kind, value) AS (VALUES ('account', %(account)s), ('email', %(email)s)),
seen AS (UPDATE ecrm_profile p SET last_at = GREATEST(p.last_at, %(at)s) FROM keys k
  WHERE p.shop = 'main' AND p.kind = k.kind AND p.value = k.value RETURNING p.id, p.customer_id, p.kind),
me AS MATERIALIZED (SELECT id AS profile_id, customer_id FROM seen WHERE kind = 'account'),
stored AS (INSERT INTO ecrm_interaction (position, shop, id, profile_id, at, recorded_at, kind, channel, is_live,
  source, source_id, body) SELECT nextval('ecrm_interaction_position'), 'main', %(id)s, profile_id, %(at)s, %(at)s,
  'Order Completed', 'web', true, 'shop', %(source_id)s, %(body)s::jsonb FROM me RETURNING position),
ordered AS (INSERT INTO ecrm_order SELECT 'main', 'shop', %(order_id)s, profile_id, %(at)s, 'TRY', 14990, 12492, 2,
  %(at)s, NULL, %(at)s, 'completed', '{}', %(events)s::jsonb FROM me),
day AS (INSERT INTO ecrm_purchase_day AS t SELECT 'main', customer_id, %(day)s::date, 1 FROM me
  ON CONFLICT (shop, customer_id, day) DO UPDATE SET orders = t.orders + 1 RETURNING orders),
revenue AS (INSERT INTO ecrm_revenue AS t SELECT 'main', customer_id, 'TRY', 14990, 12492 FROM me
  ON CONFLICT (shop, customer_id, currency) DO UPDATE SET spent_minor = t.spent_minor + excluded.spent_minor,
  revenue_minor = t.revenue_minor + excluded.revenue_minor),
fact AS (INSERT INTO ecrm_fact AS t (shop, customer_id, interactions_count, interactions_first_at,
  interactions_last_at, channels_web_last_at, orders_count, orders_items, orders_first_at, orders_last_at, orders_days)
  SELECT 'main', customer_id, 1, %(at)s, %(at)s, %(at)s, 1, 2, %(at)s, %(at)s, (day.orders = 1)::int FROM me, day
  ON CONFLICT (shop, customer_id) DO UPDATE SET interactions_count = t.interactions_count + 1,
  interactions_first_at = LEAST(t.interactions_first_at, excluded.interactions_first_at),
  interactions_last_at = GREATEST(t.interactions_last_at, excluded.interactions_last_at),
  channels_web_last_at = GREATEST(t.channels_web_last_at, excluded.channels_web_last_at),
  orders_count = t.orders_count + 1, orders_items = t.orders_items + excluded.orders_items,
  orders_first_at = LEAST(t.orders_first_at, excluded.orders_first_at),
  orders_last_at = GREATEST(t.orders_last_at, excluded.orders_last_at),
  orders_days = t.orders_days + excluded.orders_days)
SELECT position FROM stored
"""


def hand_written_postgresql(url: str, first: int) -> Callable[[int], int]:
    """The same rows by psycopg and one statement, prepared, committed by itself."""
    connection = psycopg.connect(url, autocommit=True)

    def one(number: int) -> None:
        person, at, id_ = number % CUSTOMERS + 1, ZERO + dt.timedelta(minutes=number), uuid6.uuid7()
        values = {
            "account": f"shop:{person}", "email": f"person{person}@example.com", "at": at, "id": id_,
            "source_id": f"Order Completed:o{number}", "body": json.dumps(body(number)),
            "order_id": f"o{number}", "events": json.dumps([[str(id_), 0]]), "day": at.date(),
        }  # fmt: skip
        connection.execute(POSTGRESQL, values).fetchone()

    return _side(one, first)


def _side(one: Callable[[int], None], first: int) -> Callable[[int], int]:
    def side(number: int) -> int:
        for k in range(EVENTS):
            one(first + (number + 1) * EVENTS + k)
        return EVENTS

    return side


def prepared(url: str) -> CRM:
    """A CRM that knows the customers."""
    crm = CRM(url, on_error="raise", plugins=[])
    crm.upgrade()
    crm.record_many(order(number) for number in range(CUSTOMERS))
    return crm


def measure() -> Iterator[Figure]:
    """Give the figures of record()."""
    for synchronous in ("FULL", "NORMAL"):
        with folder() as place, prepared(f"sqlite:///{place}/crm.db") as crm:
            crm._core.database._synchronous = synchronous
            crm.close()
            sides = ours(crm, 10_000), hand_written_sqlite(f"{place}/crm.db", synchronous, 500_000)
            yield compare("record()", f"SQLite, {synchronous}", 1.3, sides)
    with postgresql() as url, prepared(url) as crm:
        sides = ours(crm, 10_000), hand_written_postgresql(url, 500_000)
        yield compare("record()", "PostgreSQL", 1.25, sides)


if __name__ == "__main__":
    list(measure())
