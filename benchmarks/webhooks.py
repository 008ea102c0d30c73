"""Shopify's webhooks through a Flask view: crm.receive beside a view that only verifies and inserts.

The baseline compares the HMAC of the bytes and inserts one row into a table with the same unique key. It reads no
JSON, knows one shop, and keeps no topic. Both answer Flask's own test client, so that no server is measured; each
delivery is another one. The second figure is how long the slowest hundredth waits while 8 clients send at once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, request
from harness import Figure, compare, folder, postgresql

from ecrm import CRM
from ecrm.adapters.shopify import Shopify
from ecrm.http import Request

SECRET, DOMAIN = "the client secret of an app", "snowdevil.myshopify.com"
DELIVERIES, CLIENTS = 300, 8
LINES = [
    {"id": n, "product_id": n, "sku": f"SKU-{n}", "title": "A mug", "quantity": 1, "price": "9.90"} for n in range(20)
]


def order(number: int) -> bytes:
    """A body of some kilobytes, as an order has."""
    return json.dumps(
        {"id": number, "email": "ayse@example.org", "total_price": "198.00", "line_items": LINES}
    ).encode()


def headers(number: str, body: bytes) -> dict[str, str]:
    """The headers of one delivery."""
    made = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    return {"X-Shopify-Topic": "orders/updated", "X-Shopify-Shop-Domain": DOMAIN, "X-Shopify-Webhook-Id": number,
            "X-Shopify-Hmac-Sha256": made, "Content-Type": "application/json"}  # fmt: skip


def app_of(view: Callable[[], Any]) -> Flask:
    """A host with one view."""
    app = Flask("host")
    app.add_url_rule("/webhooks/shopify", view_func=view, methods=["POST"], endpoint="hook")
    return app


def ours(crm: CRM) -> Flask:
    """A view that calls crm.receive."""

    def view() -> Response:
        answer = crm.receive("shopify", Request("POST", request.path, request.get_data(), request.headers.items()))
        return Response(answer.body, answer.status)

    return app_of(view)


def bare(engine: sa.Engine) -> Flask:
    """A view that verifies and inserts."""
    with engine.begin() as connection:
        column = "BLOB" if engine.dialect.name == "sqlite" else "BYTEA"
        connection.exec_driver_sql(f"CREATE TABLE hook (shop TEXT, id TEXT, raw {column}, UNIQUE (shop, id))")
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    insert = f"INSERT INTO hook VALUES ({mark}, {mark}, {mark}) ON CONFLICT DO NOTHING"

    def view() -> Response:
        body = request.get_data()
        made = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest())
        if not hmac.compare_digest(made, request.headers["X-Shopify-Hmac-Sha256"].encode()):
            return Response("", 401)
        with engine.begin() as connection:
            connection.exec_driver_sql(insert, (DOMAIN, request.headers["X-Shopify-Webhook-Id"], body))
        return Response("", 200)

    return app_of(view)


def side(app: Flask, name: str) -> Callable[[int], int]:
    """Send a round of deliveries."""
    client = app.test_client()

    def send(number: int) -> int:
        for k in range(DELIVERIES):
            body = order(k)
            answer = client.post("/webhooks/shopify", data=body, headers=headers(f"{name}:{number}:{k}", body))
            assert answer.status_code == 200
        return DELIVERIES

    return send


def opened(url: str) -> CRM:
    """A CRM with one shop of Shopify."""
    crm = CRM(url, plugins=[Shopify], secrets={"shopify.client_secret": SECRET})
    crm.upgrade()
    crm.plugins.configure("shopify", domain=DOMAIN, is_installed=False)
    return crm


def throughput(url: str, database: str, setup: Callable[[sa.Engine], None]) -> Figure:
    """Measure both, each with its own file or tables."""
    with opened(url) as crm:
        engine = sa.create_engine(url.replace("crm.db", "bare.db").replace("postgresql:", "postgresql+psycopg:"))
        setup(engine)
        sides = side(ours(crm), "ours"), side(bare(engine), "bare")
        figure = compare("a webhook of Shopify against verify and insert", database, 1.25, sides, "in Flask")
        engine.dispose()
    return figure


def durable(engine: sa.Engine) -> None:
    """Let the baseline's file be as durable as ours."""

    @sa.event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")


def slowest_ms(app: Flask) -> float:
    """How long the slowest hundredth of deliveries waits, in ms, while 8 clients send at once."""
    waits: list[float] = []

    def send(name: int) -> None:
        client = app.test_client()
        for k in range(DELIVERIES):
            body = order(k)
            told = headers(f"{name}:{k}", body)
            start = time.perf_counter()
            assert client.post("/webhooks/shopify", data=body, headers=told).status_code == 200
            waits.append((time.perf_counter() - start) * 1e3)

    threads = [threading.Thread(target=send, args=(name,)) for name in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statistics.quantiles(waits, n=100)[98]


def print_slowest() -> None:
    """Print it of both, on SQLite."""
    with folder() as place, opened(f"sqlite:///{place}/crm.db") as crm:
        engine = sa.create_engine(f"sqlite:///{place}/bare.db")
        durable(engine)
        theirs, mine = slowest_ms(bare(engine)), slowest_ms(ours(crm))
        engine.dispose()
    print(f"p99 of {CLIENTS} clients on SQLite: {mine:.1f} ms, bare {theirs:.1f} ms", flush=True)


def measure() -> Iterator[Figure]:
    """Give the figures of webhooks."""
    with folder() as place:
        yield throughput(f"sqlite:///{place}/crm.db", "SQLite, FULL", durable)
    with postgresql() as url:
        yield throughput(url, "PostgreSQL", lambda _: None)


if __name__ == "__main__":
    list(measure())
    print_slowest()
