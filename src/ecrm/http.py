"""A request and a response that belong to no framework: adapters turn theirs into these and back."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import attrs

from ecrm.errors import InvalidError

__all__ = ["Headers", "Request", "Response", "read_basic", "read_retry_after"]

_LOWEST_STATUS, _HIGHEST_STATUS = 100, 599


class Headers(Mapping[str, str]):
    """Hold headers; their names mean the same in any case.

    Args:
        headers: By name, or as pairs; of several of one name the values are joined by a comma.

    >>> Headers({"Content-Type": "text/plain"})["content-type"]
    'text/plain'
    """

    def __init__(self, headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        self._values: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        # A value may be a signature or a cookie: names must do.
        return f"<Headers {', '.join(sorted(self._values))}>"


def _upper(value: str) -> str:
    return value.upper()


def _headers(value: Any) -> Headers:
    return value if isinstance(value, Headers) else Headers(value)


def _check_bytes(_: Any, field: Any, value: bytes) -> None:
    if not isinstance(value, bytes):
        raise InvalidError.of(field.name, "give the raw bytes, before any decoding")


def _check_status(_: Any, field: Any, value: int) -> None:
    if not isinstance(value, int) or not _LOWEST_STATUS <= value <= _HIGHEST_STATUS:
        raise InvalidError.of(field.name, "give an HTTP status, from 100 to 599")


@attrs.frozen(repr=False)
class Request:
    """Be a request as it came, raw.

    Args:
        method: As POST.
        path: Without the query.
        body: The raw bytes, as signatures are over these.
        headers: By name, in any case.
        query: By name.
        url: The whole address as the sender knows it, for signatures that cover it.
        remote_address: The IP address the host's server says it came from, for limits; empty where it says none. An
            adapter takes it from its framework, never from a header: which proxies are believed is the host's to say.

    >>> Request("post", "/webhooks/acme", b"{}", {"X-Acme": "1"}).headers["x-acme"]
    '1'
    """

    method: str = attrs.field(converter=_upper)
    path: str = "/"
    body: bytes = attrs.field(default=b"", validator=_check_bytes)
    headers: Headers = attrs.field(factory=Headers, converter=_headers)
    query: Mapping[str, str] = attrs.field(factory=dict)
    url: str = ""
    remote_address: str = ""

    def __repr__(self) -> str:
        return f"<Request {self.method} {len(self.body)} bytes>"


@attrs.frozen(repr=False)
class Response:
    """Be an answer; an adapter sends it as it is.

    Args:
        status: The HTTP status, 100 to 599.
        body: The bytes.
        headers: By name.

    >>> Response.json({"done": True}).body
    b'{"done": true}'
    """

    status: int = attrs.field(default=200, validator=_check_status)
    body: bytes = attrs.field(default=b"", validator=_check_bytes)
    headers: Headers = attrs.field(factory=Headers, converter=_headers)

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Response:
        """Make an answer of JSON."""
        return cls(status, json.dumps(value).encode(), {"content-type": "application/json"})

    def __repr__(self) -> str:
        return f"<Response {self.status} {len(self.body)} bytes>"


def read_retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Read a Retry-After header: how long to wait, in seconds; None where it does not say.

    Args:
        value: Seconds, or a date; None where the header is missing.
        now: The time, aware.

    Source: RFC 9110, section 10.2.3.

    >>> read_retry_after("120", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    120.0
    >>> read_retry_after("Thu, 01 Jan 2026 00:00:30 GMT", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    30.0
    """
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((at.replace(tzinfo=at.tzinfo or dt.UTC) - now).total_seconds(), 0.0)


def read_basic(authorization: str | None) -> tuple[str, str] | None:
    """Read an Authorization header of a user and a password; None where it is none.

    Args:
        authorization: As it came; None where the header is missing.

    Source: RFC 7617.

    >>> read_basic("Basic c2hvcDpzZWNyZXQ=")
    ('shop', 'secret')
    """
    kind, _, given = (authorization or "").partition(" ")
    try:
        user, separator, password = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password) if separator and kind.lower() == "basic" else None
