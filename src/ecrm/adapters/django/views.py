"""What Django answers for ecrm: webhooks, the customers' pages, what `ECRM["MOUNTS"]` adds."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from ecrm.adapters.django.shop import embedded
from ecrm.errors import EcrmError
from ecrm.http import Request, Response
from ecrm.web import LONGEST_BODY

__all__ = ["site"]

_LOG = logging.getLogger("ecrm.web")


@csrf_exempt
# What is told goes into the CRM by transactions of its own: the shop's need not wait for it.
@transaction.non_atomic_requests
def site(request: HttpRequest, path: str) -> HttpResponse:
    """Answer a request under the address that the shop mounts.

    Args:
        request: As it came.
        path: What follows that address.
    """
    try:
        body = request.read(LONGEST_BODY + 1)
    except (UnreadablePostError, OSError):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    try:
        answer = embedded().site.answer(_read(request, path, body))
    except EcrmError as error:
        _LOG.error("a request was not answered: %s", error)
        answer = Response(HTTPStatus.SERVICE_UNAVAILABLE)
    response = HttpResponse(answer.body, status=answer.status)
    for name, value in answer.headers.items():
        response[name] = value
    return response


# It proves by signatures who asks, where a project asks everybody else to sign in.
site.login_required = False


def _read(request: HttpRequest, path: str, body: bytes) -> Request:
    public: str | None = embedded().config.public_url
    query = request.META.get("QUERY_STRING", "")
    url = f"{public.rstrip('/')}/{path}{'?' if query else ''}{query}" if public else request.build_absolute_uri()
    given: dict[str, Any] = dict(request.GET.items())
    address = request.META.get("REMOTE_ADDR") or ""
    return Request(request.method or "GET", f"/{path}", body, dict(request.headers.items()), given, url, address)
