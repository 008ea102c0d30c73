"""An event made ready to be stored: complete, with the shop's defaults, or refused by its field."""

from __future__ import annotations

import datetime as dt
import json
from uuid import UUID

import pytest

from ecrm import Actor, Money, Who, events
from ecrm.errors import InvalidError
from ecrm.interactions.model.entry import Entry, check_named, make_entry, settle
from ecrm.shops.model import Settings
from story import AYSE, START, cancelled, minute, ordered, told, visited

TURKEY = Settings(country="TR", currency="TRY", zone="Europe/Istanbul")


def entry(event: events.Event, settings: Settings = TURKEY) -> Entry:
    return make_entry(settle(events.to_wire(event), event.natural_key(), START, lambda: UUID(int=9)), settings)


def fields(event: events.Event, settings: Settings = TURKEY) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        entry(event, settings)
    return list(caught.value.fields)


def test_an_event_is_settled_once_and_for_all():
    settled = settle({"event": "X", "properties": {}}, None, START, lambda: UUID(int=9))
    assert settled["messageId"] == str(UUID(int=9))
    assert settled["timestamp"] == START.isoformat()
    assert settled["source"] == "shop"
    assert settle(settled, "other", minute(5), lambda: UUID(int=8)) == settled


def test_the_natural_key_is_the_id_where_none_was_given():
    assert entry(ordered("77")).key == ("shop", "Order Completed:77")
    assert entry(ordered("77", source="web", source_id="x")).key == ("web", "x")


def test_an_entry_holds_what_the_event_said():
    made = entry(ordered(channel="web", actor=Actor.staff("ali"), location_id="b1", live=False, direction="in"))
    assert (made.kind, made.at, made.channel, made.is_live) == ("Order Completed", START, "web", False)
    assert json.loads(made.context_json()) == {
        "direction": "in",
        "actor": {"kind": "staff", "id": "ali"},
        "location_id": "b1",
    }
    assert json.loads(made.body) == made.properties
    assert made.order == ("shop", "1")
    assert not made.is_by_customer
    assert repr(made) == "<Entry Order Completed>"


def test_only_events_of_an_order_are_of_an_order():
    case = events.CaseOpened(case_id="1", order_id="1", customer=AYSE)
    assert entry(case).order is None
    assert entry(visited()).order is None
    assert entry(visited()).context_json() is None
    assert entry(visited()).fallback.value == "shop:v1"


def test_an_event_that_names_nobody_is_refused_unless_it_is_of_an_order_or_a_void():
    assert fields(events.StoreVisited()) == ["customer"]
    assert entry(cancelled()).claims.usable == ()
    check_named("Interaction Voided", None)


def test_values_that_identify_nobody_are_kept_in_the_context():
    made = entry(visited(Who(phone="12", card="5")))
    assert made.context == {"unusable": {"phone": "12"}}
    assert [claim.kind for claim in made.claims.usable] == ["card"]


@pytest.mark.parametrize("source", ["a b", "ş", "-x", "x" * 64, "a:b"])
def test_a_source_is_a_word(source):
    assert fields(visited(source=source)) == ["source"]


@pytest.mark.parametrize("channel", ["Web", "web site", "x" * 33, "ş"])
def test_a_channel_is_a_word(channel):
    assert fields(visited(channel=channel)) == ["channel"]


@pytest.mark.parametrize("source", ["a:b", "x y", "x" * 64])
def test_the_source_of_a_customer_is_a_word_so_that_two_accounts_are_never_one(source):
    assert fields(visited(Who(user_id="7", source=source))) == ["customer.source"]


def test_a_time_without_a_zone_is_refused_or_read_in_the_zone_of_the_shop():
    naive = events.StoreVisited(customer=AYSE, at=dt.datetime(2026, 7, 1, 12))  # noqa: DTZ001 - the point of the test
    assert fields(naive) == ["at"]
    reads = Settings(zone="Europe/Istanbul", reads_naive_times=True)
    assert entry(naive, reads).at == dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)


def test_times_are_kept_in_utc():
    ahead = dt.timezone(dt.timedelta(hours=3))
    made = entry(events.StoreVisited(customer=AYSE, at=dt.datetime(2026, 1, 1, 1, tzinfo=ahead)))
    assert (made.at, made.at.tzinfo) == (dt.datetime(2025, 12, 31, 22, tzinfo=dt.UTC), dt.UTC)


@pytest.mark.parametrize(
    "at",
    [
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=3))),
        dt.datetime(9999, 12, 31, 23, tzinfo=dt.timezone(dt.timedelta(hours=-3))),
    ],
)
def test_a_time_that_has_no_utc_is_refused(at):
    assert fields(events.StoreVisited(customer=AYSE, at=at)) == ["at"]


def test_a_bare_amount_is_in_the_currency_of_the_shop():
    bare = events.OrderCompleted(order_id="1", total=Money("149.90"), tax=Money("9"), customer=AYSE)
    assert entry(bare).properties["currency"] == "TRY"
    assert fields(bare, Settings()) == ["total"]


def test_an_amount_keeps_its_own_currency():
    assert entry(ordered(currency="EUR")).properties["currency"] == "EUR"


@pytest.mark.parametrize("field", ["total", "revenue", "tax", "shipping"])
def test_an_amount_that_does_not_fit_the_currency_is_refused_by_its_name(field):
    amounts = {"total": Money("10"), field: Money("1.5")}
    assert fields(events.OrderCompleted(order_id="1", customer=AYSE, **amounts), Settings(currency="JPY")) == [field]


def test_products_without_a_total_are_priced_in_the_currency_of_the_shop():
    cart = events.CartViewed(customer=AYSE, products=[events.Product(sku="MUG", price="5.00")])
    assert entry(cart).properties["currency"] == "TRY"
    assert "currency" not in entry(cart, Settings()).properties


def test_an_event_of_a_shops_own_is_kept_whole():
    own = {"total": "three", "products": 5, "value": 1}
    assert entry(events.Custom("Gift Wrapped", own, customer=AYSE)).properties == own
    assert entry(events.Custom("Gift Wrapped", own, customer=AYSE), Settings()).properties == own


def test_what_is_said_of_a_customer_becomes_traits():
    made = entry(told(name="Ayşe", tags_added=["vip"]))
    assert [(trait.name, trait.key, trait.is_trusted) for trait in made.traits] == [
        ("name", "shop:t1", True), ("tag:vip", "shop:t1", True),
    ]  # fmt: skip
    assert entry(visited()).traits == ()


def test_a_guest_who_says_their_name_is_not_trusted_until_proven():
    typed = told(name="Ayşe", actor=Actor.customer())
    assert not entry(typed).traits[0].is_trusted
    proven = told(Who(email="ayse@example.org", verified=True), name="Ayşe", actor=Actor.customer())
    assert entry(proven).traits[0].is_trusted


@pytest.mark.parametrize("letter", ["x", "ş"])
def test_a_body_over_a_mebibyte_is_refused(letter):
    large = {f"part {number}": letter * 60_000 for number in range(18 if letter == "x" else 9)}
    wire = {
        "event": "Scanned",
        "messageId": "1",
        "timestamp": START.isoformat(),
        "source": "shop",
        "customer": {"card": "5"},
    }
    with pytest.raises(InvalidError, match="1 MiB"):
        make_entry({**wire, "properties": large}, TURKEY)
    large.popitem()
    assert make_entry({**wire, "properties": large}, TURKEY).body
