"""Whatever a channel does, each message ends somewhere, the others go on, and nothing goes twice unnoticed."""

from __future__ import annotations

import datetime as dt
import math
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest

from ecrm import CRM, Who, events
from ecrm.errors import SetupError, UnavailableError
from ecrm.hookspecs import Channel, Receipt, hookimpl
from ecrm.messages import delivering
from ecrm.messages.model.pressure import Cap
from ecrm.messages.tables import message as message_table
from messages.pigeon import Pigeons, advert, note
from story import AYSE

REFUSED = Receipt("refused", reason="address")


def told(crm, id_):
    found = crm.explain_message(id_)
    return found.state, found.trail[-1]["because"] if found.trail else ""


def people(count):
    return [Who(email=f"p{number}@example.org") for number in range(count)]


def test_a_refused_recipient_does_not_fail_the_others(opened):
    bird = Pigeons(lambda message, _: REFUSED if message.to.startswith("p1@") else Receipt("accepted"))
    crm = opened(bird)
    ids = [crm.messages.send(note(to=who)) for who in people(3)]
    done = crm.work()
    assert [told(crm, id_)[0] for id_ in ids] == ["sent", "failed", "sent"]
    assert (done.sent, done.failed) == (2, 1)
    assert told(crm, ids[1])[1] == "refused by pigeon: address"


def test_what_raises_is_tried_again_with_backoff_and_the_others_go_on(opened, clock):
    calls = []

    def answer(message, _):
        calls.append(message.to)
        if message.to.startswith("p1@") and calls.count(message.to) < 3:
            raise RuntimeError("ayse@example.org")
        return Receipt("accepted")

    crm = opened(Pigeons(answer))
    ids = [crm.messages.send(note(to=who)) for who in people(3)]
    crm.work()
    assert [told(crm, id_)[0] for id_ in ids] == ["sent", "waiting", "sent"]
    assert told(crm, ids[1])[1] == "pigeon failed with RuntimeError"
    crm.work()
    assert calls.count("p1@example.org") == 1
    clock.advance(seconds=50)
    crm.work()
    assert calls.count("p1@example.org") == 2
    clock.advance(seconds=100)
    crm.work()
    assert told(crm, ids[1])[0] == "sent"


def test_a_message_is_given_up_after_some_tries(opened, clock):
    crm = opened(Pigeons(lambda *_: Receipt("delayed", reason="limit")))
    crm.messages.configure(most_tries=3)
    id_ = crm.messages.send(note())
    for _ in range(6):
        crm.work()
        clock.advance(hours=1)
    assert told(crm, id_) == ("failed", "put off by pigeon: limit; given up after 3 tries")


def test_a_provider_that_asks_to_wait_is_left_alone_so_long(opened, pigeons, clock):
    def answer(*_):
        if len(pigeons.sent) == 1:
            raise UnavailableError("the provider asks to wait", retry_after_s=3_600)
        return Receipt("accepted")

    pigeons.answer = answer
    crm = opened(pigeons)
    id_ = crm.messages.send(note())
    crm.work()
    clock.advance(minutes=59)
    crm.work()
    assert told(crm, id_) == ("waiting", "the provider asks to wait")
    clock.advance(minutes=2)
    crm.work()
    assert told(crm, id_)[0] == "sent"


def test_a_call_that_does_not_come_back_is_uncertain_and_the_others_go_on(opened):
    stopped = threading.Event()

    def answer(message, _):
        if message.to.startswith("p0@"):
            stopped.wait(20)
        return Receipt("accepted")

    crm = opened(Pigeons(answer, deadline_s=0.2))
    ids = [crm.messages.send(note(to=who)) for who in people(3)]
    began = time.monotonic()
    crm.work()
    stopped.set()
    assert time.monotonic() - began < 10
    assert [told(crm, id_)[0] for id_ in ids] == ["uncertain", "sent", "sent"]
    assert told(crm, ids[0])[1] == "pigeon did not answer within 0.2 s: it may have gone"


def test_what_is_uncertain_is_tried_again_where_the_provider_knows_it_by_its_id(opened, pigeons, clock):
    pigeons.answer = lambda *_: Receipt("uncertain") if len(pigeons.sent) == 1 else Receipt("accepted")
    pigeons.options = {"is_repeatable": True}
    crm = opened(pigeons)
    id_ = crm.messages.send(note())
    crm.work()
    assert told(crm, id_)[0] == "waiting"
    clock.advance(minutes=2)
    crm.work()
    assert told(crm, id_)[0] == "sent"
    assert len({one.id for one in pigeons.sent}) == 1


def test_what_is_uncertain_is_settled_by_what_the_provider_tells_later(opened):
    crm = opened(Pigeons(lambda *_: Receipt("uncertain", provider_id="x")))
    id_ = crm.messages.send(note())
    crm.work()
    crm.record(events.EmailDelivered(customer=AYSE, message_id=str(id_), source_id="d1"))
    assert told(crm, id_) == ("sent", "the provider says it was delivered")


