"""ecrm in an ASGI program, as of Starlette or FastAPI: an app to mount, `emit`, a worker thread, a visitor's cookie.

It is written to ASGI itself and imports no framework. Whatever asks the database runs in threads, never on
the event loop.

Source: the ASGI specification, versions 2 and 3, HTTP and lifespan.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote

from ecrm.crm import CRM
from ecrm.http import Request, Response
from ecrm.interactions.events import Event
from ecrm.web import LONGEST_BODY, Background, Site, Visitor, Visitors

__all__ = ["ECRMApp", "VisitorMiddleware", "emit", "visitor_id", "working"]

_LOG = logging.getLogger("ecrm.asgi")
_VISITOR = "ecrm.visitor"
_DAY_S = 86_400

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class ECRMApp:
    """Be everything of ecrm that is mounted, as an ASGI app.

    Args:
        crm: The CRM.
        mounts: What else is answered, by the first word of the path: `{"v1": Collector(crm).answer}`.
        threads: How many requests ask the database at once; each thread holds a connection.

    Raises:
        InvalidError: A mount has a name that is taken.
    """

    def __init__(
        self, crm: CRM, mounts: Mapping[str, Callable[[Request], Response]] | None = None, *, threads: int = 4
    ) -> None:
        self._site = Site(crm, mounts)
        self._pool = ThreadPoolExecutor(threads, "ecrm-asgi")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI asks it."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body_of(scope, receive)
        if body is None:
            # Whoever asked is gone: half a body is none.
            return
        if len(body) > LONGEST_BODY:
            await _send(send, Response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
            return
        request = _request_of(scope, body)
        loop = asyncio.get_running_loop()
        await _send(send, await loop.run_in_executor(self._pool, self._site.answer, request))


async def emit(crm: CRM, event: Event, connection: Any = None) -> bool:
    """Put an event into the inbox, in the caller's own transaction, without holding the event loop up.

    Args:
        crm: The CRM.
        event: What happened.
        connection: SQLAlchemy's AsyncSession or AsyncConnection: the event is durable when, and only if, its
            transaction commits. None uses a transaction of its own.

    Returns:
        True when its row was written. With `on_error="log"` a failure is logged and gives False.
    """
    if connection is None:
        return await asyncio.to_thread(crm.emit, event)
    if not callable(getattr(connection, "run_sync", None)):
        # A connection that is not asynchronous belongs to this thread: it is one INSERT.
        return crm.emit(event, connection)
    return bool(await connection.run_sync(lambda joined: crm.emit(event, joined)))


def working(crm: CRM) -> Callable[[Any], contextlib.AbstractAsyncContextManager[None]]:
    """Make the lifespan of an app beside which a worker thread runs: `Starlette(lifespan=working(crm))`.

    Args:
        crm: The CRM; it is not closed.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        del app
        background = Background(crm)
        background.start()
        try:
            yield
        finally:
            await asyncio.to_thread(background.stop)

    return lifespan


