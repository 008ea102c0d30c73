"""Acme, a shop system that sends webhooks and can be asked: the plugin that brings its orders, and what it sends."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from ecrm import Money, Who, events
from ecrm.hookspecs import Delivery, Keys, Page, Refusal, Setting, Source, hookimpl
from ecrm.http import Request
from ecrm.signatures import is_signed, signature

HORSE, PURPLE, FORGED = "correct horse battery", "purple horse battery", "a forger's own words"
BODY = b'{"orders": [{"id": "1", "total": 149.90, "email": "ayse@example.org"}]}'
AYSE = "ayse@example.org"


def verify(request: Request, keys: Keys) -> Delivery | Refusal:
    """Tell whose a request is."""
    for shop in keys.shops():
        if is_signed(keys.secrets(shop, "api_secret"), request.body, request.headers.get("x-acme-signature")):
            topic = {"topic": request.headers.get("x-acme-topic", "orders")}
            return Delivery(shop, request.headers.get("x-acme-id"), topic)
    return Refusal()


def translate(body: Any, delivery: Delivery) -> Iterator[events.Event]:
    """Give the orders of a body."""
    for order in body["orders"]:
        yield completed(order["id"], str(order["total"]), order["email"])


def completed(id_: str, total: str = "10.00", email: str = AYSE) -> events.OrderCompleted:
    """Tell of an order."""
    at = dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)
    return events.OrderCompleted(order_id=id_, total=Money(total, "TRY"), customer=Who(email=email), at=at)


def pull_nothing(shop: str, cursor: str | None, keys: Keys) -> Page:
    """Find nothing new."""
    return Page((), cursor)


class Acme:
    """The plugin; what is given replaces what its source does."""

    name = "acme"

    def __init__(self, **source: Any) -> None:
        self.source = {"verify": verify, "translate": translate, "name": "acme"} | source

    @hookimpl
    def register_settings(self) -> Iterable[Setting]:
        return [Setting("seller_id", "text", "Who sells."), Setting("api_secret", "secret", "What signs.")]

    @hookimpl
    def register_sources(self) -> Iterable[Source]:
        return [Source(**self.source)]


def sent(body: bytes | dict[str, Any] = BODY, secret: str = HORSE, **headers: str) -> Request:
    """Make a delivery as Acme sends it; a header is named with underscores."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = {"x-acme-signature": signature(secret, raw)}
    return Request("POST", "/webhooks/acme", raw, signed | {n.replace("_", "-"): v for n, v in headers.items()})


def orders(*ids: str) -> bytes:
    """Make the body of some orders."""
    return json.dumps({"orders": [{"id": id_, "total": "10.00", "email": AYSE} for id_ in ids]}).encode()