@pytest.mark.parametrize("garbage", [None, "ok", 7], ids=repr)
def test_what_is_no_receipt_is_a_failure_of_the_channel(opened, garbage):
    crm = opened(Pigeons(lambda *_: garbage))
    id_ = crm.messages.send(note())
    crm.work()
    assert told(crm, id_) == ("waiting", "pigeon failed with TypeError")


def test_a_channel_that_gives_too_few_receipts_lets_the_others_wait(opened):
    class Lazy(Pigeons):
        def deliver(self, *_):
            yield Receipt("accepted")

    crm = opened(Lazy())
    ids = [crm.messages.send(note(to=who)) for who in people(2)]
    crm.work()
    assert sorted(told(crm, id_)[0] for id_ in ids) == ["sent", "waiting"]


def test_a_dead_provider_rests_and_does_not_slow_the_others(opened, pigeons, clock):
    def answer(message, _):
        if "@" in message.to:
            raise UnavailableError("the provider is away")
        return Receipt("accepted")

    pigeons.answer = answer
    crm = opened(pigeons)
    for who in people(20):
        crm.messages.send(note(to=who))
    raven = crm.messages.send(note(to=Who(phone="+905321112233"), channel="raven"))
    crm.work()
    tried = [one for one in pigeons.sent if "@" in one.to]
    assert len(tried) == 3, "after three failures in a row it rests"
    assert told(crm, raven)[0] == "sent"
    pigeons.answer = lambda *_: Receipt("accepted")
    crm.work()
    assert len([one for one in pigeons.sent if "@" in one.to]) == 3
    clock.advance(minutes=2)
    crm.work()
    crm.work()
    assert {one.state for one in crm.messages.list()} == {"sent"}


def test_what_is_not_set_up_is_named_and_tried_again(opened):
    def answer(*_):
        raise SetupError('pigeons needs api_key: crm.plugins.configure("pigeons", api_key=…)')

    crm = opened(Pigeons(answer))
    id_ = crm.messages.send(note())
    crm.work()
    assert told(crm, id_) == ("waiting", 'pigeons needs api_key: crm.plugins.configure("pigeons", api_key=…)')


def test_no_more_go_than_the_provider_takes(opened, pigeons, clock):
    pigeons.options = {"per_second": 5}
    crm = opened(pigeons)
    for who in people(12):
        crm.messages.send(note(to=who))
    crm.work()
    assert len(pigeons.sent) == 5
    crm.work()
    assert len(pigeons.sent) == 5
    clock.advance(seconds=1)
    crm.work()
    assert len(pigeons.sent) == 10


def test_a_message_whose_worker_never_came_back_is_uncertain(crm, pigeons, clock):
    id_ = crm.messages.send(note())
    crm._core.postroom.deliverer._authoriser.authorise()
    crm.work()
    assert told(crm, id_) == ("sending", "")
    clock.advance(hours=1)
    crm.work()
    assert told(crm, id_) == ("uncertain", "the worker that had it never came back: it may have gone")
    assert pigeons.sent == []


def test_who_was_stopped_past_the_lease_settles_nothing(crm, clock, pigeons):
    id_ = crm.messages.send(note())
    deliverer = crm._core.postroom.deliverer
    rows = deliverer._authoriser.authorise()
    clock.advance(hours=1)
    crm.work()
    deliverer._serve((rows[0].shop, "pigeon"), rows, math.inf)
    assert told(crm, id_)[0] == "uncertain"
    crm.work()
    assert [one.kind for one in crm.timeline(AYSE)] == ["Message Requested"], "nothing is told of a stale answer"


def test_what_was_held_meanwhile_is_not_settled_by_who_had_it(crm, clock):
    id_ = crm.messages.send(note())
    deliverer = crm._core.postroom.deliverer
    rows = deliverer._authoriser.authorise()
    crm.messages.hold(since=clock())
    deliverer._serve((rows[0].shop, "pigeon"), rows, math.inf)
    assert told(crm, id_) == ("parked", "it may have gone already")


def test_a_copy_found_elsewhere_sends_nothing_until_it_is_adopted(database_url, clock, pigeons, opened):
    crm = opened(pigeons, deployment="production")
    id_ = crm.messages.send(note())
    with CRM(database_url, clock=clock, plugins=[pigeons], deployment="staging") as copy:
        copy.messages.configure(delivery="live")
        copy.work()
        assert pigeons.sent == []
        assert copy.explain_message(id_).state == "waiting"
        assert not copy.messages.is_home()
        copy.messages.adopt()
        copy.work()
        assert len(pigeons.sent) == 1
    crm.close()


def test_a_copied_file_knows_that_it_is_a_copy(sqlite_url, clock, pigeons, tmp_path):
    with CRM(sqlite_url, clock=clock, plugins=[pigeons]) as crm:
        crm.messages.configure(delivery="live")
        crm.messages.send(note())
        with crm.database.write() as transaction:
            transaction.run("SELECT 1")
    copy = tmp_path / "copy.db"
    copy.write_bytes(Path(sqlite_url.removeprefix("sqlite:///")).read_bytes())
    with CRM(f"sqlite:///{copy}", clock=clock, plugins=[pigeons]) as crm:
        crm.work()
        assert pigeons.sent == []
        assert not crm.messages.is_home()


