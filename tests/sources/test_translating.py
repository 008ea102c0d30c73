"""The worker translates what was kept: once, into events with ids that stay; what it can not is rejected."""

from __future__ import annotations

import itertools
import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acme import AYSE, BODY, HORSE, PURPLE, Acme, completed, orders, sent, translate
from ecrm import CRM, Who, events
from ecrm.errors import InvalidError, UnavailableError
from ecrm.sources import translating


def source_ids(crm, who=AYSE):
    return sorted(one.source_id for one in crm.timeline(who))


def visit(**more):
    return events.StoreVisited(customer=Who(email=AYSE), **more)


def test_a_delivery_becomes_events_on_the_timeline_with_the_sources_name_and_raw_ids(acme):
    acme.receive("acme", sent())
    assert acme.work().received == 1
    (one,) = acme.timeline(AYSE)
    assert (one.kind, one.source, one.source_id) == ("Order Completed", "acme", "Order Completed:1")


def test_events_without_ids_get_those_of_the_delivery_and_the_time_it_came(open_crm, clock):
    crm = open_crm(Acme(translate=lambda *_: [visit(), visit()]))
    came_at = clock()
    crm.receive("acme", sent(x_acme_id="d-1"))
    clock.advance(hours=1)
    crm.work()
    assert source_ids(crm) == ["d-1:0", "d-1:1"]
    assert {one.at for one in crm.timeline(AYSE)} == {came_at}


def test_a_delivery_that_is_replayed_stores_nothing_twice(open_crm):
    crm = open_crm(Acme(translate=lambda *_: [visit(), completed("1")]))
    crm.receive("acme", sent(x_acme_id="d-1"))
    crm.work()
    before = source_ids(crm)
    assert crm.inbox.replay([1]) == 1
    assert crm.work().translated == 1
    assert source_ids(crm) == before
    assert crm.facts(AYSE)["orders.count"] == 1


def test_translate_gets_the_parsed_body_and_what_verify_told(open_crm):
    got = []
    crm = open_crm(Acme(translate=lambda body, delivery: got.append((body, delivery)) or []))
    crm.receive("acme", sent(b'{"total": 149.90}', x_acme_id="d-1", x_acme_topic="orders/paid"))
    crm.work()
    ((body, delivery),) = got
    assert str(body["total"]) == "149.90"
    assert (delivery.shop, delivery.id, delivery.context) == ("main", "d-1", {"topic": "orders/paid"})


def test_translate_of_a_source_of_bytes_gets_the_raw_body(open_crm):
    got = []
    crm = open_crm(Acme(form="bytes", translate=lambda body, _: got.append(body) or []))
    crm.receive("acme", sent(b"\x00\xff webhook_id=7"))
    crm.work()
    assert got == [b"\x00\xff webhook_id=7"]


def exits(*_):
    raise SystemExit(AYSE)


def raises(*_):
    raise ValueError(AYSE)


def asks_to_wait(*_):
    message = "try again later"
    raise UnavailableError(message)


def refuses(*_):
    raise InvalidError.of("orders", "give a list")


def refuses_oddly(*_):
    message = "odd"
    raise InvalidError(message, {"a\0b\ud800": ["c\0d"]})


def raises_late(body, delivery):
    yield completed("1")
    raises()


