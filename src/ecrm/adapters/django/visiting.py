"""Visitors who have not signed in: a signed id in a cookie, which joins their customer when they sign in.

The cookie is made when something is told of a visitor, or the shop asks who it is, and not before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.cache import patch_vary_headers

from ecrm.adapters.django.config import loaded
from ecrm.adapters.django.shop import embedded
from ecrm.errors import EcrmError
from ecrm.web import Visitor

__all__ = ["VisitorMiddleware", "anonymous_id_of", "visitor_of"]

_LOG = logging.getLogger("ecrm.web")
_MAX_AGE_S = 365 * 24 * 3600
_SEEN = "_ecrm_visitor"


class _Seen:
    """Keep what a request's cookie said."""

    def __init__(self, visitor: Visitor | None) -> None:
        self.visitor = visitor
        self.is_new = False


class VisitorMiddleware:
    """Give visitors the cookie that was made for them while a request was answered.

    Args:
        get_response: What answers the request.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Answer a request."""
        setattr(request, _SEEN, None)
        response = self._get_response(request)
        seen: _Seen | None = getattr(request, _SEEN, None)
        if seen is None:
            return response
        # What was answered differs by the visitor: no cache may give it to another.
        patch_vary_headers(response, ("Cookie",))
        if seen.is_new and seen.visitor is not None:
            response.set_cookie(
                embedded().config.visitor_cookie, seen.visitor.cookie, max_age=_MAX_AGE_S, httponly=True,
                samesite="Lax", secure=settings.SESSION_COOKIE_SECURE or request.is_secure(),
            )  # fmt: skip
        return response


def visitor_of(request: Any, *, makes: bool = True) -> Visitor | None:
    """Give the visitor of a request; None without the middleware, or where there is none.

    Args:
        request: The request.
        makes: Whether one who is new is given an id, which goes into a cookie with the response.
    """
    if request is None or not hasattr(request, _SEEN):
        return None
    try:
        return _seen(request, makes=makes)
    except EcrmError as error:
        _LOG.warning("visitors are not known at the moment: %s", type(error).__name__)
        return None


def anonymous_id_of(request: Any, *, makes: bool = False) -> str | None:
    """Give the anonymous id of a request's visitor, for `Who(anonymous_id=…)`."""
    visitor = visitor_of(request, makes=makes)
    return None if visitor is None else visitor.anonymous_id


def _seen(request: Any, *, makes: bool) -> Visitor | None:
    here = embedded()
    seen: _Seen | None = getattr(request, _SEEN)
    if seen is None:
        seen = _Seen(here.visitors.read(request.COOKIES.get(here.config.visitor_cookie)))
        setattr(request, _SEEN, seen)
    if seen.visitor is None and makes:
        allowed = loaded(here.config.visitor_allowed, "VISITOR_ALLOWED")
        if allowed is None or allowed(request):
            seen.visitor = here.visitors.new()
            seen.is_new = True
    return seen.visitor
