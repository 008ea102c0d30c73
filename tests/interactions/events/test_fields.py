"""Typed events are valid by construction."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import ClassVar

import attrs
import pytest

from ecrm import events
from ecrm.errors import InvalidError, SetupError
from ecrm.interactions.events.shape import shape_of
from ecrm.values import Money


@pytest.mark.parametrize(
    ("kind", "given", "path"),
    [
        (events.OrderCompleted, {"order_id": None}, "order_id"),
        (events.OrderCompleted, {"order_id": ""}, "order_id"),
        (events.OrderCompleted, {"order_id": "a\nb"}, "order_id"),
        (events.OrderCompleted, {"order_id": " 4111111111111111"}, "order_id"),
        (events.OrderCompleted, {"order_id": "1", "total": Decimal(5)}, "total"),
        (events.OrderCompleted, {"order_id": "1", "coupon": 5}, "coupon"),
        (events.OrderCompleted, {"order_id": "1", "coupon": "a\0"}, "coupon"),
        (events.OrderCompleted, {"order_id": "1", "products": [{"sku": "a"}]}, "products.0"),
        (events.OrderCompleted, {"order_id": "1", "products": "abc"}, "products"),
        (
            events.OrderCompleted,
            {"order_id": "1", "products": [events.Product(sku="a")] * 10_001},
            "products",
        ),
        (events.OrderCompleted, {"order_id": "1", "customer": "ayse"}, "customer"),
        (events.OrderCompleted, {"order_id": "1", "at": "2026"}, "at"),
        (events.OrderCompleted, {"order_id": "1", "direction": []}, "direction"),
        (events.OrderCompleted, {"order_id": "1", "live": 1}, "live"),
        (events.OrderCompleted, {"order_id": "1", "context": {"a": object()}}, "context.a"),
        (events.OrderUpdated, {"order_id": "1", "updated_at": datetime(2026, 1, 1)}, "updated_at"),  # noqa: DTZ001
        (events.OrderUpdated, {"order_id": "1", "updated_at": date(2026, 1, 1)}, "updated_at"),
        (events.CustomerUpdated, {"birthday": datetime(2026, 1, 1, tzinfo=UTC)}, "birthday"),
        (events.CustomerUpdated, {"tags_added": "vip"}, "tags_added"),
        (events.CustomerUpdated, {"attributes": {"note": "4111111111111111"}}, "attributes.note"),
        (events.PaymentInfoEntered, {"step": True}, "step"),
        (events.PaymentInfoEntered, {"step": 2**63}, "step"),
        (events.SurveyAnswered, {"survey_id": "nps", "duration_s": -1}, "duration_s"),
        (events.SurveyAnswered, {"survey_id": "nps", "duration_s": True}, "duration_s"),
        (events.PaymentInfoEntered, {"payment_method": "4111-1111-1111-1111"}, "payment_method"),
        (events.ProductViewed, {"price": 1.5}, "price"),
        (events.ProductViewed, {"currency": "TL"}, "currency"),
        (events.PointsEarned, {"points": None}, "points"),
        (events.Product, {"price": "1"}, "product_id"),
        (events.Product, {"sku": "a", "quantity": None}, "quantity"),
    ],
)
def test_a_bad_field_is_refused_by_its_name(kind, given, path):
    with pytest.raises(InvalidError) as caught:
        kind(**given)
    assert list(caught.value.fields) == [path]
    assert "4111" not in str(caught.value)


def test_a_time_beyond_the_calendar_is_refused():
    late = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))
    with pytest.raises(InvalidError, match="between the years"):
        events.OrderUpdated(order_id="1", updated_at=late)


def test_amounts_of_one_event_share_a_currency():
    event = events.OrderCompleted(order_id=1, total=Money("10", "TRY"), tax=Money("2"))
    assert event.tax == Money("2", "TRY")
    with pytest.raises(InvalidError, match="one currency"):
        events.OrderCompleted(order_id=1, total=Money(10, "TRY"), tax=Money(2, "EUR"))
    with pytest.raises(InvalidError) as caught:
        events.OrderCompleted(order_id=1, total=Money(10, "TRY"), tax=Money("2.001"))
    assert list(caught.value.fields) == ["tax"]
    assert "currency" not in events.OrderCompleted(order_id=1, total=Money(10)).properties()


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (events.OrderCompleted(order_id=1), "1"),
        (events.OrderCancelled(order_id=1), "1"),
        (events.OrderUpdated(order_id=1), None),
        (events.OrderRefunded(order_id=1), None),
        (events.OrderRefunded(order_id=1, refund_id=2), "2"),
        (events.ProductReviewed(review_id=3), "3"),
        (events.LiveChatMessageSent(message_id=4), "4"),
        (events.SurveyAnswered(survey_id="nps", invitation_id=5), "5"),
        (events.NoteAdded(text="hello"), None),
        (events.Custom("Gift Wrapped"), None),
        (
            events.OrderUpdated(
                order_id="a:1", updated_at=datetime(2026, 1, 1, 3, tzinfo=timezone(timedelta(hours=3)))
            ),
            "a\\:1:2026-01-01T00:00:00+00:00",
        ),
    ],
)
def test_the_natural_key_tells_events_of_a_kind_apart(event, key):
    assert event.natural_key() == key


def test_a_line_may_come_back_and_be_a_fraction():
    line = events.Product(sku="a", quantity=Decimal("-0.5"), price="1.23456", cost=1)
    assert shape_of(events.Product).own[0].name == "product_id"
    assert (line.quantity, line.price, line.cost) == (Decimal("-0.5"), Decimal("1.23456"), Decimal(1))
    assert repr(line) == "Product(product_id=None, sku='a')"
    assert line != events.Product(sku="b")


def test_own_names_are_no_custom_names():
    with pytest.raises(InvalidError, match="class"):
        events.Custom("Order Completed", {})
    assert events.Custom("Gift Wrapped").properties() == {}


@events.kind
class TeaBrewed(events.Event):
    """Say that tea was brewed."""

    NAME: ClassVar[str] = "Tea Brewed"
    KEY: ClassVar[tuple[str, ...]] = ("pot_id",)

    pot_id: events.Id
    leaves: Decimal | int | None = None


def test_a_kind_of_a_plugin_works_as_ours_do():
    kinds = events.Kinds.core().with_kinds([TeaBrewed])
    event = TeaBrewed(pot_id=5, leaves=Decimal("2.5"), source="kitchen")
    assert event.natural_key() == "5"
    assert events.from_wire(events.to_wire(event), kinds) == event
    assert events.from_wire(events.to_wire(event)).__class__ is events.Custom
    assert len(kinds) == len(events.Kinds.core()) + 1
    assert TeaBrewed in list(kinds)
    assert "Tea Brewed" in kinds
    assert kinds["Tea Brewed"] is kinds.get("Tea Brewed") is TeaBrewed
    assert events.Kinds.core().get("Tea Brewed") is None
    assert kinds.with_kinds([TeaBrewed]) == kinds


def declared(**body):
    return events.kind(type("Bad", (events.Event,), {"NAME": "Bad", **body}))


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (declared(NAME="Order Completed"), "rename"),
        (declared(NAME=""), "give it a NAME"),
        (declared(KEY=("nothing",)), "KEY"),
        (declared(__annotations__={"a": complex}), "use a type"),
        (declared(__annotations__={"a": "NoSuchType"}), "TYPE_CHECKING"),
        (declared(__annotations__={"a": Money, "currency": str}), "drop the field currency"),
        (declared(__annotations__={"a": tuple[int, ...]}), "use a type"),
        (type("Bad", (events.Event,), {"NAME": "Bad", "__annotations__": {"a": str}}), "events.kind"),
        (attrs.frozen(type("Bad", (events.Event,), {"NAME": "Bad", "__annotations__": {}})), "events.kind"),
        (str, "subclasses"),
        ("Bad", "subclasses"),
    ],
)
def test_a_kind_that_can_not_work_is_refused_when_it_is_added(kind, message):
    with pytest.raises(SetupError, match=message):
        events.Kinds.core().with_kinds([kind])