LONG = {"a": ["x" * 60_000] * 10}
BAD = {
    "raises": (raises, "event"), "raises_late": (raises_late, "event"), "exits": (exits, "event"),
    "asks_to_wait": (asks_to_wait, "event"), "refuses": (refuses, "orders"), "refuses_oddly": (refuses_oddly, "a�b?"),
    "gives_nothing": (lambda *_: None, "event"), "gives_a_number": (lambda *_: 7, "event"),
    "gives_garbage": (lambda *_: [{"event": "Order Completed"}], "event"),
    "gives_an_event": (lambda *_: completed("1"), "event"),
    "is_endless": (lambda *_: itertools.repeat(visit()), "events"),
    "names_nobody": (lambda *_: [events.StoreVisited(source_id="v1")], "customer"),
    "is_too_long": (lambda *_: [events.Custom("N", LONG, customer=Who(user_id=1), context=LONG)], "properties"),
    "is_of_a_bad_source": (lambda *_: [completed("1").__class__(order_id="1", source="a b")], "source"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_can_not_be_translated_is_rejected_alone_with_its_reason_and_can_be_replayed(open_crm, caplog, name):
    bad, field = BAD[name]
    plugin = Acme(translate=lambda body, delivery: (bad if delivery.id == "bad" else translate)(body, delivery))
    crm = open_crm(plugin)
    crm.receive("acme", sent(orders("1"), x_acme_id="bad"))
    crm.receive("acme", sent(orders("2"), x_acme_id="good"))
    done = crm.work()
    assert (done.translated, done.rejected, done.received) == (1, 1, 1)
    (row,) = crm.inbox.rejected()
    assert list(row.reasons) == [field]
    assert AYSE not in caplog.text + json.dumps(row.reasons)

    plugin.source["translate"] = bad = translate
    assert crm.inbox.replay() == 1
    assert crm.work().rejected == 0
    assert crm.facts(AYSE)["orders.count"] == 2


def test_one_bad_event_of_a_delivery_is_rejected_and_the_others_are_stored(open_crm):
    naive = visit(source_id="v1", at=completed("1").at.replace(tzinfo=None))
    crm = open_crm(Acme(translate=lambda *_: [naive, completed("1")]))
    crm.receive("acme", sent())
    done = crm.work()
    assert (done.translated, done.received, done.rejected) == (1, 1, 1)


def hangs(*_):
    time.sleep(30)


def test_a_translate_that_hangs_is_rejected_and_holds_up_no_other_source(open_crm, clock):
    slow = Acme(translate=hangs, deadline_s=0.05)
    other = Acme(name="other")
    other.name = "other"
    crm = open_crm(slow, other, secrets={"acme.api_secret": HORSE, "other.api_secret": HORSE})
    for number in range(3):
        crm.receive("acme", sent(orders(str(number))))
    crm.receive("other", sent())
    began = time.monotonic()
    done = crm.work()
    assert time.monotonic() - began < 5
    assert (done.translated, done.rejected) == (1, 1)
    assert "longer than 0.05 s" in crm.inbox.rejected()[0].reasons["event"][0]
    clock.advance(seconds=61)
    assert crm.work().rejected == 1


def test_a_source_that_hangs_does_not_hide_what_waits_behind_it(open_crm, monkeypatch):
    monkeypatch.setattr(translating, "AT_ONCE", 2)
    other = Acme(name="other")
    other.name = "other"
    plugins = Acme(translate=hangs, deadline_s=0.05), other
    crm = open_crm(*plugins, secrets={"acme.api_secret": HORSE, "other.api_secret": HORSE})
    for number in range(4):
        crm.receive("acme", sent(orders(str(number))))
    crm.receive("other", sent())
    assert crm.work().translated == 1


def test_several_workers_translate_a_delivery_once(open_crm):
    called = []

    def slowly(body, delivery):
        called.append(1)
        time.sleep(0.02)
        return [visit()]

    crm = open_crm(Acme(translate=slowly))
    for number in range(5):
        crm.receive("acme", sent(orders(str(number))))
    start = threading.Barrier(4)

    def work(_):
        start.wait(10)
        return crm.work().translated

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 5
    assert crm.inbox.counts() == {"waiting": 0, "done": 10, "rejected": 0}
    assert len(crm.timeline(AYSE)) == 5


def test_a_plugin_that_is_off_gets_its_deliveries_rejected_and_replayed_when_it_is_on(acme):
    acme.receive("acme", sent())
    acme.plugins.switch_off("acme")
    assert acme.work().rejected == 1
    assert "switch it on" in acme.inbox.rejected()[0].reasons["source"][0]
    acme.plugins.switch_on("acme")
    acme.inbox.replay()
    assert acme.work().translated == 1


def test_a_plugin_that_is_gone_gets_its_deliveries_rejected_and_replayed_when_it_is_back(acme, database_url, clock):
    acme.receive("acme", sent())
    with CRM(database_url, clock=clock, plugins=[]) as without:
        assert without.work().rejected == 1
        assert "install it" in without.inbox.rejected()[0].reasons["source"][0]
        without.inbox.replay()
    assert acme.work().translated == 1


def test_a_body_that_a_newer_limit_refuses_is_rejected(open_crm):
    plugin = Acme()
    open_crm(plugin).receive("acme", sent())
    narrow = open_crm(Acme(body_limit=10))
    assert narrow.work().rejected == 1
    assert list(narrow.inbox.rejected()[0].reasons) == ["body"]


def test_a_delivery_of_a_shop_lands_in_that_shop(open_crm):
    crm = open_crm()
    outlet = crm.for_shop("outlet")
    outlet.plugins.configure("acme", api_secret=PURPLE)
    crm.receive("acme", sent(secret=PURPLE))
    crm.work()
    assert len(outlet.timeline(AYSE)) == 1
    assert crm.customers.find(AYSE) is None


def test_nothing_of_a_body_is_in_the_logs(acme, caplog):
    caplog.set_level(logging.DEBUG)
    acme.receive("acme", sent())
    acme.receive("acme", sent({"orders": [{"id": 1, "total": "7321 lira", "email": AYSE}]}))
    acme.receive("acme", sent({"no": AYSE}))
    assert acme.work().rejected == 2
    assert [one for one in (AYSE, "7321", HORSE) if one in caplog.text + str(acme.inbox.rejected())] == []


@given(order=st.permutations(range(6)), twice=st.lists(st.integers(0, 5), max_size=4))
def test_in_any_order_and_however_often_deliveries_come_the_facts_are_the_same(tmp_path_factory, order, twice):
    url = f"sqlite:///{tmp_path_factory.mktemp('order') / 'crm.db'}"
    with CRM(url, plugins=[Acme()], secrets={"acme.api_secret": HORSE}) as crm:
        for number in [*order, *twice]:
            crm.receive("acme", sent(orders(str(number % 4)), x_acme_id=f"d-{number}"))
        crm.work()
        assert crm.facts(AYSE)["orders.count"] == 4
        assert len(crm.timeline(AYSE)) == 4


def test_the_raw_body_stays_as_it_came(acme):
    acme.receive("acme", sent())
    acme.work()
    with acme.database.read() as transaction:
        raws = [bytes(raw) for (raw,) in transaction.run("SELECT raw FROM ecrm_inbox ORDER BY id").fetchall()]
    assert raws[0] == BODY
