"""What Segment's messages become: our kinds where they fit, and nothing lost where they do not."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import Money, events
from ecrm.adapters.segment.messages import check_messages, messages_of
from ecrm.adapters.segment.translating import TRACKED, translate
from ecrm.errors import InvalidError
from ecrm.hookspecs import Delivery
from ecrm.sources.wires import wires_of
from ecrm.values.strict_json import read_json

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def translated(*messages, path="batch", sent_at=None, **context):
    body = read_json(json.dumps({"batch": messages, "sentAt": sent_at}).encode())
    return list(translate(body, Delivery("main", None, {"path": path, "received_at": NOW.isoformat(), **context})))


def tracked(event, properties=None, **more):
    (made,) = translated({"type": "track", "event": event, "userId": 7, "properties": properties or {}, **more})
    return made


def test_an_order_is_an_order_with_its_lines():
    made = tracked(
        "Order Completed",
        {
            "order_id": 50314, "checkout_id": "c", "total": 27.5, "shipping": 3, "tax": 2, "discount": 2.5,
            "coupon": "hasbros", "currency": "USD", "affiliation": "Store",
            "products": [{"product_id": "507", "sku": "45790-32", "name": "Monopoly", "price": 19, "quantity": 1,
                          "category": "Games", "url": "https://x.example/m", "shelf": 3}],
        },
        messageId="m1",
    )  # fmt: skip
    assert isinstance(made, events.OrderCompleted)
    assert (made.order_id, made.source_id, made.total) == ("50314", "m1", Money("27.50", "USD"))
    assert made.products[0].sku == "45790-32"
    assert made.customer.given == {"user_id": "7"}


@pytest.mark.parametrize("name", sorted(TRACKED))
def test_every_name_of_the_spec_becomes_its_kind(name):
    made = tracked(name, {"order_id": "1", "product_id": "2", "review_id": "3"})
    assert type(made) is TRACKED[name]


@pytest.mark.parametrize(
    "name",
    sorted(events.CORE_NAMES - TRACKED.keys()),
)
def test_nothing_a_client_sends_grants_erases_merges_or_counts_points(name):
    made = tracked(name, {"purpose": "marketing", "channel": "email"})
    assert isinstance(made, events.Custom)
    assert made.event_name == f"Segment {name}"


def test_an_unknown_name_is_kept_whole():
    made = tracked("Gift Wrapped", {"paper": "red", "sizes": [1, 2.5]})
    assert isinstance(made, events.Custom)
    assert json.dumps(made.properties(), default=str) == '{"paper": "red", "sizes": [1, 2.5]}'


def test_a_field_that_does_not_fit_is_left_to_the_context():
    made = tracked("Product Added", {"product_id": "1", "quantity": "many", "colour": "red"})
    assert isinstance(made, events.ProductAdded)
    assert made.quantity is None
    assert made.context["more"] == {"quantity": "many", "colour": "red"}


def test_a_line_that_does_not_fit_takes_no_other_along():
    lines = [{"shelf": 1}, {"sku": "a", "price": "cheap"}, "text", {"sku": "b", "price": 2}]
    made = tracked("Order Completed", {"order_id": "1", "total": 4, "currency": "EUR", "products": lines})
    assert [line.sku for line in made.products] == ["a", "b"]
    assert made.total == Money("4.00", "EUR")


def test_amounts_in_a_currency_that_is_none_are_not_read_in_the_shops():
    made = tracked("Order Completed", {"order_id": "1", "total": 4, "currency": "POINTS"})
    assert made.total is None
    assert made.context["more"]["total"] == 4


def test_an_order_without_its_number_is_kept_under_another_name():
    made = tracked("Order Completed", {"total": 4, "currency": "EUR"})
    assert (made.event_name, made.properties()["currency"]) == ("Segment Order Completed", "EUR")


def test_the_number_of_a_card_is_not_kept_but_that_it_happened_is():
    made = tracked("Paid", {"number": "4111 1111 1111 1111"})
    assert "4111" not in json.dumps(made.properties())


def test_traits_are_fields_of_the_customer():
    traits = {"email": "ayse@example.com", "phone": "+905321112233", "firstName": "Ayşe", "lastName": "Yılmaz",
              "birthday": "1990-02-03T00:00:00Z", "plan": "gold"}  # fmt: skip
    (made,) = translated({"type": "identify", "userId": "7", "traits": traits, "context": {"locale": "tr-TR"}})
    assert isinstance(made, events.CustomerIdentified)
    assert made.customer.given == {"email": "ayse@example.com", "phone": "+905321112233", "user_id": "7"}
    assert made.customer.verified == frozenset()
    assert (made.name, made.birthday, made.language) == ("Ayşe Yılmaz", dt.date(1990, 2, 3), "tr-TR")
    assert made.attributes == {"plan": "gold"}


@pytest.mark.parametrize("bad", [{"birthday": "soon"}, {"email": ""}, {"email": 7}, {"phone": "x" * 400}])
def test_a_trait_that_can_not_be_loses_no_other(bad):
    (made,) = translated({"type": "identify", "userId": "7", "traits": {"name": "Ayşe", **bad}})
    assert made.name == "Ayşe"


def test_a_page_has_what_the_client_knows_of_it():
    page = {"url": "https://shop.example/a?b", "path": "/a", "search": "?b", "title": "A", "referrer": ""}
    message = {"type": "page", "anonymousId": "v", "name": "Home", "context": {"page": page}}
    (made,) = translated(message)
    assert isinstance(made, events.PageViewed)
    assert (made.name, made.url, made.title, made.channel) == ("Home", page["url"], "A", "web")


def test_a_screen_is_of_an_app():
    (made,) = translated(
        {"type": "screen", "anonymousId": "v", "name": "Cart", "context": {"app": {"name": "a"}, "device": {"id": "d"}}}
    )
    assert isinstance(made, events.ScreenViewed)
    assert (made.name, made.channel) == ("Cart", "app")


def test_an_alias_joins_the_visitor_and_the_account():
    (made,) = translated({"type": "alias", "userId": "7", "previousId": "v"})
    assert made.customer.given == {"user_id": "7", "anonymous_id": "v"}


def test_a_group_is_kept():
    (made,) = translated({"type": "group", "userId": "7", "groupId": "g", "traits": {"size": 3}})
    assert made.properties() == {"group_id": "g", "traits": {"size": 3}}


def test_the_context_is_kept_without_the_ip_address_unless_the_shop_wants_it():
    context = {"ip": "192.0.2.1", "userAgent": "Firefox", "campaign": {"source": "news"}, "traits": {"a": 1}}
    message = {"type": "track", "event": "A", "userId": "7", "context": context}
    (made,) = translated(message)
    assert (made.context, made.campaign) == ({"userAgent": "Firefox"}, {"source": "news"})
    (made,) = translated(message, keeps_ip="yes")
    assert made.context["ip"] == "192.0.2.1"


def test_what_the_batch_says_of_all_holds_for_each():
    body = {
        "batch": [{"type": "page", "userId": "7", "context": {"locale": "tr"}}],
        "context": {"userAgent": "Firefox"},
    }
    (made,) = translate(body, Delivery("main", None, {"path": "batch", "received_at": NOW.isoformat()}))
    assert made.context == {"userAgent": "Firefox", "locale": "tr"}


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "at"),
    [
        ("2026-01-01T11:00:00Z", None, "2026-01-01T11:00:00+00:00"),
        # The client's clock is two hours slow, then a day fast.
        ("2026-01-01T09:30:00Z", "2026-01-01T10:00:00Z", "2026-01-01T11:30:00+00:00"),
        ("2026-01-02T11:00:00Z", "2026-01-02T12:00:00Z", "2026-01-01T11:00:00+00:00"),
        ("2026-01-01T14:00:00+03:00", None, "2026-01-01T11:00:00+00:00"),
        ("2026-01-01T11:00:00", None, "2026-01-01T11:00:00+00:00"),
        ("2030-01-01T00:00:00Z", None, NOW.isoformat()),
        ("0001-01-01T00:00:00Z", "2026-01-01T12:00:00Z", NOW.isoformat()),
        ("soon", None, NOW.isoformat()),
        (None, "2026-01-01T12:00:00Z", NOW.isoformat()),
        (7, "soon", NOW.isoformat()),
    ],
)
def test_a_time_is_told_by_the_clock_of_who_received_it(timestamp, sent_at, at):
    message = {"type": "track", "event": "A", "userId": "7", "timestamp": timestamp}
    (made,) = translated(message, sent_at=sent_at)
    assert made.at.isoformat() == at


def test_what_is_imported_did_not_happen_now():
    assert [made.live for made in translated({"type": "page", "userId": "7"}, path="import")] == [False]
    assert [made.live for made in translated({"type": "page", "userId": "7"})] == [True]


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
fields = st.sampled_from(
    ["order_id", "total", "currency", "products", "price", "quantity", "email", "birthday", "name", "page", "campaign"]
)
messages = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "identify", "page", "screen", "group", "alias"]), "userId": values},
    optional={
        "event": st.sampled_from([*sorted(events.CORE_NAMES), "Gift Wrapped"]),
        "anonymousId": values,
        "previousId": values,
        "groupId": values,
        "name": values,
        "messageId": values,
        "timestamp": values,
        "properties": st.dictionaries(fields, values) | values,
        "traits": st.dictionaries(fields, values) | values,
        "context": st.dictionaries(fields, values) | values,
    },
)


@given(messages)
def test_whatever_the_door_takes_is_translated(message):
    try:
        body = read_json(json.dumps({"batch": [message]}).encode())
        check_messages(messages_of(body, "batch"))
    except InvalidError:
        return
    made = translate(body, Delivery("main", "d", {"path": "batch", "received_at": NOW.isoformat()}))
    assert len(wires_of(made, "segment", NOW, "d")) == 1
