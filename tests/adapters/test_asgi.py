"""ecrm in an ASGI program: mounted, beside an async session, with a cookie and a worker."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from acme import BODY, HORSE, Acme
from ecrm import CRM, Money, Who, events
from ecrm.adapters.asgi import ECRMApp, VisitorMiddleware, emit, visitor_id, working
from ecrm.http import Response
from ecrm.signatures import signature
from ecrm.web.assets import named

SECRETS = {"acme.api_secret": HORSE}


def order(order_id):
    return events.OrderCompleted(order_id=order_id, total=Money("149.90", "TRY"), customer=Who(user_id=7))


def echo(request):
    told = {"method": request.method, "path": request.path, "url": request.url, "query": dict(request.query),
            "size": len(request.body), "thread": threading.current_thread() is threading.main_thread()}  # fmt: skip
    return Response.json(told)


@pytest.fixture
def crm(sqlite_url):
    with CRM(sqlite_url, plugins=[Acme], secrets=SECRETS) as opened:
        yield opened


@contextlib.contextmanager
def served(app):
    """A real server on this machine."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="on", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(20)


async def asked(app, *, method="GET", path="/", root_path="", headers=(), parts=(b"",), then=None, kind="http", **more):
    """Ask an app without a server, and give what it sent."""
    sent, waiting = [], [
        {"type": "http.request", "body": part, "more_body": place < len(parts) - 1 or then is not None}
        for place, part in enumerate(parts)
    ]  # fmt: skip
    waiting += [] if then is None else [then]

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "method": method, "path": path, "root_path": root_path, "headers": list(headers), **more}
    await app(scope, receive, send)
    return sent


def status_of(sent):
    return sent[0]["status"]


def cookie_of(answer):
    return answer.headers.get("set-cookie")


def test_mounted_in_starlette_a_webhook_is_verified_over_its_bytes_and_kept(crm):
    app = Starlette(routes=[Mount("/ecrm", ECRMApp(crm, {"echo": echo}))], lifespan=working(crm))
    with served(app) as client:
        signed = {"X-Acme-Signature": signature(HORSE, BODY)}
        assert client.post("/ecrm/webhooks/acme", content=BODY, headers=signed).status_code == 200
        assert client.post("/ecrm/webhooks/acme", content=BODY + b" ", headers=signed).status_code == 401
        assert client.get("/ecrm/nowhere").status_code == 404
        told = client.put("/ecrm/echo/a%20b?c=d&e=", content=b"12345").json()
        assert told == {
            "method": "PUT", "path": "/echo/a b", "url": str(client.base_url.join("/ecrm/echo/a%20b?c=d&e=")),
            "query": {"c": "d", "e": ""}, "size": 5, "thread": False,
        }  # fmt: skip
        end = time.monotonic() + 20
        while not crm.orders("ayse@example.org") and time.monotonic() < end:
            time.sleep(0.05)
    assert [one.order_id for one in crm.orders("ayse@example.org")] == ["1"]


def test_it_is_a_whole_app_too_and_answers_the_lifespan(crm):
    with served(ECRMApp(crm)) as client:
        assert client.post("/webhooks/nobody").status_code == 404


@pytest.mark.parametrize(
    ("root", "path", "inner"),
    [("/ecrm", "/ecrm/echo", "/echo"), ("/ecrm", "/echo", "/echo"), ("", "/echo", "/echo")],
)
def test_the_path_is_what_follows_the_mount_as_every_server_says_it(crm, root, path, inner):
    sent = asyncio.run(asked(ECRMApp(crm, {"echo": echo}), path=path, root_path=root))
    assert f'"path": "{inner}"' in sent[1]["body"].decode()
    assert f'"url": "http://localhost{root}/echo"' in sent[1]["body"].decode()


def test_the_address_is_the_servers_word_and_what_pages_are_drawn_with_is_served(crm):
    def told(request):
        return Response(200, request.remote_address.encode())

    app, forged = ECRMApp(crm, {"echo": told}), [(b"x-forwarded-for", b"192.0.2.9")]
    given = {"path": "/echo", "headers": forged}
    assert asyncio.run(asked(app, client=("192.0.2.1", 4711), **given))[1]["body"] == b"192.0.2.1"
    assert asyncio.run(asked(app, client=None, **given))[1]["body"] == b""
    sent = asyncio.run(asked(app, path=f"/ecrm/assets/{named('pages.css')}", root_path="/ecrm"))
    assert status_of(sent) == 200


def test_a_body_that_is_too_long_is_read_no_further(crm):
    part = bytes(4 * 1_048_576)
    app = ECRMApp(crm)
    endless = [part] * 5
    assert status_of(asyncio.run(asked(app, method="POST", path="/webhooks/acme", parts=endless))) == 413
    said = [(b"content-length", b"99999999")]
    assert status_of(asyncio.run(asked(app, method="POST", path="/webhooks/acme", headers=said, parts=[]))) == 413


def test_whoever_leaves_in_the_middle_of_a_body_has_sent_nothing(crm):
    signed = [(b"x-acme-signature", signature(HORSE, BODY).encode())]
    gone = {"type": "http.disconnect"}
    sent = asyncio.run(
        asked(ECRMApp(crm), method="POST", path="/webhooks/acme", headers=signed, parts=[BODY], then=gone)
    )
    assert sent == []
    assert crm.work().translated == 0


