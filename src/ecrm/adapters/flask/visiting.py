"""The cookie of a visitor: made when a view first asks who it is, and only where the program says it may be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import attrs
import flask

from ecrm.errors import InvalidError
from ecrm.values import Who
from ecrm.web.visitors import Visitor, Visitors

__all__ = ["Cookie", "CookieJar", "visitor_id", "who"]

_LOG = logging.getLogger("ecrm.flask")
_HELD = "_ecrm_visitor"
_DAY_S = 86_400


@attrs.frozen
class Cookie:
    """Say how the cookie is set.

    Args:
        name: Of the cookie.
        days: How long a browser keeps it.
        is_allowed: Tells of a request whether the visitor agreed to it; None is always.
    """

    name: str
    days: int
    is_allowed: Callable[[flask.Request], bool] | None = None


class CookieJar:
    """Read and set the cookie of one program.

    Args:
        visitors: Make and read what it holds.
        cookie: How it is set.
    """

    def __init__(self, visitors: Visitors, cookie: Cookie) -> None:
        self._visitors = visitors
        self._cookie = cookie

    def visitor(self) -> Visitor | None:
        """Give who asks: known by the cookie, or new; None where there may be none."""
        held: Visitor | None = flask.g.get(_HELD)
        if held is None and self._is_allowed():
            held = self._visitors.read(flask.request.cookies.get(self._cookie.name)) or self._visitors.new()
            setattr(flask.g, _HELD, held)
        return held

    def put(self, response: flask.Response) -> flask.Response:
        """Set the cookie on an answer where it is new, and take it away where it is not allowed any more."""
        given = flask.request.cookies.get(self._cookie.name)
        held: Visitor | None = flask.g.get(_HELD)
        if held is not None:
            # A cache must not give one visitor's page to another.
            response.vary.add("Cookie")
        if held is not None and held.cookie != given:
            response.set_cookie(
                self._cookie.name,
                held.cookie,
                max_age=self._cookie.days * _DAY_S,
                httponly=True,
                samesite="Lax",
                secure=self._is_secure(),
                **self._place(),
            )
        elif given is not None and held is None and not self._is_allowed():
            response.delete_cookie(self._cookie.name, **self._place())
        return response

    def _is_allowed(self) -> bool:
        asks = self._cookie.is_allowed
        try:
            return asks is None or bool(asks(flask.request))
        except Exception as error:  # noqa: BLE001 - the shop's own code: without an answer there is no consent
            _LOG.error("whether a visitor agreed to the cookie could not be asked: %s", type(error).__name__)
            return False

    @staticmethod
    def _is_secure() -> bool:
        return bool(flask.current_app.config.get("SESSION_COOKIE_SECURE")) or flask.request.is_secure

    @staticmethod
    def _place() -> dict[str, Any]:
        config = flask.current_app.config
        return {"path": config.get("SESSION_COOKIE_PATH") or "/", "domain": config.get("SESSION_COOKIE_DOMAIN") or None}


def visitor_id() -> str | None:
    """Give the anonymous id of who asks, for `Who(anonymous_id=…)`; a new visitor gets a cookie with the answer.

    Returns:
        None outside a request, where the cookie is off or not agreed to, or while the database is away.
    """
    if not flask.has_request_context():
        return None
    hosted = flask.current_app.extensions.get("ecrm")
    jar: CookieJar | None = getattr(hosted, "jar", None)
    visitor = None if jar is None else jar.visitor()
    return None if visitor is None else visitor.anonymous_id


def who(**identities: Any) -> Who | None:
    """Give who asks: what the view knows of them, and their anonymous id.

    Args:
        **identities: As `Who` takes them; those that are None are left out.

    Returns:
        None where nobody is known: an event about it is not emitted, which is logged, and the view goes on.
    """
    known = {name: value for name, value in identities.items() if value is not None}
    known.setdefault("anonymous_id", visitor_id())
    if all(value is None for name, value in known.items() if name not in {"source", "verified"}):
        return None
    try:
        return Who(**known)
    except InvalidError as error:
        _LOG.error("who asks can not be said: look at %s", ", ".join(error.fields))
        return None
