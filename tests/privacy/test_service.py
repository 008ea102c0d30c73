"""What `crm.privacy` offers: export, erase, take away in time, requests, the register."""

from __future__ import annotations

import datetime as dt
import json
import threading
from contextlib import closing
from uuid import uuid4

import attrs
import pytest

import acme
from ecrm import CRM, Actor, ConflictError, InvalidError, Money, NotFoundError, SetupError, Who, events
from ecrm.database.shredding import shred
from ecrm.errors import ErasedError
from ecrm.messages import Content, Transactional
from ecrm.plugins.call_task import CallTasks
from ecrm.privacy.service import Privacy
from ecrm.testing import FrozenClock
from faults.canaries import AYSE, VAULT, Vault, live
from faults.canaries import EMAIL as CANARY

EMAIL, PHONE = "ayse@example.org", "+905321112233"
ALI = Actor.staff("ali")
YEAR = dt.timedelta(days=365)


@pytest.fixture(autouse=True)
def _in_turkey(crm):
    crm.shop.configure(country="TR", currency="TRY", zone="Europe/Istanbul")


def wrote(crm, clock, text="Where is it?", who=EMAIL, **more):
    return crm.record(events.MessageReceived(text=text, message_id=str(uuid4()), customer=Who(email=who), **more))


def properties(crm, interaction):
    (found,) = (one for one in crm.timeline(EMAIL) if one.id == interaction.id)
    return found


def test_an_export_holds_every_table_with_what_each_value_means(database_url):
    with closing(CRM(database_url, plugins=[Vault()], clock=FrozenClock())) as crm:
        crm.upgrade()
        crm.shop.configure(country="TR", currency="TRY", zone="Europe/Istanbul")
        live(crm)
        document = json.loads(crm.privacy.export(AYSE, ALI).json())
        tables = {table["table"]: table for table in document["tables"]}
        with crm.database.read() as transaction:
            held = [one.table.name for one in crm._core.privacy.held if transaction.core(one.table.select()).first()]
        assert set(held) | {VAULT.name, "ecrm_inbox"} <= set(tables)
        assert tables[VAULT.name]["columns"]["said"] == {"category": "content", "purpose": "keep what was said"}
        assert CANARY in json.dumps(tables["ecrm_inbox"])
        facts = {fact["fact"]: fact for fact in document["facts"]}
        assert (facts["vault.word"]["unit"], facts["attributes.mood"]["value"]) == ("word", "zqxword77")
        assert document["events"]["Message Received"]["text"]["category"] == "content"
        assert document["requests"][0]["kind"] == "access"
        assert crm.audit.entries(limit=1)[0].action == "export"
        assert "zqxword77" in crm.privacy.export(AYSE).html()


def test_of_somebody_unknown_there_is_nothing_to_export(crm):
    with pytest.raises(NotFoundError):
        crm.privacy.export("nobody@example.org")
    for act in (crm.privacy.export, lambda id_: crm.privacy.erase(id_, "why")):
        with pytest.raises(NotFoundError):
            act(uuid4())


def test_who_is_named_in_the_inbox_alone_is_erased_from_it(crm):
    crm.emit(events.StoreVisited(customer=Who(email=EMAIL, phone="0532 111 22 33")))
    crm.emit(events.StoreVisited(customer=Who(email="mehmet@example.org")))
    erased = crm.privacy.erase(Who(phone=PHONE), "asked for")
    assert (erased.customer_id, dict(erased.rows)) == (None, {"ecrm_inbox": 1})
    assert crm.work().received == 1
    with pytest.raises(ErasedError):
        crm.record(events.StoreVisited(customer=Who(phone=PHONE)))


def test_orders_of_the_erased_that_name_nobody_are_refused_and_those_of_others_are_not(crm):
    crm.record(events.OrderCompleted(order_id="1", total=Money("9.90"), customer=Who(email=EMAIL)))
    crm.privacy.erase(EMAIL, "asked for")
    for event in (events.OrderCancelled(order_id="1"), events.OrderShipped(order_id="1")):
        with pytest.raises(ErasedError):
            crm.record(event)
    assert crm.record(events.OrderCancelled(order_id="2")).kind == "Order Cancelled"
    assert crm.record(events.OrderCompleted(order_id="1", total=Money("1"), customer=Who(card="1"))).kind


