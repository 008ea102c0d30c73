"""The inbox: what waits, what was rejected and why, what is received again, what is let go."""

from __future__ import annotations

import threading

import pytest

from ecrm import CRM, Money, Who, events
from ecrm.database.brief import Brief
from ecrm.testing import FrozenClock
from story import AYSE, START, misread, ordered, visited


def put(crm: CRM, raw: bytes) -> None:
    Brief(crm.database, 5.0).put("main", "emit", raw, START)


def test_a_rejected_row_says_why_and_the_others_go_on(crm):
    for number in range(7):
        crm.emit(misread(f"v{number}") if number in {0, 4} else visited(source_id=f"v{number}"))
    done = crm.work()
    assert (done.received, done.rejected) == (5, 2)
    assert [list(row.reasons) for row in crm.inbox.rejected()] == [["at"], ["at"]]
    assert crm.inbox.counts() == {"waiting": 0, "done": 5, "rejected": 2}
    assert len(crm.inbox.rejected(limit=1)) == 1
    assert "ayse" not in repr(crm.inbox.rejected())


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"{}", b"\xff", b'{"event": "Store Visited"}'])
def test_a_row_that_is_no_event_is_rejected_and_holds_up_nobody(crm, raw):
    put(crm, raw)
    crm.emit(visited())
    done = crm.work()
    assert (done.received, done.rejected) == (1, 1)


def test_a_rejected_row_is_replayed_after_the_cause_is_gone(crm):
    crm.emit(events.OrderCompleted(order_id="1", total=Money("5.00"), customer=AYSE))
    assert crm.work().rejected == 1
    crm.shop.configure(currency="TRY")
    assert crm.inbox.replay() == 1
    assert crm.work().received == 1
    assert crm.inbox.rejected() == []


def test_a_row_replayed_is_stored_once(crm):
    crm.emit(ordered())
    crm.work()
    assert crm.inbox.replay(range(1, 9)) == 1
    assert crm.inbox.replay([1]) == 0
    assert crm.work().received == 1
    assert crm.facts(AYSE)["orders.count"] == 1
    assert crm.inbox.replay([]) == 0


def test_done_rows_are_kept_as_long_as_the_shop_says(crm, clock):
    crm.shop.configure(inbox_days=2)
    crm.emit(visited())
    crm.emit(misread("v2"))
    crm.work()
    clock.advance(days=1)
    assert crm.inbox.prune() == 0
    clock.advance(days=2)
    assert crm.inbox.prune() == 1
    assert crm.inbox.counts() == {"waiting": 0, "done": 0, "rejected": 1}


def test_one_shop_never_sees_nor_replays_the_rows_of_another(crm):
    outlet = crm.for_shop("outlet")
    crm.emit(visited())
    crm.emit(misread("v2"))
    crm.work()
    assert outlet.inbox.replay() == outlet.inbox.replay([1, 2]) == 0
    assert outlet.inbox.rejected() == []


def test_rows_of_several_shops_are_received_each_in_its_own(crm):
    for shop in ("b", "a"):
        crm.for_shop(shop).emit(visited())
    assert crm.work().received == 2
    assert all(len(crm.for_shop(shop).timeline(AYSE)) == 1 for shop in ("a", "b"))
    assert crm.customers.list() == []


def test_several_workers_on_one_inbox_store_each_row_once(database_url):
    total = 300
    with CRM(database_url, clock=FrozenClock(), plugins=[]) as crm:
        for number in range(total):
            crm.emit(visited(Who(card=f"c-{number % 7}"), f"v{number}"))
        counts, failures = [], []

        def work():
            try:
                done = crm.work()
                counts.append(done.received)
            except Exception as error:  # noqa: BLE001 - the test shows it
                failures.append(error)

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert not failures
        assert sum(counts) == total
        assert sum(crm.facts(Who(card=f"c-{n}"))["visits.count"] for n in range(7)) == total
        assert crm.doctor(recount=True)[-1].is_good


def test_each_shop_keeps_its_done_rows_as_long_as_it_says(crm, clock):
    outlet = crm.for_shop("outlet")
    crm.shop.configure(inbox_days=1)
    outlet.shop.configure(inbox_days=365)
    for shop in (crm, outlet):
        shop.emit(visited())
    crm.work()
    clock.advance(days=40)
    crm.work()
    assert crm.inbox.counts()["done"] == 1
    assert outlet.inbox.prune() == 0
    clock.advance(days=400)
    assert outlet.inbox.prune() == 1
