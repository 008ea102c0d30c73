"""The source of Segment's clients keeps what every source keeps, and takes nothing that can not be translated."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.fernet import Fernet

from ecrm.adapters.segment import Segment
from ecrm.http import Request
from ecrm.testing import FrozenCRM, SourceCase, SourceContract

KEY, OTHER = "write key of the shop", "write key of the outlet"


def order(number):
    return {
        "type": "track", "event": "Order Completed", "userId": "7", "messageId": f"m{number}",
        "timestamp": f"2026-01-01T09:0{number}:00Z", "context": {"traits": {"email": "ayse@example.com"}},
        "properties": {"order_id": str(number), "total": 149.9, "currency": "TRY"},
    }  # fmt: skip


def body_of(*messages, **more):
    return json.dumps({"batch": messages, "sentAt": "2026-01-01T12:00:00Z", **more}).encode()


def authorized(key=KEY):
    return {"Authorization": f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"}


class TestSegment(SourceContract):
    """Its contract."""

    receives, signs_bodies = True, False

    @pytest.fixture
    def source(self):
        return SourceCase(
            Segment,
            secrets={"write_key": KEY},
            bodies=[body_of(order(1)), body_of(order(2))],
            sign=lambda body, secrets: Request("POST", "/v1/batch", body, authorized(secrets["write_key"])),
            personal=["ayse@example.com"],
        )


@pytest.fixture
def crm(sqlite_url):
    secrets = {"segment.write_key": KEY, "settings": Fernet.generate_key().decode()}
    with FrozenCRM(sqlite_url, plugins=[Segment], secrets=secrets) as opened:
        yield opened


def send(crm, body, path="/v1/track", **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return crm.receive("segment", Request("POST", path, raw, headers or authorized())).status


def test_a_shop_is_known_by_its_own_write_key_wherever_it_stands(crm):
    outlet = crm.for_shop("outlet")
    outlet.plugins.configure("segment", write_key=OTHER)
    assert send(crm, {"userId": "7", "event": "A"} | {"writeKey": OTHER}, **{"X-A": "1"}) == 200
    assert send(crm, {"userId": "8", "event": "B"}, **authorized(OTHER)) == 200
    assert send(crm, {"userId": "9", "event": "C"}) == 200
    crm.work()
    assert len(outlet.customers.list()) == 2
    assert len(crm.customers.list()) == 1


@pytest.mark.parametrize("headers", [{"X-A": "1"}, authorized("another key of someone"), {"Authorization": "Basic ?"}])
def test_without_the_key_nothing_is_kept(crm, headers):
    assert send(crm, {"userId": "7", "event": "A"}, **headers) == 401
    assert crm.work().is_idle


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/track", b"{"),
        ("/v1/track", []),
        ("/v1/track", {"userId": "7"}),
        ("/v1/track", {"userId": "7", "event": ""}),
        ("/v1/track", {"userId": "7", "event": 7.5}),
        ("/v1/track", {"event": "A"}),
        ("/v1/track", {"userId": "", "anonymousId": "", "event": "A"}),
        ("/v1/track", {"userId": {"a": 1}, "event": "A"}),
        ("/v1/track", {"userId": "x" * 321, "event": "A"}),
        ("/v1/track", {"userId": "7", "event": "A", "properties": []}),
        ("/v1/identify", {"userId": "7", "traits": "gold"}),
        ("/v1/page", {"name": "Home"}),
        ("/v1/alias", {"userId": "7"}),
        ("/v1/batch", {"userId": "7"}),
        ("/v1/batch", {"batch": "all"}),
        ("/v1/batch", {"batch": [7]}),
        ("/v1/batch", {"batch": [{"userId": "7", "type": "purchase"}]}),
        ("/v1/batch", {"batch": [{"userId": "7", "type": ["track"]}]}),
        ("/v1/batch", {"batch": [order(1), {"type": "track", "event": "A"}]}),
        ("/webhooks/segment", {"userId": "7", "event": "A"}),
    ],
)
def test_what_could_not_be_translated_is_refused_and_leaves_nothing(crm, path, body):
    assert send(crm, body, path) == 400
    assert crm.work().is_idle


def test_the_limits_are_segments(crm):
    long = {"userId": "7", "event": "A", "properties": {"text": "x" * 32_768}}
    assert send(crm, long) == 413
    assert send(crm, body_of(long | {"type": "track"}), "/v1/batch") == 413
    assert send(crm, body_of(*[{"type": "page", "userId": "7"}] * 2_501), "/v1/batch") == 413
    assert send(crm, b" " * 512_001, "/v1/batch") == 413
    assert crm.work().is_idle
    assert send(crm, body_of(*[{"type": "page", "userId": "7"}] * 2_500), "/v1/batch") == 200
    assert crm.work().received == 2_500


def test_a_message_comes_in_once_however_often_it_is_sent(crm):
    assert send(crm, body_of(order(1)), "/v1/batch") == 200
    assert send(crm, body_of(order(1), order(2), again=1), "/v1/batch") == 200
    crm.work()
    assert crm.facts("ayse@example.com")["orders.count"] == 2


def test_two_calls_without_ids_are_two_happenings(crm):
    same = {"userId": "7", "event": "Gift Wrapped", "timestamp": "2026-01-01T09:00:00Z"}
    assert (send(crm, same), send(crm, same)) == (200, 200)
    assert crm.work().received == 2


def test_the_address_webhooks_segment_takes_what_says_its_type_itself(crm):
    assert send(crm, order(1), "/webhooks/segment") == 200
    assert send(crm, body_of(order(2)), "/webhooks/segment") == 200
    crm.work()
    assert crm.facts("ayse@example.com")["orders.count"] == 2