def test_a_merged_customer_is_erased_by_any_of_their_ids_and_one_who_was_parted_stays(crm):
    one, other, third = (crm.customers.upsert(Who(card=card), language="tr") for card in ("11", "22", "33"))
    crm.customers.merge(one.id, other.id)
    crm.customers.unmerge(crm.customers.merge(one.id, third.id).id)
    erased = crm.privacy.erase(other.id, "asked for")
    assert erased.customer_id == one.id
    assert [found.id for found in crm.customers.list()] == [third.id]
    assert list(crm.customers.merges(third.id)) == []
    assert all(finding.is_good for finding in crm.doctor(recount=True))


def test_a_delivery_that_tells_of_the_erased_leaves_no_body(database_url):
    with closing(CRM(database_url, plugins=[acme.Acme()], secrets={"acme.api_secret": acme.HORSE})) as crm:
        crm.shop.configure(country="TR", currency="TRY")
        crm.plugins.configure("acme", seller_id="7")
        crm.receive("acme", acme.sent(acme.orders("1")))
        crm.work()
        crm.privacy.erase(acme.AYSE, "asked for")
        crm.receive("acme", acme.sent(acme.orders("2")))
        crm.receive("acme", acme.sent({"orders": [{"id": "3", "total": "1.00", "email": "mehmet@example.org"}]}))
        assert crm.work().received == 1
        with crm.database.read() as transaction:
            raws = [bytes(row[0]) for row in transaction.run("SELECT raw FROM ecrm_inbox")]
        assert raws.count(b"") == 2
        assert all(b"ayse" not in raw for raw in raws)
        assert crm.inbox.rejected()[0].reasons == {"customer": ["erased"]}


def test_erasures_beside_records_leave_nothing_of_the_erased(database_url):
    with closing(CRM(database_url, plugins=[])) as crm:
        stop = threading.Event()

        def record():
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    crm.record(events.StoreVisited(customer=Who(email=EMAIL, phone=PHONE), source_id=f"v{number}"))
                except ErasedError:
                    return

        crm.record(events.StoreVisited(customer=Who(email=EMAIL, phone=PHONE)))
        threads = [threading.Thread(target=record) for _ in range(3)]
        for thread in threads:
            thread.start()
        crm.privacy.erase(EMAIL, "asked for")
        for thread in threads:
            thread.join(20)
        stop.set()
        assert crm.customers.list() == []
        with crm.database.read() as transaction:
            assert transaction.run("SELECT count(*) FROM ecrm_interaction").fetchone()[0] == 0


def test_the_erasure_of_one_shop_is_none_of_another(crm):
    outlet = crm.for_shop("outlet")
    for shop in (crm, outlet):
        shop.record(events.StoreVisited(customer=Who(email=EMAIL), source_id="v1"))
    crm.privacy.erase(EMAIL, "asked for")
    assert outlet.record(events.StoreVisited(customer=Who(email=EMAIL), source_id="v2")).kind == "Store Visited"
    assert outlet.facts(EMAIL)["visits.count"] == 2


def test_who_was_erased_under_a_kept_key_is_known_under_the_hosts_own(database_url):
    with CRM(database_url, plugins=[]) as crm:
        crm.record(events.StoreVisited(customer=Who(email=EMAIL)))
        crm.privacy.erase(EMAIL, "asked for")
    with CRM(database_url, plugins=[], secrets={"erasure": "correct horse battery"}) as crm:
        with pytest.raises(ErasedError):
            crm.record(events.StoreVisited(customer=Who(email=EMAIL)))
        assert crm.privacy.forget_tombstone(EMAIL) == 1


def test_only_an_identity_is_forgotten_by_its_tombstone(crm):
    with pytest.raises(InvalidError, match="which identity"):
        crm.privacy.forget_tombstone(uuid4())
    assert crm.audit.entries() == []


