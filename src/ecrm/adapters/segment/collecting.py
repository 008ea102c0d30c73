"""What a host mounts at `v1`: Segment's addresses, its answers, browsers of other origins, compressed bodies.

Verifying, keeping and translating are the source's, in `plugin`.
"""

from __future__ import annotations

import zlib
from http import HTTPStatus
from typing import Any

import attrs

from ecrm.adapters.segment.messages import LONGEST_BATCH, PATHS
from ecrm.crm import CRM
from ecrm.errors import InvalidError
from ecrm.http import Headers, Request, Response

__all__ = ["Collector"]

# Any page of the shop's may call: no cookie goes along, and the key is no secret to a browser.
_CORS = {"access-control-allow-origin": "*"}
_PREFLIGHT = {
    **_CORS,
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "authorization, content-type, content-encoding, x-retry-count",
    "access-control-max-age": "86400",
}
_CODES = {
    HTTPStatus.BAD_REQUEST: ("invalid_request", "the body is malformed, or lacks what its type must have"),
    HTTPStatus.UNAUTHORIZED: ("unauthorized", "the write key is missing or wrong"),
    HTTPStatus.NOT_FOUND: ("not_found", "there is no such call"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method_not_allowed", "send it by POST"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "payload_too_large", "send at most 32 KB a call, and 500 KB and 2,500 calls a batch",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ("unavailable", "send it again later"),
}  # fmt: skip
_GZIP = 16 + zlib.MAX_WBITS


class Collector:
    """Answer the calls of Segment's clients.

    Args:
        crm: The CRM; which shop it is, the write key says.

    >>> from cryptography.fernet import Fernet
    >>> from ecrm import CRM
    >>> key = Fernet.generate_key().decode()
    >>> body = b'{"userId": "7", "event": "Gift Wrapped", "writeKey": "the write key of the shop"}'
    >>> with CRM("sqlite:///shop.db", secrets={"settings": key}) as crm:
    ...     seen = crm.plugins.configure("segment", write_key="the write key of the shop")
    ...     Collector(crm).answer(Request("POST", "/v1/track", body)).body
    b'{"success": true}'
    """

    def __init__(self, crm: CRM) -> None:
        self._crm = crm

    def answer(self, request: Request) -> Response:
        """Answer a call.

        Args:
            request: Its path ends as Segment's do: `/v1/track`, `/v1/batch`.

        Returns:
            200 where it is kept; 400, 401, 404, 405, 413 where it is refused, and nothing is kept; 503 where the
            database is away, so that the client tries again.
        """
        if request.path.rstrip("/").rpartition("/")[2] not in PATHS:
            return _said(HTTPStatus.NOT_FOUND)
        if request.method == "OPTIONS":
            return Response(HTTPStatus.NO_CONTENT, headers=_PREFLIGHT)
        if request.method != "POST":
            return _said(HTTPStatus.METHOD_NOT_ALLOWED, {"allow": "POST, OPTIONS"})
        try:
            body = _inflated(request)
        except InvalidError:
            return _said(HTTPStatus.BAD_REQUEST)
        if len(body) > LONGEST_BATCH:
            return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        told = self._crm.receive("segment", attrs.evolve(request, body=body))
        return _said(told.status, {"retry-after": told.headers["retry-after"]} if "retry-after" in told.headers else {})

    def describe(self, spec: Any, word: str) -> None:
        """Add the calls to an OpenAPI document; `ecrm.web.openapi.describe` asks for it.

        Args:
            spec: An `apispec.APISpec`.
            word: Where it is mounted, as `v1`.
        """
        from ecrm.adapters.segment.schema import SCHEMAS

        spec.components.security_scheme("writeKey", {"type": "http", "scheme": "basic"})
        told = {"200": {"description": "It is kept."}}
        told |= {str(int(status)): {"description": message} for status, (_, message) in _CODES.items()}
        for call, schema in SCHEMAS.items():
            content = {"application/json": {"schema": schema}}
            operation = {
                "operationId": f"{word}_{call}",
                "summary": f"Take in {call}",
                "security": [{"writeKey": []}],
                "requestBody": {"required": True, "content": content},
                "responses": told,
            }
            spec.path(f"/{word}/{call}", operations={"post": operation})


def _said(status: int, headers: dict[str, str] | None = None) -> Response:
    if status == HTTPStatus.OK:
        told = Response.json({"success": True})
    else:
        code, message = _CODES.get(HTTPStatus(status), ("refused", "it was refused"))
        told = Response.json({"success": False, "code": code, "message": message}, status)
    return attrs.evolve(told, headers=Headers({**told.headers, **_CORS, **(headers or {})}))


def _inflated(request: Request) -> bytes:
    """Give the body as it was before it was compressed, no more than one byte too many of it."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return request.body
    if encoding not in {"gzip", "x-gzip"}:
        raise InvalidError.of("content-encoding", "send gzip, or nothing")
    reader = zlib.decompressobj(_GZIP)
    try:
        body = reader.decompress(request.body[: LONGEST_BATCH + 1], LONGEST_BATCH + 1)
    except zlib.error as error:
        raise InvalidError.of("body", "it is no gzip") from error
    if len(body) <= LONGEST_BATCH and (not reader.eof or reader.unused_data):
        raise InvalidError.of("body", "it is no whole gzip")
    return body
