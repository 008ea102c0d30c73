"""Events from outside are read by their kinds, and errors name the path of each bad field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ecrm import events
from ecrm.errors import InvalidError
from ecrm.values import Actor, Money, Who

ORDER = {"event": "Order Completed", "properties": {"order_id": "1"}}


def fields_of(mapping):
    with pytest.raises(InvalidError) as caught:
        events.from_wire(mapping)
    return caught.value.fields


def test_segments_envelope_is_understood():
    event = events.from_wire(
        {
            **ORDER,
            "type": "track",
            "userId": 7,
            "anonymousId": "v",
            "messageId": "m",
            "receivedAt": "x",
            "timestamp": "2026-01-01T00:00:00Z",
            "context": {"ip": "::1"},
        }
    )
    assert event.customer == Who(user_id="7", anonymous_id="v")
    assert event.at == datetime(2026, 1, 1, tzinfo=UTC)
    assert event.source_id == "m"
    assert event.context == {"ip": "::1"}


def test_the_whole_envelope_is_written():
    event = events.OrderCancelled(
        order_id=1,
        customer=Who(user_id=7, source="pos", verified=True),
        actor=Actor.staff("ali"),
        live=False,
        campaign={"utm_source": "x"},
        context={},
        channel="store",
        direction="in",
        source="pos",
        source_id="m",
        location_id="b1",
        at=datetime(2026, 1, 1),  # noqa: DTZ001 - a time is kept as it is given
    )
    assert events.to_wire(event) == {
        "event": "Order Cancelled",
        "messageId": "m",
        "timestamp": "2026-01-01T00:00:00",
        "source": "pos",
        "channel": "store",
        "direction": "in",
        "location_id": "b1",
        "live": False,
        "context": {},
        "customer": {"user_id": "7", "source": "pos", "verified": ["user_id"]},
        "actor": {"kind": "staff", "id": "ali"},
        "campaign": {"utm_source": "x"},
        "properties": {"order_id": "1"},
    }
    assert events.from_wire(events.to_wire(event)) == event
    assert events.to_wire(events.SignedIn(actor=Actor.customer()))["actor"] == {"kind": "customer"}


def test_an_unknown_name_is_kept_whole():
    event = events.from_wire({"event": "Tea Brewed", "properties": {"leaves": [1, {"a": None}]}})
    assert event == events.Custom("Tea Brewed", {"leaves": [1, {"a": None}]})
    assert events.from_wire({"event": "Tea Brewed"}).properties() == {}


def test_null_is_the_same_as_left_out():
    told = {
        **ORDER,
        "customer": None,
        "actor": None,
        "live": None,
        "properties": {"order_id": "1", "total": None, "currency": None, "products": None},
    }
    assert events.from_wire(told) == events.OrderCompleted(order_id="1")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"event": ""}, "event"),
        ({"event": 1.5}, "event"),
        ({"bogus": 1}, "bogus"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": 5}, "timestamp"),
        ({"customer": []}, "customer"),
        ({"customer": {"email": ""}}, "customer.email"),
        ({"customer": {"source": "x"}}, "customer"),
        ({"customer": {"mail": "x"}}, "customer.mail"),
        ({"customer": {"user_id": "1"}, "userId": "2"}, "userId"),
        ({"userId": ""}, "customer.user_id"),
        ({"actor": "ali"}, "actor"),
        ({"actor": {"kind": "robot"}}, "actor.kind"),
        ({"actor": {"kind": "staff", "x": 1}}, "actor.x"),
        ({"direction": "up"}, "direction"),
        ({"channel": "a\nb"}, "channel"),
        ({"live": "no"}, "live"),
        ({"messageId": "x" * 256}, "messageId"),
        ({"context": []}, "context"),
        ({"context": {"a": "\0"}}, "context.a"),
        ({"campaign": {"a": float("nan")}}, "campaign.a"),
        ({"properties": []}, "properties"),
        ({"properties": {}}, "properties.order_id"),
        ({"properties": {"order_id": None}}, "properties.order_id"),
        ({"properties": {"order_id": "x" * 256}}, "properties.order_id"),
        ({"properties": {"order_id": "1", "total": 1.5}}, "properties.total"),
        ({"properties": {"order_id": "1", "total": "1.999", "currency": "TRY"}}, "properties.total"),
        ({"properties": {"order_id": "1", "total": "NaN"}}, "properties.total"),
        ({"properties": {"order_id": "1", "total": "1", "currency": "ABC"}}, "properties.currency"),
        ({"properties": {"order_id": "1", "coupon": "4111 1111 1111 1111"}}, "properties.coupon"),
        ({"properties": {"order_id": "1", "coupon": "x" * 65_537}}, "properties.coupon"),
        ({"properties": {"order_id": "1", "products": {}}}, "properties.products"),
        ({"properties": {"order_id": "1", "products": [5]}}, "properties.products.0"),
        (
            {"properties": {"order_id": "1", "products": [{"sku": "a", "price": "x"}]}},
            "properties.products.0.price",
        ),
        (
            {"properties": {"order_id": "1", "products": [{"sku": "a"}, {"price": "1"}]}},
            "properties.products.1.product_id",
        ),
        (
            {"properties": {"order_id": "1", "products": [{"sku": "a", "colour": 1}]}},
            "properties.products.0.colour",
        ),
        (
            {"event": "Order Updated", "properties": {"order_id": "1", "updated_at": "2026-01-01T00:00"}},
            "properties.updated_at",
        ),
        (
            {"event": "Order Updated", "properties": {"order_id": "1", "updated_at": 5}},
            "properties.updated_at",
        ),
        (
            {"event": "Order Updated", "properties": {"order_id": "1", "updated_at": "soon"}},
            "properties.updated_at",
        ),
        ({"event": "Customer Updated", "properties": {"birthday": "1.5.1990"}}, "properties.birthday"),
        ({"event": "Customer Updated", "properties": {"birthday": 5}}, "properties.birthday"),
        ({"event": "Customer Updated", "properties": {"attributes": {"a": "\0"}}}, "properties.attributes.a"),
        ({"event": "Customer Updated", "properties": {"tags_added": ["a", 5]}}, "properties.tags_added.1"),
        ({"event": "Tea Brewed", "properties": {"note": "4111111111111111"}}, "properties.note"),
        ({"event": "Tea Brewed", "properties": []}, "properties"),
    ],
)
def test_a_bad_field_is_named_by_its_path(change, path):
    assert list(fields_of({**ORDER, **change})) == [path]


def test_all_bad_fields_are_named_at_once():
    told = {"event": "Order Completed", "bogus": 1, "timestamp": "x", "properties": {"foo": 1, "total": "x"}}
    assert set(fields_of(told)) == {
        "bogus",
        "timestamp",
        "properties.order_id",
        "properties.foo",
        "properties.total",
    }


@pytest.mark.parametrize("value", [None, [], "Order Completed", 5])
def test_only_a_mapping_is_an_event(value):
    assert list(fields_of(value)) == ["event"]


def test_a_time_keeps_its_zone_on_the_wire():
    zone = timezone(timedelta(hours=3))
    event = events.SignedIn(at=datetime(2026, 1, 1, 3, tzinfo=zone))
    assert events.to_wire(event)["timestamp"] == "2026-01-01T03:00:00+03:00"


def test_a_time_that_was_parsed_already_is_kept():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert events.from_wire({**ORDER, "timestamp": at}).at == at


def test_one_currency_serves_all_amounts():
    told = {
        "event": "Order Completed",
        "properties": {"order_id": 1, "total": "10", "tax": 2, "currency": "try"},
    }
    event = events.from_wire(told)
    assert (event.total, event.tax) == (Money(10, "TRY"), Money(2, "TRY"))
    assert event.properties() == {"order_id": "1", "total": "10.00", "tax": "2.00", "currency": "TRY"}