def test_what_a_shop_set_is_taken_away_in_time_and_nothing_else(crm, clock):
    old = wrote(crm, clock, subject="Order 7", context={"ip": "10.0.0.1"}, campaign={"utm": "x"})
    note = crm.record(events.Custom("Gift Wrapped", {"paper": "red"}, customer=Who(email=EMAIL)))
    clock.advance(days=365)
    young = wrote(crm, clock, context={"ip": "10.0.0.2"})
    crm.shop.configure(retention={"Message Received.text": 100, "device": 300, "Gift Wrapped": 10, "content": 400})
    before = crm.facts(EMAIL)
    done = crm.privacy.retain()
    assert done.count == 3
    found = properties(crm, old)
    assert "text" not in found.properties
    assert found.properties["subject"] == "Order 7"
    assert "context" not in found.context
    assert found.context["campaign"] == {"utm": "x"}
    assert properties(crm, note).properties == {}
    assert properties(crm, young).properties["text"] == "Where is it?"
    assert properties(crm, young).context["context"] == {"ip": "10.0.0.2"}
    assert crm.facts(EMAIL) == before
    assert crm.privacy.retain().count == 0
    assert [(one.action, one.details["values"]) for one in crm.audit.entries()] == [("retain", 3)]
    assert all(finding.is_good for finding in crm.doctor(recount=True))


def test_messages_and_calls_that_are_over_are_emptied_in_time_and_still_told(database_url, clock):
    phone = Who(phone=PHONE)
    with closing(CRM(database_url, plugins=["call_task"], clock=clock, on_error="raise")) as crm:
        crm.upgrade()
        crm.messages.configure(delivery="live", quiet_hours=None)
        crm.customers.upsert(phone, name="Ayşe")
        said = {"to": phone, "channel": "call_task", "purpose": "order_updates", "reason": "shipped"}
        over, open_ = (
            crm.messages.send(Transactional(**said, content=Content(text=text)))
            for text in ("Dear Ayşe", "Ask about the shoes")
        )
        assert crm.work().sent == 2
        crm.service(CallTasks).end(over, "answered", agent_id="ali", note="Happy with it")
        clock.advance(days=30)
        later = crm.messages.send(Transactional(**said, content=Content(text="Still to go")))
        crm.shop.configure(retention={"content": 10, "ecrm_message.address": 40})
        crm.privacy.retain()
        kept = crm.privacy.export(phone).json()
        assert "Dear" not in kept
        assert "Happy" not in kept
        # It is the open call that still holds what was settled as a message long ago.
        assert kept.count("Ask about the shoes") == 1
        assert crm.explain_message(over).state == "sent"
        with crm.database.read() as transaction:
            kept_of = "SELECT count(*) FROM ecrm_message WHERE address IS NOT NULL"
            assert transaction.run(kept_of, ()).fetchone()[0] == 2
        assert crm.work().sent == 1
        assert {one.id for one in crm.service(CallTasks).waiting()} == {open_, later}
        assert crm.privacy.retain().count == 0


def test_the_worker_takes_away_once_a_day(crm, clock):
    wrote(crm, clock)
    crm.shop.configure(retention={"content": 10})
    worker = crm.worker()
    worker.run()
    clock.advance(days=11)
    crm.shop.configure(retention={"content": 10})
    worker.run()
    assert "text" not in crm.timeline(EMAIL)[0].properties


def test_more_than_a_batch_is_taken_away(crm, clock):
    crm.record_many(
        events.MessageReceived(text="x", message_id=str(number), customer=Who(email=EMAIL)) for number in range(1_001)
    )
    crm.shop.configure(retention={"content": 1})
    assert crm.privacy.retain(clock() + YEAR).count == 1_001


@pytest.mark.parametrize("wrong", [{"content": 0}, {"content": "1"}, {7: 1}, ["content"]])
def test_days_that_can_not_be_are_refused(crm, wrong):
    with pytest.raises(InvalidError):
        crm.shop.configure(retention=wrong)


def test_a_request_is_due_in_time_and_seen_when_it_is_late(crm, clock):
    crm.customers.upsert(EMAIL, name="Ayşe")
    request = crm.privacy.open_request("access", EMAIL, channel="email", evidence="message 7", actor=ALI)
    assert (request.law, request.due_at - request.received_at) == ("kvkk", dt.timedelta(days=30))
    assert crm.privacy.requests() == [request]
    finding = next(one for one in crm.doctor() if one.name == "privacy requests")
    assert (finding.is_good, finding.figure) == (True, 0)
    clock.advance(days=31)
    finding = next(one for one in crm.doctor() if one.name == "privacy requests")
    assert (finding.is_good, finding.figure) == (False, 1)
    assert "Ayşe" in crm.privacy.fulfil(request.id, ALI).json()
    assert crm.privacy.requests() == []
    assert crm.privacy.requests("done")[0].closed_at == clock()
    with pytest.raises(ConflictError, match="done already"):
        crm.privacy.fulfil(request.id)
    assert [one.action for one in crm.audit.entries(EMAIL)] == ["request_done", "export", "request"]


