"""emit() inside an open host transaction.

On SQLite beside Segment's own client, which only puts the event into a queue in memory; on PostgreSQL
beside a bare INSERT of the same row on the same connection.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from harness import Figure, compare, folder, postgresql
from segment.analytics.client import Client

from ecrm import CRM, Money, Who, events

EVENTS = 400
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def order(number: int) -> events.OrderCompleted:
    """One order, as the shop's code would build it."""
    return events.OrderCompleted(
        order_id=f"o{number}", total=Money("149.90", "TRY"), channel="web",
        products=[events.Product(sku="mug", name="Mug", price="74.95", quantity=2)],
        customer=Who(email="ayse@example.com", user_id=7),
    )  # fmt: skip


PROPERTIES = {
    "order_id": "1", "total": "149.90", "currency": "TRY",
    "products": [{"sku": "mug", "name": "Mug", "price": "74.95", "quantity": 2}],
}  # fmt: skip


def sqlite_figure(synchronous: str) -> Figure:
    """Measure in one open transaction of a SQLite file."""
    prebuilt = [order(number) for number in range(EVENTS)]
    client = Client("a-write-key", send=False, max_queue_size=10_000_000)

    def theirs(number: int) -> int:
        for k in range(EVENTS):
            client.track("7", "Order Completed", PROPERTIES, message_id=f"{number}:{k}")
        return EVENTS

    with folder() as place, CRM(f"sqlite:///{place}/crm.db", on_error="raise", plugins=[]) as crm:
        engine = sa.create_engine(f"sqlite:///{place}/crm.db")
        with engine.connect() as host:
            host.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
            host.commit()

            def ours(_: int) -> int:
                for event in prebuilt:
                    crm.emit(event, connection=host)
                return EVENTS

            figure = compare("emit() against Segment's track()", f"SQLite, {synchronous}", 2.0, (ours, theirs))
            host.rollback()
    return figure


def postgresql_figure() -> Figure:
    """Measure in one open transaction of PostgreSQL."""
    prebuilt = [order(number) for number in range(EVENTS)]
    insert = "INSERT INTO ecrm_inbox (shop, source, received_at, raw) VALUES (%s, %s, %s, %s)"
    with postgresql() as url, CRM(url, on_error="raise", plugins=[]) as crm:
        crm.upgrade()
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as host:
            host.begin()
            driver: Any = host.connection.driver_connection

            def ours(_: int) -> int:
                for event in prebuilt:
                    crm.emit(event, connection=host)
                return EVENTS

            def theirs(number: int) -> int:
                for k in range(EVENTS):
                    body = {"event": "Order Completed", "messageId": f"{number}:{k}", "properties": PROPERTIES}
                    driver.execute(insert, ("main", "emit", NOW, json.dumps(body).encode()))
                return EVENTS

            figure = compare("emit() against a bare INSERT", "PostgreSQL", 1.4, (ours, theirs))
            host.rollback()
        engine.dispose()
    return figure


def measure() -> Iterator[Figure]:
    """Give the figures of emit()."""
    yield sqlite_figure("FULL")
    yield sqlite_figure("NORMAL")
    yield postgresql_figure()


if __name__ == "__main__":
    list(measure())
