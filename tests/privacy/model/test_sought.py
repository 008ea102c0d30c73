"""Whether a raw body names somebody, in whatever form it came."""

from __future__ import annotations

import json

import pytest

from ecrm.privacy.model.sought import Sought
from ecrm.shops.model import Settings

IDENTITIES = [
    ("email", "ayse@example.org"),
    ("phone", "+905321112233"),
    ("account", "web:7"),
    ("account", "web:7654321"),
    ("card", "55"),
    ("relay", "trendyol:ab12@trendyolmail.com"),
    ("order", "web:1001"),
    ("nobody", "web:x"),
]
SOUGHT = Sought(IDENTITIES, [("web", "1001"), ("shop", "5")], Settings(country="TR"))


def wire(**more):
    return {"event": "Order Completed", "source": "web", "properties": {}, **more}


THEIRS = [
    wire(customer={"email": "AYSE@example.org"}),
    wire(customer={"phone": "0532 111 22 33"}),
    wire(customer={"user_id": "7"}),
    wire(customer={"card": "55", "verified": ["card"]}),
    wire(customer={"user_id": "9", "source": "x"}, properties={"text": "mail Ayse@Example.org"}),
    wire(properties={"order_id": "1001"}),
    {"event": "Order Cancelled", "properties": {"order_id": 5}},
    {"customer": {"id": 7654321}},
    {"orders": [{"billing": {"phone": "(532) 111-22-33"}}]},
    {"to": "AB12@trendyolmail.com"},
    ["+90 532 111 2233"],
    {"ayse@example.org": True},
]
OF_OTHERS = [
    wire(customer={"email": "mehmet@example.org"}, properties={"order_id": "1001"}),
    wire(customer={"user_id": "7", "source": "till"}),
    wire(properties={"order_id": "1002"}),
    wire(properties=5),
    wire(customer={"card": 55}),
    {"customer": {"id": 7, "quantity": 55, "is_vip": True, "ratio": 0.5}},
    {"phone": "0532 111 22 34"},
    {"text": None},
    5,
]


@pytest.mark.parametrize("body", THEIRS)
def test_what_names_them_is_found(body):
    assert SOUGHT.is_in(json.dumps(body).encode())


@pytest.mark.parametrize("body", OF_OTHERS)
def test_what_names_others_is_left(body):
    assert not SOUGHT.is_in(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("raw", "is_theirs"),
    [
        (b"email=Ayse@example.org&x=1", True),
        (b"phone=0532%20111 22 33", False),
        (b"phone=0532 111 22 33", True),
        (b"id=7654321", True),
        (b"id=7", False),
        (b"\xff\xfe", False),
        (b"", False),
    ],
)
def test_what_is_no_json_is_read_by_its_letters(raw, is_theirs):
    assert SOUGHT.is_in(raw) == is_theirs


def test_who_has_no_phone_is_found_by_none():
    assert not Sought([("email", "a@b.org")], [], Settings()).is_in(b'{"phone": "0532 111 22 33"}')


def test_it_shows_nothing():
    assert repr(SOUGHT) == "<Sought>"


def test_a_delivery_about_an_order_that_names_nobody_is_theirs_by_the_id():
    sought = Sought([], [("shopify", "2802639")], Settings())
    assert sought.is_in(b'{"id": 2802639, "total": "1"}')
    assert sought.is_in(b'{"refund": {"order_id": "2802639"}}')
    assert sought.is_in(b'{"admin_graphql_api_id": "gid://shopify/Order/2802639"}')
    assert not sought.is_in(b'{"quantity": 2802639}')