def test_a_request_that_can_not_be_is_refused(crm, clock):
    crm.customers.upsert(EMAIL, name="Ayşe")
    wrong = [
        {"kind": "wish"}, {"law": "ccpa"}, {"received_at": clock().replace(tzinfo=None)}, {"evidence": "x" * 501},
    ]  # fmt: skip
    for said in wrong:
        with pytest.raises(InvalidError):
            crm.privacy.open_request(**{"kind": "access", "who": EMAIL} | said)
    with pytest.raises(NotFoundError, match="nothing is kept"):
        crm.privacy.open_request("access", "nobody@example.org")
    for act in (crm.privacy.fulfil, crm.privacy.close):
        with pytest.raises(NotFoundError):
            act(uuid4())
    assert crm.privacy.requests(None) == []


def test_an_erasure_request_is_fulfilled_and_stays_without_its_evidence(crm):
    crm.customers.upsert(EMAIL, name="Ayşe")
    request = crm.privacy.open_request("erasure", EMAIL, law="shopify", evidence=f"mail of {EMAIL}")
    crm.privacy.fulfil(request.id)
    (closed,) = crm.privacy.requests(None)
    assert (closed.state, closed.evidence, closed.customer_id) == ("done", "", request.customer_id)


def test_a_rectification_is_done_by_hand_and_closed(crm):
    crm.customers.upsert(EMAIL, name="Ayşe")
    request = crm.privacy.open_request("rectification", EMAIL)
    with pytest.raises(ConflictError, match="upsert"):
        crm.privacy.fulfil(request.id)
    with pytest.raises(InvalidError):
        crm.privacy.close(request.id, state="open")
    crm.privacy.close(request.id, state="refused")
    assert crm.privacy.requests("refused")[0].id == request.id


def test_an_objection_goes_to_who_takes_it(crm):
    ayse = crm.customers.upsert(EMAIL, name="Ayşe")
    request = crm.privacy.open_request("objection", EMAIL)
    with pytest.raises(SetupError):
        Privacy(attrs.evolve(crm._core.privacy, object_to=None), crm.shop).fulfil(request.id)
    heard = []
    parts = attrs.evolve(crm._core.privacy, object_to=lambda _, *said: heard.append(said))
    assert Privacy(parts, crm.shop).fulfil(request.id, ALI) is None
    assert heard == [("main", ayse.id, ALI)]
    assert crm.privacy.requests() == []


def test_a_shop_may_answer_sooner(crm):
    crm.customers.upsert(EMAIL, name="Ayşe")
    crm.shop.configure(request_days={"gdpr": 14})
    request = crm.privacy.open_request("access", EMAIL, law="gdpr")
    assert request.due_at - request.received_at == dt.timedelta(days=14)


def test_the_register_says_how_long_a_shop_keeps_what(crm):
    crm.shop.configure(retention={"content": 730}, inbox_days=7)
    lines = crm.privacy.register()
    kept = {where: one.kept for one in lines for where in one.where}
    assert kept["Message Received.text"] == "730 days"
    assert kept["ecrm_inbox.raw"] == "7 days"
    assert kept["customer.email"] == "as long as the customer"


def test_a_file_that_others_hold_is_shredded_later(sqlite_url, clock):
    with CRM(sqlite_url, plugins=[], clock=clock) as crm:
        import sqlite3

        crm.record(events.StoreVisited(customer=Who(email=EMAIL)))
        with closing(sqlite3.connect(crm.database.path, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM ecrm_profile").fetchall()
            assert not crm.privacy.erase(EMAIL, "asked for").is_shredded
            other.execute("COMMIT")
        assert crm.privacy.vacuum()
        assert shred(crm.database)