def test_two_workers_share_the_messages_and_send_each_once(opened, pigeons):
    crm, other = opened(pigeons), opened(pigeons)
    for who in people(40):
        crm.messages.send(note(to=who))
    threads = [threading.Thread(target=one.work) for one in (crm, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pigeons.sent) == len({one.id for one in pigeons.sent}) == 40


def test_a_row_says_nothing_personal_of_itself(crm):
    id_ = crm.messages.send(note())
    with crm.database.read() as transaction:
        (row,) = message_table.find_messages(transaction, "main", [id_])
    assert repr(row) == f"<MessageRow {id_} waiting>"
    assert "ayse" not in repr(attrs.evolve(row, address="ayse@example.org"))


def test_a_provider_that_never_says_whether_it_has_a_message_rests(opened, pigeons):
    pigeons.answer = lambda *_: Receipt("uncertain")
    crm = opened(pigeons)
    for who in people(10):
        crm.messages.send(note(to=who))
    crm.work()
    assert len(pigeons.sent) == 3


def test_what_needs_no_address_is_held_back_too_where_everything_is_redirected(opened):
    class Siren(Pigeons):
        name = "siren"

        @hookimpl
        def register_channels(self):
            return [Channel("siren", "any", self.deliver)]

    siren = Siren()
    crm = opened(siren)
    crm.messages.configure(delivery="redirect", redirect_to={"email": "dev@shop.example"})
    id_ = crm.messages.send(note(channel="siren"))
    crm.work()
    assert siren.sent == []
    assert told(crm, id_)[1].startswith("redirect_to: everything is redirected")
    crm.messages.configure(redirect_to={"any": "console"})
    crm.messages.send(note(channel="siren"))
    crm.work()
    assert len(siren.sent) == 1


def test_threads_that_served_a_channel_leave_no_connection_behind(postgresql_url, clock, pigeons):
    with CRM(postgresql_url, clock=clock, plugins=[pigeons]) as crm:
        crm.messages.configure(delivery="live", public_url="https://shop.example", caps=[])
        for number in range(5):
            crm.messages.send(note(number))
            crm.messages.send(note(number, to=Who(phone="+905321112233"), channel="raven"))
            crm.work()
        assert len(pigeons.sent) == 10
        with crm.database.read() as transaction:
            sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            assert transaction.run(sql).fetchone()[0] <= 2


def test_what_its_turn_does_not_come_for_goes_back_and_is_sent_later_once(opened, pigeons, monkeypatch):
    crm = opened(pigeons)
    ids = [crm.messages.send(note(to=who)) for who in people(3)]
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "BUDGET_S", 0.0)
        assert crm._core.postroom.deliverer.deliver().sent == 0
    assert [told(crm, id_) for id_ in ids] == [("waiting", "")] * 3
    assert [crm.explain_message(id_).tries for id_ in ids] == [0] * 3
    assert crm.work().sent == 3
    assert sorted(message.to for message in pigeons.sent) == [f"p{number}@example.org" for number in range(3)]


def test_a_round_that_is_over_stops_between_two_messages(opened, monkeypatch):
    handed = []

    def answer(message, _):
        handed.append(message.to)
        if len(handed) == 1:
            monkeypatch.setattr(delivering, "time", SimpleNamespace(monotonic=lambda: math.inf))
        return Receipt("accepted")

    crm = opened(Pigeons(answer))
    for who in people(3):
        crm.messages.send(note(to=who))
    assert crm._core.postroom.deliverer.deliver().sent == 1
    monkeypatch.undo()
    assert crm.work().sent == 2
    assert len(set(handed)) == len(handed) == 3


def test_what_no_cap_concerns_goes_while_another_worker_decides_about_the_same_customer(opened, pigeons):
    crm = opened(pigeons)
    crm.messages.configure(caps=[Cap(1, dt.timedelta(days=1))])
    crm.consent.grant(AYSE, "marketing", channel="pigeon")
    crm.messages.send(note())
    crm.messages.send(advert())
    deliverer = crm._core.postroom.deliverer
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(message_table, "hold_budgets", lambda *_: frozenset())
        assert deliverer.deliver().sent == 1
    assert deliverer.deliver().sent == 1
    assert [message.is_commercial for message in pigeons.sent] == [False, True]


def test_a_message_that_is_written_already_goes_in_the_customers_language(opened, pigeons):
    crm = opened(pigeons)
    crm.record(events.CustomerUpdated(customer=AYSE, language="tr"))
    crm.messages.send(note())
    crm.messages.send(note(8, language="de"))
    crm.work()
    assert sorted(message.language for message in pigeons.sent) == ["de", "tr"]