def test_whoever_leaves_before_the_answer_hurts_nobody(crm):
    async def left():
        async def receive():
            return {"type": "http.request", "body": BODY}

        async def send(message):
            raise OSError

        headers = [(b"x-acme-signature", signature(HORSE, BODY).encode())]
        scope = {"type": "http", "method": "POST", "path": "/webhooks/acme", "headers": headers}
        await ECRMApp(crm)(scope, receive, send)

    asyncio.run(left())
    assert crm.work().translated == 1


def test_a_websocket_is_closed(crm):
    assert asyncio.run(asked(ECRMApp(crm), kind="websocket")) == [{"type": "websocket.close", "code": 1000}]


def test_the_event_loop_goes_on_while_a_request_waits_for_the_database(crm):
    def slow(request):
        time.sleep(0.5)
        return Response(204)

    async def both():
        ticks = 0
        task = asyncio.create_task(asked(ECRMApp(crm, {"slow": slow}), path="/slow"))
        while not task.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return status_of(task.result()), ticks

    status, ticks = asyncio.run(both())
    assert status == 204
    assert ticks > 5


def test_an_event_without_a_connection_has_a_transaction_of_its_own(crm):
    assert asyncio.run(emit(crm, order(1)))
    assert crm.work().received == 1


@pytest.fixture(params=["sqlite+aiosqlite", "postgresql+psycopg", "postgresql+asyncpg"])
def async_shop(request, tmp_path):
    """A shop with asynchronous connections, and a CRM beside or in its database."""
    if request.param == "sqlite+aiosqlite":
        shop = tmp_path / "shop.db"
        with CRM(f"sqlite:///{tmp_path / 'crm.db'}", host=f"sqlite:///{shop}", plugins=[]) as crm:
            yield crm, f"{request.param}:///{shop}"
        return
    url = request.getfixturevalue("postgresql_url")
    with CRM(url, plugins=[]) as crm:
        yield crm, url.replace("postgresql+psycopg", request.param)


def with_session(url, work):
    async def run():
        import sqlalchemy.ext.asyncio as sqlalchemy_async  # noqa: TID251 - the shop's own ORM

        engine = sqlalchemy_async.create_async_engine(url)
        try:
            async with sqlalchemy_async.AsyncSession(engine) as session:
                return await work(session)
        finally:
            await engine.dispose()

    return asyncio.run(run())


@pytest.mark.parametrize("commits", [True, False])
def test_in_an_async_session_the_event_shares_its_fate(async_shop, commits):
    crm, url = async_shop

    async def work(session):
        is_emitted = await emit(crm, order(1), session)
        await (session.commit() if commits else session.rollback())
        return is_emitted

    assert with_session(url, work)
    assert crm.work().received == int(commits)


def test_a_failure_of_ours_leaves_the_async_session_as_it_was(async_shop):
    crm, url = async_shop

    async def work(session):
        from sqlalchemy import text

        await session.execute(text("CREATE TABLE orders (id INTEGER)"))
        await session.execute(text("ALTER TABLE ecrm_inbox RENAME TO elsewhere"))
        assert not await emit(crm, order(1), session)
        await session.execute(text("INSERT INTO orders VALUES (1)"))
        await session.execute(text("ALTER TABLE elsewhere RENAME TO ecrm_inbox"))
        await session.commit()
        return (await session.execute(text("SELECT count(*) FROM orders"))).scalar()

    assert with_session(url, work) == 1
    assert crm.work().received == 0


def visits(crm, **more):
    """An app that asks who a visitor is on one page, and on another does not."""

    async def look(request):
        return PlainTextResponse(visitor_id(request.scope) or "nobody")

    async def plain(request):
        return PlainTextResponse("plain")

    routes = [Route("/look", look), Route("/plain", plain)]
    return Starlette(routes=routes, middleware=[Middleware(VisitorMiddleware, crm=crm, **more)])


def test_a_visitor_is_known_again_and_a_page_that_asks_for_nobody_sets_no_cookie(crm):
    with served(visits(crm)) as client:
        assert cookie_of(client.get("/plain")) is None
        first = client.get("/look")
        assert "HttpOnly" in cookie_of(first)
        assert "SameSite=Lax" in cookie_of(first)
        assert first.headers["vary"] == "Cookie"
        again = client.get("/look")
        assert again.text == first.text != "nobody"
        assert cookie_of(again) is None


def test_a_forged_cookie_is_replaced(crm):
    with served(visits(crm)) as client:
        answer = client.get("/look", headers={"cookie": "ecrm_visitor=forged; other=1"})
        assert answer.text not in {"forged", "nobody"}
        assert cookie_of(answer)


@pytest.mark.parametrize("is_allowed", [lambda _: False, lambda _: 1 / 0])
def test_without_agreement_there_is_no_visitor_and_an_old_cookie_goes(crm, is_allowed):
    with served(visits(crm, is_allowed=is_allowed)) as client:
        answer = client.get("/look", headers={"cookie": "ecrm_visitor=old"})
        assert answer.text == "nobody"
        assert "Max-Age=0" in cookie_of(answer)


def test_without_the_middleware_there_is_no_visitor():
    assert visitor_id({"type": "http"}) is None


def test_over_tls_the_cookie_stays_there(crm):
    app = VisitorMiddleware(visits(crm), crm)
    sent = asyncio.run(asked(app, path="/look", scheme="https", query_string=b"", server=("shop.example", 443)))
    cookies = [value for name, value in sent[0]["headers"] if name == b"set-cookie"]
    assert all(b"Secure" in cookie for cookie in cookies)
    assert cookies
