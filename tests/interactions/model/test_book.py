"""A book of facts: which an event adds to, whose they are, and what can not be counted at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import Money, events
from ecrm.errors import InvalidError, SetupError
from ecrm.interactions.model.book import CORE_FACTS, FactBook, check_aggregate
from ecrm.interactions.model.fact import EVENT_FACTS
from ecrm.values.fact import Fact

CORE = FactBook()


def fact(how, type_="integer", *, name="acme.it", **more) -> Fact:
    return Fact(name, type_, "things", "What it is.", how, **more)


def names(book: FactBook, kind: str, channel=None, *, by_customer=True, owner=CORE_FACTS) -> set[str]:
    found = dict(book.facts_for(kind, channel, by_customer))
    return {one.name for one in found.get(owner, ())}


def test_an_event_of_a_shops_own_adds_to_the_common_facts_only():
    assert names(CORE, "Gift Wrapped") == {"interactions.count", "interactions.first_at", "interactions.last_at"}


def test_a_channel_is_seen_by_what_the_customer_did():
    assert "channels.web.last_at" in names(CORE, "Gift Wrapped", "web")
    assert "channels.web.last_at" not in names(CORE, "Gift Wrapped", "web", by_customer=False)
    assert all(not name.startswith("channels.") for name in names(CORE, "Gift Wrapped", "kiosk"))


@pytest.mark.parametrize("counted", [one for one in EVENT_FACTS if one.kinds], ids=lambda one: one.name)
def test_a_fact_of_some_kinds_is_added_to_by_those_only(counted):
    for kind in counted.kinds:
        assert counted.name in names(CORE, kind)
    assert counted.name not in names(CORE, "Gift Wrapped")


def test_an_event_adds_to_the_facts_of_each_plugin_it_matches():
    book = FactBook(
        {
            "b": [fact("count", name="b.gifts", kinds=["Gift Wrapped"])],
            "a": [fact("count", name="a.web", channel="web"), fact("count", name="a.own", by_customer=True)],
            "c": [],
        }
    )
    assert names(book, "Gift Wrapped", "web", owner="a") == {"a.web", "a.own"}
    assert names(book, "Gift Wrapped", "store", by_customer=False, owner="a") == set()
    assert names(book, "Gift Wrapped", owner="b") == {"b.gifts"}
    assert [owner for owner, _ in book.facts_for("Gift Wrapped", "web", True)] == [CORE_FACTS, "a", "b"]
    assert [owner for owner, _ in book.facts_for("Signed In", None, False)] == [CORE_FACTS]
    assert list(book.by_plugin) == ["a", "b"]


def test_what_a_reaction_keeps_is_added_to_by_no_event():
    book = FactBook({"acme": [fact("kept", name="acme.mood")]})
    assert names(book, "Gift Wrapped", owner="acme") == set()
    assert book.by_name["acme.mood"].how == "kept"


def test_a_fact_is_found_by_its_name_and_has_an_owner():
    book = FactBook({"acme": [fact("count")]})
    assert book.by_name["acme.it"] == fact("count")
    assert (book.owner_of("acme.it"), book.owner_of("visits.count")) == ("acme", CORE_FACTS)
    with pytest.raises(KeyError):
        book.owner_of("acme.other")


def test_what_adds_up_is_known_of_somebody_of_whom_nothing_happened():
    book = FactBook(
        {
            "acme": [
                fact("sum", "number", name="acme.weight", field="weight"), fact("days", name="acme.days"),
                fact("max", "time", name="acme.last_at"), fact("kept", name="acme.mood"),
            ]
        }
    )  # fmt: skip
    mine = {name: value for name, value in book.at_first.items() if name.startswith("acme.")}
    assert mine == {"acme.weight": 0.0, "acme.days": 0}
    assert "orders.count" in book.at_first
    assert "orders.first_at" not in book.at_first


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"acme": [fact("count"), fact("kept")]}, "plugin acme declares acme.it, which acme has"),
        ({"a": [fact("count", name="x.y")], "b": [fact("count", name="x.y")]}, "plugin b declares x.y, which a has"),
        ({"orders": [fact("count", name="orders.count")]}, "orders.count, which ecrm itself has"),
        ({"acme": [fact("count", name="acme.a.b"), fact("count", name="acme.a_b")]}, "column acme_a_b"),
        (
            {"acme": [fact("last", "text", name="acme.a", field="a"), fact("max", "time", name="acme.a_at")]},
            "acme.a_at needs the column acme_a_at, which acme.a has",
        ),
        ({"customer": [fact("count", name="customer.id")]}, "column customer_id"),
    ],
)
def test_facts_that_clash_are_refused_and_named(facts, said):
    with pytest.raises(SetupError, match=said):
        FactBook(facts)


GOOD = [
    fact("count"), fact("count", kinds=["Gift Wrapped"], channel="web", by_customer=True), fact("days"),
    fact("sum", field="points"), fact("sum", "number", field="weight"), fact("min", field="size"),
    fact("max", "number", field="weight"), fact("min", "time"), fact("max", "time"), fact("last", "text", field="size"),
    fact("last", "text", field="@location_id"), fact("last", "boolean", field="is_gift"),
    fact("last", "time", field="due"), fact("last", "day", field="due"), fact("last", field="size"),
    fact("kept", "text"), fact("kept", "day"), fact("kept", "boolean"),
]  # fmt: skip
BAD = [
    fact("sum", "text", field="points"), fact("sum"), fact("sum", field="@source"), fact("sum", "time", field="due"),
    fact("count", "number"), fact("count", field="points"), fact("days", "day"), fact("days", field="due"),
    fact("min"), fact("min", "text", field="size"), fact("max", "time", field="due"), fact("max", field="@channel"),
    fact("last", "text"), fact("last", field="@source"), fact("last", "text", field="@actor"),
    fact("last", "money", field="total"), fact("count", "as declared"),
    fact("kept", kinds=["Gift Wrapped"]), fact("kept", field="points"), fact("kept", channel="web"),
    fact("kept", by_customer=True), fact("kept", "money"), fact("order"), fact("derived"),
    fact("count", name="acme.<currency>"), fact("count", name=f"acme.{'x' * 55}"),
]  # fmt: skip


@pytest.mark.parametrize("good", GOOD, ids=lambda one: f"{one.how} {one.type} {one.field}")
def test_what_can_be_counted_is_accepted(good):
    check_aggregate(good)


@pytest.mark.parametrize("bad", BAD, ids=lambda one: f"{one.how} {one.type} {one.field}")
def test_what_can_not_be_counted_is_refused_by_its_name(bad):
    with pytest.raises(InvalidError) as told:
        check_aggregate(bad)
    assert list(told.value.fields) == [bad.name]
    with pytest.raises(InvalidError):
        FactBook({"acme": [bad]})


@pytest.mark.parametrize("how", ["sum", "min", "max", "last"])
def test_money_is_not_counted_without_its_currency(how):
    of_orders = fact(how, "number", field="total", kinds=["Order Completed"])
    for money in (of_orders, fact(how, "number", field="total")):
        with pytest.raises(InvalidError, match="is money"):
            check_aggregate(money)
    check_aggregate(fact(how, "number", field="total", kinds=["Gift Wrapped"]))


def test_money_of_a_plugins_own_kind_is_not_counted_either():
    @events.kind
    class GiftSent(events.Event):
        """Say that a gift was sent."""

        NAME = "Gift Sent"
        worth: Money

    worth = fact("sum", "number", field="worth", kinds=["Gift Sent"])
    check_aggregate(worth)
    with pytest.raises(InvalidError, match="is money"):
        check_aggregate(worth, [GiftSent])


@given(st.text(max_size=20), st.sampled_from(["web", "kiosk", None]), st.booleans())
def test_the_facts_of_an_event_are_the_same_each_time(kind, channel, by_customer):
    book = FactBook({"acme": [fact("count", channel="web")]})
    assert book.facts_for(kind, channel, by_customer) == FactBook(book.by_plugin).facts_for(kind, channel, by_customer)
