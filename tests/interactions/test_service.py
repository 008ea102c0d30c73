"""Record one, record many, and void: bad events are named and hurt no other."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from ecrm import ConflictError, InvalidError, Money, NotFoundError, Who, events
from ecrm.interactions import service
from story import AYSE, MEHMET, cancelled, minute, ordered, refunded, told, updated, visited


def test_an_event_is_stored_once(crm):
    first = crm.record(ordered())
    assert crm.record(ordered(total="999.00", after=5)) == first
    assert crm.facts(AYSE)["orders.spent.TRY"] == Money("100", "TRY")
    report = crm.record_many([ordered(), ordered("2"), ordered("2")])
    assert (report.recorded, report.duplicates, report.rejected) == (1, 2, ())


def test_events_of_one_key_from_two_sources_are_two(crm):
    crm.record_many([ordered(), ordered(source="pos")])
    assert crm.facts(AYSE)["orders.count"] == 2


@pytest.mark.parametrize("event", ["Order Completed", None, 5, {"event": "Store Visited"}, object()])
def test_what_is_no_event_is_refused(crm, event):
    with pytest.raises(InvalidError):
        crm.record(event)
    report = crm.record_many([visited(), event])
    assert (report.recorded, [one.index for one in report.rejected]) == (1, [1])


def test_bad_events_among_good_are_named_by_their_place(crm):
    report = crm.record_many([
        visited(source_id="v1"), events.StoreVisited(), visited(channel="No Word"), "nothing", visited(source_id="v2"),
        events.OrderCompleted(order_id="1", total=Money("5"), customer=AYSE),
    ])  # fmt: skip
    assert report.recorded == 2
    assert [(one.index, list(one.reasons)) for one in report.rejected] == [
        (1, ["customer"]), (2, ["channel"]), (3, ["event"]), (5, ["total"]),
    ]  # fmt: skip
    assert report.duplicates == 0


def test_an_event_that_fails_while_it_is_stored_is_found_among_good_ones(crm):
    failing = events.InteractionVoided(interaction_id=str(uuid4()))
    report = crm.record_many(
        [*(visited(source_id=f"v{n}") for n in range(9)), failing, *(visited(source_id=f"w{n}") for n in range(9))]
    )
    assert (report.recorded, [one.index for one in report.rejected]) == (18, [9])
    assert crm.facts(AYSE)["visits.count"] == 18
    assert crm.doctor(recount=True)[-1].is_good


@pytest.mark.parametrize(
    "event",
    [
        events.StoreVisited(customer=AYSE, at=dt.datetime(2026, 1, 1)),  # noqa: DTZ001 - refused
        events.StoreVisited(customer=AYSE, at=dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=3)))),
        events.StoreVisited(customer=AYSE, source="a b"),
        events.StoreVisited(customer=AYSE, channel="Web Site"),
        events.StoreVisited(),
        events.OrderCompleted(order_id="1", total=Money("1"), customer=AYSE),
    ],
    ids=str,
)
def test_what_can_not_be_stored_is_a_clear_error_and_stores_nothing(crm, event):
    with pytest.raises(InvalidError):
        crm.record(event)
    assert crm.customers.list() == []
    assert crm.record(visited()).kind == "Store Visited"


def test_many_events_go_in_chunks_that_are_told_of(crm, monkeypatch):
    monkeypatch.setattr(service, "CHUNK", 4)
    done, told_of = [], []
    crm.signals.recorded.connect(lambda _, **told: told_of.append(len(told["interactions"])), weak=False)
    report = crm.record_many((visited(source_id=f"v{n % 9}") for n in range(10)), progress=done.append)
    assert (report.recorded, report.duplicates) == (9, 1)
    assert done == [4, 8, 10]
    assert told_of == [4, 4, 1]


def test_nothing_is_recorded_of_no_events(crm):
    assert crm.record_many([]) == crm.record_many(iter(())) == service.Report()


# Voids


def test_a_voided_event_leaves_the_facts_and_stays_on_record(crm):
    wrong = crm.record(visited())
    void = crm.void(wrong, because="wrong card")
    assert crm.facts(AYSE)["visits.count"] == 0
    assert [(one.kind, one.is_voided) for one in reversed(crm.timeline(AYSE))] == [
        ("Store Visited", True), ("Interaction Voided", False),
    ]  # fmt: skip
    assert crm.void(str(wrong.id), because="again") == void
    assert crm.doctor(recount=True)[-1].is_good


@pytest.mark.parametrize(
    ("wrong", "spent", "status"),
    [("completed", "60.00", "unplaced"), ("updated", "70.00", "completed"), ("refunded", "90.00", "completed")],
)
def test_a_voided_event_of_an_order_is_folded_without(crm, wrong, spent, status):
    stored = {
        "completed": crm.record(ordered()),
        "updated": crm.record(updated(total="90.00")), "refunded": crm.record(refunded()),
    }  # fmt: skip
    crm.void(stored[wrong], because="wrong")
    facts = crm.facts(AYSE)
    (order,) = crm.orders(AYSE) or crm.orders(crm.customers.list()[-1].id)
    assert str(crm.facts(order.profile_id)["orders.spent.TRY"]) == f"{spent} TRY"
    assert status in {"unplaced", order.status}
    assert facts is not None
    assert crm.doctor(recount=True)[-1].is_good


def test_a_voided_cancellation_brings_the_order_back(crm):
    crm.record(ordered())
    wrong = crm.record(cancelled())
    crm.void(wrong, because="a mistake")
    assert crm.facts(AYSE)["orders.count"] == 1
    assert crm.orders(AYSE)[0].status == "completed"


def test_an_order_of_which_all_is_voided_is_gone_until_told_of_again(crm):
    crm.void(crm.record(ordered()), because="a test")
    assert crm.orders(AYSE) == []
    assert crm.facts(AYSE)["customer.is_prospect"]
    crm.record(updated(total="5.00", customer=AYSE))
    assert crm.facts(AYSE)["orders.spent.TRY"] == Money("5", "TRY")
    assert crm.doctor(recount=True)[-1].is_good


def test_a_voided_update_takes_its_values_back(crm):
    crm.record(told(name="Right"))
    crm.void(crm.record(told(source_id="t2", name="Wrong", tags_added=["vip"], after=1)), because="typo")
    found = crm.customers.find(AYSE)
    assert (found.name, found.tags) == ("Right", frozenset())
    assert [trait.value for trait in crm.customers.history(AYSE, "name")] == ["Right"]
    assert crm.customers.search("wrong") == []


def test_a_void_after_a_merge_counts_for_the_customer_of_today(crm):
    wrong = crm.record(visited())
    crm.record(visited(MEHMET, "v2"))
    crm.customers.merge(MEHMET, AYSE)
    crm.void(wrong, because="wrong")
    assert crm.facts(MEHMET)["visits.count"] == 1


@pytest.mark.parametrize("door", ["record", "record_many", "emit"])
def test_a_void_comes_by_every_door(crm, door):
    wrong = crm.record(visited())
    void = events.InteractionVoided(interaction_id=str(wrong.id))
    if door == "record":
        crm.record(void)
    elif door == "record_many":
        assert crm.record_many([void, void, visited()]).recorded == 1
    else:
        assert crm.emit(void)
        assert crm.work().received == 1
    assert crm.facts(AYSE)["visits.count"] == 0


def test_a_void_of_nothing_or_of_a_void_is_refused(crm):
    with pytest.raises(NotFoundError):
        crm.void(uuid4(), because="what?")
    void = crm.void(crm.record(visited()), because="wrong")
    with pytest.raises(ConflictError):
        crm.void(void, because="not wrong")
    for bad in ("", "x", 5, None):
        with pytest.raises(InvalidError):
            crm.void(bad, because="what?")
    with pytest.raises(InvalidError):
        crm.record(events.InteractionVoided(interaction_id="x"))
    assert len(crm.timeline(AYSE)) == 2


def test_a_void_that_can_not_be_says_why_in_the_report(crm):
    report = crm.record_many([visited(), events.InteractionVoided(interaction_id=str(uuid4()))])
    assert (report.recorded, len(report.rejected)) == (1, 1)
    assert "there is no such interaction" in str(report.rejected[0].reasons)


def test_an_event_without_a_customer_is_that_of_its_order(crm):
    crm.record(ordered(who=Who(card="c-5")))
    crm.record(cancelled())
    crm.record(events.OrderShipped(order_id="1", at=minute(1)))
    assert len(crm.timeline(Who(card="c-5"))) == 3


def test_an_order_is_that_of_whom_its_first_event_names(crm):
    crm.record(cancelled(after=9))
    (unnamed,) = crm.customers.list()
    crm.record(ordered(who=AYSE))
    assert crm.customers.get(unnamed.id).id == crm.customers.find(AYSE).id
    assert crm.facts(AYSE)["orders.cancelled_count"] == 1
