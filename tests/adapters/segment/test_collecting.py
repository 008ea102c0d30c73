"""The collector, by the clients that talk to it: Segment's own for Python, a browser, and those who mean ill."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import threading
import time
from contextlib import closing

import flask
import httpx2
import pytest
from segment.analytics.client import Client
from segment.analytics.request import APIError, post
from werkzeug.serving import make_server

from ecrm import CRM, Who
from ecrm.adapters.asgi import ECRMApp
from ecrm.adapters.flask import ECRM
from ecrm.adapters.segment import Collector
from ecrm.errors import UnavailableError
from ecrm.http import Request

KEY = "write key of the shop"
BODY = json.dumps({"userId": "7", "event": "Gift Wrapped", "writeKey": KEY}).encode()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A shop on Flask with the collector mounted, on a real server: its CRM and its address."""
    app = flask.Flask("shop", instance_path=str(tmp_path_factory.mktemp("instance")))
    app.config.update(
        ECRM_PLUGINS=["segment"],
        ECRM_SECRETS={"segment.write_key": KEY},
        ECRM_MOUNTS={"v1": "ecrm.adapters.segment:Collector"},
    )
    ECRM(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    crm = app.extensions["ecrm"].crm
    try:
        yield crm, f"http://127.0.0.1:{server.server_port}/ecrm"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        app.extensions["ecrm"].close()


@pytest.fixture
def crm(sqlite_url):
    with CRM(sqlite_url, plugins=["segment"], secrets={"segment.write_key": KEY}) as opened:
        yield opened


@pytest.mark.parametrize("gzipped", [False, True])
def test_the_client_for_python_brings_everything_it_can_say(shop, gzipped):
    crm, address = shop
    user = f"py-{gzipped}"
    errors = []
    client = Client(
        KEY, host=address, gzip=gzipped, on_error=lambda error, _: errors.append(error), upload_interval=0.01
    )
    at = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    client.page(anonymous_id=f"v-{user}", name="Home", properties={"url": "https://shop.example/"})
    client.identify(user, {"email": f"{user}@example.com", "name": "Ayşe"}, anonymous_id=f"v-{user}")
    client.track(
        user, "Order Completed",
        {"order_id": f"o-{user}", "total": 149.9, "currency": "TRY", "products": [{"sku": "a", "price": 149.9}]},
        timestamp=at, context={"ip": "192.0.2.1"},
    )  # fmt: skip
    client.track(user, "Gift Wrapped", {"paper": "red"})
    client.screen(user, name="Cart")
    client.group(user, "firm", {"size": 3})
    client.alias(f"v2-{user}", user)
    client.shutdown()
    assert errors == []
    crm.work()
    assert crm.inbox.rejected() == []
    timeline = crm.timeline(f"{user}@example.com")
    said = ["Gift Wrapped", "Group", "Order Completed", "Page Viewed", "Screen Viewed"]
    assert sorted(one.kind for one in timeline) == ["Customer Identified"] * 2 + said
    (order,) = crm.orders(Who(user_id=user, source="shop"))
    assert str(order.total) == "149.90 TRY"
    assert abs(order.placed_at - at) < dt.timedelta(seconds=60)


def test_the_client_hears_why_it_was_refused(shop):
    _, address = shop
    with pytest.raises(APIError) as caught:
        post("a write key of nobody", host=address, batch=[{"type": "page", "userId": "7"}])
    assert (caught.value.status, caught.value.code) == (401, "unauthorized")
    with pytest.raises(APIError) as caught:
        post(KEY, host=address, gzip=True, batch=[{"type": "page", "userId": "7", "name": "x" * 600_000}])
    assert (caught.value.status, caught.value.code) == (413, "payload_too_large")


def test_a_browser_of_another_origin_may_call(shop):
    crm, address = shop
    asked = {"Origin": "https://www.shop.example", "Access-Control-Request-Method": "POST"}
    preflight = httpx2.options(f"{address}/v1/t", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    # What `analytics.js` sends: text, so that a browser asks nothing first, with the key in the body.
    told = {
        "anonymousId": "browser", "event": "Product Viewed", "type": "track", "writeKey": KEY, "messageId": "ajs-1",
        "properties": {"product_id": "1"}, "timestamp": dt.datetime.now(dt.UTC).isoformat(),
        "context": {"page": {"url": "https://www.shop.example/"}}, "integrations": {}, "_metadata": {"bundled": []},
    }  # fmt: skip
    answer = httpx2.post(f"{address}/v1/t", content=json.dumps(told), headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert answer.headers["access-control-allow-origin"] == "*"
    crm.work()
    assert [one.kind for one in crm.timeline(Who(anonymous_id="browser"))] == ["Product Viewed"]


def test_under_asgi_it_is_mounted_by_the_same_word(crm):
    import asyncio

    sent = []

    async def call():
        async def receive():
            return {"type": "http.request", "body": BODY}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/v1/track", "headers": []}
        await ECRMApp(crm, {"v1": Collector(crm).answer})(scope, receive, send)

    asyncio.run(call())
    assert (sent[0]["status"], sent[1]["body"]) == (200, b'{"success": true}')


def ask(crm, body=BODY, path="/v1/track", method="POST", **headers):
    return Collector(crm).answer(Request(method, path, body, headers))


@pytest.mark.parametrize(
    "path",
    ["track", "identify", "page", "screen", "group", "t", "i", "p", "s", "g"],
)
def test_every_call_has_its_address_and_the_letter_browsers_use(crm, path):
    assert ask(crm, path=f"/v1/{path}/").status == 200
    assert crm.work().received == 1


@pytest.mark.parametrize("path", ["batch", "b", "import"])
def test_a_batch_has_two(crm, path):
    body = json.dumps({"batch": [{"type": "page", "userId": "7"}], "writeKey": KEY}).encode()
    assert ask(crm, body, f"/v1/{path}").status == 200


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"path": "/v1/nothing"}, 404),
        ({"method": "GET"}, 405),
        ({"method": "DELETE"}, 405),
        ({"body": b"{"}, 400),
        ({"body": b"[" * 10_000}, 400),
        ({"body": BODY.replace(KEY.encode(), b"another key of nobody")}, 401),
        ({"content-encoding": "br"}, 400),
        ({"content-encoding": "gzip"}, 400),
        ({"body": gzip.compress(BODY)[:-9], "content-encoding": "gzip"}, 400),
        ({"body": gzip.compress(BODY) + b"more", "content-encoding": "gzip"}, 400),
        ({"body": gzip.compress(bytes(100_000_000)), "content-encoding": "gzip"}, 413),
        ({"body": b" " * 512_001}, 413),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_leaves_nothing(crm, asked, status):
    answer = ask(crm, **asked)
    assert answer.status == status
    told = json.loads(answer.body)
    assert told["success"] is False
    assert told["code"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert crm.work().is_idle


def test_a_bomb_is_not_blown_up(crm):
    bomb = gzip.compress(bytes(200_000_000))
    before = time.perf_counter()
    assert ask(crm, bomb, **{"content-encoding": "gzip"}).status == 413
    assert time.perf_counter() - before < 1


def test_without_the_plugin_there_is_no_such_call(sqlite_url):
    with closing(CRM(sqlite_url, plugins=[])) as crm:
        assert ask(crm).status == 404


def test_while_the_database_is_away_the_client_is_told_to_come_again(crm, monkeypatch):
    def away(*_):
        raise UnavailableError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(type(crm.database), "transact", away)
        answer = ask(crm)
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")
    assert ask(crm).status == 200