class VisitorMiddleware:
    """Know visitors by a signed cookie: `visitor_id(request.scope)` gives the id, and makes one where there is none.

    Args:
        app: What it wraps.
        crm: The CRM, as a view on the shop.
        cookie: The name of the cookie.
        days: How long a browser keeps it.
        is_allowed: Tells of a scope whether the visitor agreed to the cookie; None is always.
        path: Where the cookie holds.
        domain: Of which domain it is; None is the very host.
    """

    def __init__(
        self,
        app: App,
        crm: CRM,
        *,
        cookie: str = "ecrm_visitor",
        days: int = 365,
        is_allowed: Callable[[Scope], bool] | None = None,
        path: str = "/",
        domain: str | None = None,
    ) -> None:
        self._app = app
        self._visitors = Visitors(crm)
        self._cookie = cookie
        self._days = days
        self._is_allowed = is_allowed
        self._place = {"path": path} | ({} if domain is None else {"domain": domain})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI asks it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = _cookie_of(scope, self._cookie)
        may = self._may(scope)
        if may and not self._visitors.is_ready:
            # The key is read once, off the event loop.
            await asyncio.to_thread(self._visitors.new)
        held = _Held(self._visitors, given, may=may and self._visitors.is_ready)
        scope[_VISITOR] = held

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers(scope, held, may=may)]
            await send(message)

        await self._app(scope, receive, sent)

    def _may(self, scope: Scope) -> bool:
        try:
            return self._is_allowed is None or bool(self._is_allowed(scope))
        except Exception as error:  # noqa: BLE001 - the shop's own code: without an answer there is no consent
            _LOG.error("whether a visitor agreed to the cookie could not be asked: %s", type(error).__name__)
            return False

    def _headers(self, scope: Scope, held: _Held, *, may: bool) -> list[tuple[bytes, bytes]]:
        headers = [(b"vary", b"Cookie")] if held.visitor is not None else []
        if held.visitor is not None and held.visitor.cookie != held.given:
            headers.append((b"set-cookie", self._set(scope, held.visitor.cookie, self._days * _DAY_S)))
        elif not may and held.given is not None:
            headers.append((b"set-cookie", self._set(scope, "", 0)))
        return headers

    def _set(self, scope: Scope, value: str, age_s: int) -> bytes:
        made: SimpleCookie = SimpleCookie({self._cookie: value})
        said = {"max-age": str(age_s), "samesite": "Lax", **self._place}
        made[self._cookie].update(said)
        for flag in ("httponly", "secure") if scope.get("scheme") == "https" else ("httponly",):
            made[self._cookie][flag] = True
        return made[self._cookie].OutputString().encode("latin-1")


def visitor_id(scope: Scope) -> str | None:
    """Give the anonymous id of who asks, for `Who(anonymous_id=…)`; a new visitor gets a cookie with the answer.

    Args:
        scope: Of the request, as `request.scope`.

    Returns:
        None without the middleware, where the cookie is not agreed to, or while the database is away.
    """
    held: _Held | None = scope.get(_VISITOR)
    visitor = None if held is None else held.asked()
    return None if visitor is None else visitor.anonymous_id


class _Held:
    """Who asks, made when first asked for."""

    def __init__(self, visitors: Visitors, given: str | None, *, may: bool) -> None:
        self._visitors = visitors
        self._may = may
        self.given = given
        self.visitor: Visitor | None = None

    def asked(self) -> Visitor | None:
        if self.visitor is None and self._may:
            self.visitor = self._visitors.read(self.given) or self._visitors.new()
        return self.visitor


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _body_of(scope: Scope, receive: Receive) -> bytes | None:
    """Read a body, and no more of it than may be; None where whoever sent it is gone."""
    parts = bytearray()
    if _length_of(scope) > LONGEST_BODY:
        return bytes(LONGEST_BODY + 1)
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts += message.get("body", b"")
        if len(parts) > LONGEST_BODY or not message.get("more_body", False):
            return bytes(parts)


def _length_of(scope: Scope) -> int:
    said = dict(scope["headers"]).get(b"content-length", b"0")
    return int(said) if said.isdigit() else 0


def _request_of(scope: Scope, body: bytes) -> Request:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    root, path, query = scope.get("root_path", ""), scope["path"], scope.get("query_string", b"").decode("latin-1")
    # Starlette leaves the whole path beside the root it is mounted under, older servers the rest alone.
    inner = path.removeprefix(root) if root and path.startswith(f"{root}/") else path
    whole = path if inner != path else f"{root}{path}"
    host = dict(headers).get("host") or ":".join(map(str, scope.get("server") or ("localhost",)))
    url = f"{scope.get('scheme', 'http')}://{host}{quote(whole)}{'?' if query else ''}{query}"
    # The server's own word: uvicorn, for one, is told which proxies to believe.
    address = str((scope.get("client") or ("",))[0])
    return Request(scope["method"], inner, body, headers, dict(parse_qsl(query, keep_blank_values=True)), url, address)


async def _send(send: Send, response: Response) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    if "content-length" not in response.headers:
        headers.append((b"content-length", str(len(response.body)).encode()))
    # Whoever asked may be gone by now; what was kept is kept.
    with contextlib.suppress(OSError):
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})


def _cookie_of(scope: Scope, name: str) -> str | None:
    for header, value in scope["headers"]:
        if header == b"cookie":
            with contextlib.suppress(CookieError):
                found = SimpleCookie(value.decode("latin-1")).get(name)
                if found is not None:
                    return found.value
    return None
