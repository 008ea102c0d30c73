"""Timelines in pages, orders as they stand, facts."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from ecrm import InvalidError, Money, NotFoundError, Who, events
from story import AYSE, START, cancelled, minute, ordered, refunded, told, updated, visited


def test_a_timeline_is_newest_first_and_in_pages(crm):
    crm.record_many(visited(source_id=f"v{n}", after=n // 2) for n in range(11))
    whole = crm.timeline(AYSE)
    assert [one.at for one in whole] == sorted((one.at for one in whole), reverse=True)
    paged, page = [], crm.timeline(AYSE, limit=3)
    while page:
        assert len(page) <= 3
        paged += page
        page = crm.timeline(AYSE, limit=3, before=page.next) if page.next else ()
    assert paged == [*whole]


def test_a_timeline_of_several_identities_is_one(crm):
    crm.record(visited(Who(email="ayse@example.org", card="c-5")))
    for number in range(6):
        crm.record(visited((AYSE, Who(card="c-5"))[number % 2], f"v{number + 2}", after=number))
    assert [one.at for one in crm.timeline(AYSE, limit=4)] == [minute(n) for n in (5, 4, 3, 2)]
    assert len(crm.timeline(AYSE, limit=3, before=minute(3))) == 3
    assert crm.timeline(AYSE, limit=3, before=minute(3))[0].at == minute(2)


def test_a_timeline_goes_on_after_a_time_an_interaction_or_a_page(crm):
    crm.record_many(visited(source_id=f"v{n}", after=n) for n in range(4))
    whole = crm.timeline(AYSE)
    for before in (whole[1], whole[1].cursor, whole[1].at, whole[1].at.isoformat(), crm.timeline(AYSE, limit=2).next):
        assert [*crm.timeline(AYSE, before=before)] == [*whole[2:]]


def test_a_timeline_shows_the_kinds_asked_for(crm):
    crm.record_many([visited(), ordered(), cancelled(customer=AYSE)])
    assert [one.kind for one in crm.timeline(AYSE, kinds=["Order Completed"])] == ["Order Completed"]
    assert len(crm.timeline(AYSE, kinds={"Order Completed", "Store Visited"})) == 2
    assert len(crm.timeline(AYSE, kinds=[])) == 0
    assert len(crm.timeline(AYSE, kinds=["Nothing"], before=minute(9))) == 0


def test_newest_of_a_shop_is_what_was_stored_last_whoever_it_is_about(crm):
    first = crm.record(visited(source_id="v1", after=5))
    second = crm.record(visited(Who(card="c-9"), "v2", after=1))
    crm.for_shop("outlet").record(visited(source_id="v3"))
    assert crm.newest() == [second, first]
    assert crm.newest(before=second) == crm.newest(before=second.position) == [first]
    assert crm.newest(limit=1) == [second]
    assert crm.newest(kinds=[first.kind]) == [second, first]
    assert crm.newest(kinds=[]) == crm.newest(kinds=["Order Completed"]) == []


def test_newest_of_a_shop_says_what_was_voided(crm):
    wrong = crm.record(visited(source_id="v1"))
    told = crm.void(wrong, because="a mistake")
    assert [(one.id, one.is_voided) for one in crm.newest()] == [(told.id, False), (wrong.id, True)]


@pytest.mark.parametrize(("limit", "kinds"), [(0, None), (1_001, None), (5, "Order Completed")])
def test_newest_of_a_shop_is_asked_for_as_a_page_is(crm, limit, kinds):
    with pytest.raises(InvalidError):
        crm.newest(limit, kinds=kinds)


@pytest.mark.parametrize("limit", [0, -1, 1_001])
def test_a_page_has_a_size_that_can_be(crm, limit):
    with pytest.raises(InvalidError, match="limit"):
        crm.timeline(AYSE, limit=limit)


@pytest.mark.parametrize(
    "before", ["yesterday", "~", 5, "2026-01-01T00:00:00+00:00~x", START.replace(tzinfo=None), "2026-01-01T00:00:00"]
)
def test_a_page_begins_at_something_that_can_be(crm, before):
    crm.record(visited())
    with pytest.raises(InvalidError, match="before"):
        crm.timeline(AYSE, before=before)


def test_kinds_are_a_collection_of_names(crm):
    crm.record(visited())
    with pytest.raises(InvalidError, match="kinds"):
        crm.timeline(AYSE, kinds="Store Visited")


def test_nobody_has_an_empty_timeline_no_orders_and_no_facts(crm):
    page = crm.timeline("nobody@example.org")
    assert (len(page), page.next) == (0, None)
    assert crm.orders(uuid4()) == []
    assert crm.facts(AYSE) == {}
    with pytest.raises(NotFoundError):
        crm.customer(AYSE)


def test_what_was_recorded_is_what_the_timeline_gives(crm):
    event = events.OrderCompleted(
        order_id="1", total=Money("149.90", "TRY"), tax=Money("24.98", "TRY"), customer=AYSE, at=START, channel="web",
        products=[events.Product(sku="MUG", price="49.95", quantity=3)],
        campaign={"utm_source": "x"}, context={"n": 1.5},
        direction="in", location_id="b1", live=False,
    )  # fmt: skip
    assert crm.timeline(AYSE)[:] == ()
    stored = crm.record(event)
    assert crm.timeline(AYSE)[0] == stored == crm.record(event)
    assert set(crm.stored([stored_key(stored), ("shop", "other")])) == {stored_key(stored)}


def stored_key(one):
    return one.source, one.source_id


def test_orders_come_newest_first_with_their_state(crm):
    crm.record_many([ordered("1"), ordered("2", after=5), refunded("2", after=6), cancelled("1", after=7)])
    assert [(order.order_id, order.status) for order in crm.orders(AYSE)] == [("2", "completed"), ("1", "cancelled")]


def test_facts_follow_the_state_of_orders(crm):
    crm.record(ordered(total="100.00"))
    crm.record(refunded(total="30.00"))
    assert crm.facts(AYSE)["orders.spent.TRY"] == Money("70.00", "TRY")
    crm.record(updated(total="90.00"))
    assert crm.facts(AYSE)["orders.spent.TRY"] == Money("60.00", "TRY")
    crm.record(cancelled())
    facts = crm.facts(AYSE)
    assert "orders.spent.TRY" not in facts
    assert (facts["orders.count"], facts["orders.cancelled_count"], facts["customer.is_prospect"]) == (0, 1, True)
    assert "orders.first_at" not in facts
    assert crm.doctor(recount=True)[-1].is_good


def test_the_first_and_last_order_move_when_one_is_cancelled(crm):
    crm.shop.configure(zone="Europe/Istanbul")
    crm.record_many(ordered(str(n), after=n * 60 * 24) for n in range(3))
    assert (crm.facts(AYSE)["orders.days"], crm.facts(AYSE)["orders.last_at"]) == (3, minute(2 * 60 * 24))
    crm.record(cancelled("2", after=9_999))
    crm.record(cancelled("0", after=9_999))
    facts = crm.facts(AYSE)
    assert (facts["orders.days"], facts["orders.first_at"], facts["orders.last_at"]) == (
        1,
        minute(1_440),
        minute(1_440),
    )


def test_days_are_those_of_the_shop(crm):
    crm.shop.configure(zone="Europe/Istanbul")
    for number, hour in enumerate((20, 22)):
        crm.record(
            events.OrderCompleted(order_id=str(number), customer=AYSE, at=dt.datetime(2026, 1, 1, hour, tzinfo=dt.UTC))
        )
    assert crm.facts(AYSE)["orders.days"] == 2


def test_currencies_are_apart_until_every_rate_is_given(crm):
    crm.shop.configure(currency="TRY")
    crm.record(ordered("1", "100.00"))
    crm.record(ordered("2", "10.00", currency="EUR", after=1))
    facts = crm.facts(AYSE)
    assert (facts["orders.spent.TRY"], facts["orders.spent.EUR"]) == (Money("100", "TRY"), Money("10", "EUR"))
    assert "orders.spent" not in facts
    crm.shop.configure(rates={"EUR": "36.205"})
    assert crm.facts(AYSE)["orders.spent"] == Money("462.05", "TRY")


def test_a_bare_amount_counts_in_the_currency_of_the_shop(crm):
    bare = events.OrderCompleted(order_id="1", total=Money("149.90"), customer=AYSE)
    with pytest.raises(InvalidError, match="currency"):
        crm.record(bare)
    crm.shop.configure(currency="TRY")
    crm.record(bare)
    assert crm.facts(AYSE)["orders.spent"] == Money("149.90", "TRY")


def test_one_view_shows_all_of_a_customer(crm):
    crm.record_many([ordered(), told(name="Ayşe")])
    view = crm.customer(AYSE)
    assert (view.customer.name, len(view.identities), len(view.orders), len(view.interactions)) == ("Ayşe", 1, 1, 2)
    assert view.facts == crm.facts(AYSE)


def test_the_last_rating_is_the_newest_however_it_arrives(crm):
    for number, (after, rating) in enumerate([(2, 4), (1, 1), (3, None)]):
        crm.record(
            events.ProductReviewed(
                customer=AYSE, product_id="p", review_id=str(number), rating=rating, at=minute(after)
            )
        )
    assert (crm.facts(AYSE)["reviews.last_rating"], crm.facts(AYSE)["reviews.count"]) == (4.0, 3)
