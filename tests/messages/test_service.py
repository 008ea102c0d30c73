"""What is asked to be sent goes to who may get it, once, and what became of it can be explained."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
import sqlalchemy as sa

from ecrm import CRM, Who, events
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.hookspecs import Receipt
from ecrm.messages import Cap, Commercial, Content, QuietHours, Transactional
from ecrm.messages.requesting import request_of
from messages.pigeon import Pigeons, advert, note
from story import AYSE, MEHMET

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def state(crm, id_):
    return crm.explain_message(id_).state


def because(crm, id_):
    return crm.explain_message(id_).trail[-1]["because"]


def test_a_message_goes_to_the_customers_address_once(crm, pigeons):
    id_ = crm.messages.send(note())
    assert state(crm, id_) == "waiting"
    done = crm.work()
    assert (done.messages, done.sent) == (1, 1)
    (sent,) = pigeons.sent
    assert (sent.id, sent.to, sent.text, sent.is_commercial) == (
        id_,
        "ayse@example.org",
        "Order 7 is on its way.",
        False,
    )
    assert state(crm, id_) == "sent"
    crm.work()
    assert len(pigeons.sent) == 1


def test_what_was_sent_stands_on_the_timeline(crm):
    id_ = crm.messages.send(note())
    crm.work()
    crm.work()
    kinds = [one.kind for one in crm.timeline(AYSE)]
    assert kinds == ["Message Sent", "Message Requested"]
    told = crm.timeline(AYSE)[0]
    assert (told.properties["message_id"], told.channel) == (str(id_), "pigeon")
    assert [one.status for one in crm.explain_message(id_).receipts] == ["accepted"]


def test_advertising_goes_to_nobody_who_did_not_agree(crm, pigeons):
    id_ = crm.messages.send(advert())
    crm.work()
    assert pigeons.sent == []
    assert (state(crm, id_), because(crm, id_)) == ("suppressed", "pigeon: nobody agreed to marketing by pigeon")


def test_advertising_goes_to_who_agreed_and_says_how_it_is_refused(crm, pigeons):
    crm.consent.grant(AYSE, "marketing", "pigeon")
    crm.messages.send(advert())
    crm.work()
    (sent,) = pigeons.sent
    assert sent.html == "<p>All for less.</p>"


def test_what_is_withdrawn_before_it_is_sent_is_not_sent(crm, pigeons):
    crm.consent.grant(AYSE, "marketing")
    id_ = crm.messages.send(advert())
    crm.consent.withdraw(AYSE, "marketing")
    crm.work()
    assert pigeons.sent == []
    assert state(crm, id_) == "suppressed"


def test_a_message_follows_the_hosts_transaction(database_url, clock, pigeons, opened):
    crm = opened(pigeons)
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        with connection.begin() as transaction:
            lost = crm.messages.send(note(1), connection)
            transaction.rollback()
        with connection.begin():
            kept = crm.messages.send(note(2), connection)
    engine.dispose()
    crm.work()
    assert [one.id for one in pigeons.sent] == [kept]
    with pytest.raises(NotFoundError):
        crm.explain_message(lost)


def test_what_is_asked_for_twice_by_one_key_is_sent_once(crm, pigeons):
    ids = {crm.messages.send(note(), key="order 7 shipped") for _ in range(3)}
    crm.work()
    assert len(ids) == len(pigeons.sent) == 1


def test_nothing_goes_until_the_shop_says_so(database_url, clock, pigeons):
    with CRM(database_url, clock=clock, plugins=[pigeons]) as crm:
        id_ = crm.messages.send(note())
        crm.work()
        assert pigeons.sent == []
        assert because(crm, id_).startswith("delivery is off in this shop")


def test_everything_goes_to_one_address_where_it_is_redirected(crm, pigeons):
    crm.messages.configure(delivery="redirect", redirect_to={"email": "dev@shop.example"})
    crm.messages.send(note())
    crm.messages.send(note(8, to=Who(phone="+905321112233"), channel="raven"))
    crm.work()
    assert [one.to for one in pigeons.sent] == ["dev@shop.example"]
    assert because(crm, crm.messages.list(state="failed")[0].id).startswith("redirect_to")


def test_a_preferred_channel_is_the_first_that_is_allowed_and_known(crm, pigeons):
    crm.messages.send(note(to=MEHMET, channel="preferred"))
    crm.customers.declare("preferred_channel", "text")
    both = Who(email="ayse@example.org", phone="+905550001122")
    crm.record(events.StoreVisited(customer=both, source_id="v1"))
    crm.customers.upsert(AYSE, preferred_channel="raven")
    crm.messages.send(note(to=AYSE, channel="preferred"))
    crm.work()
    assert sorted(one.to for one in pigeons.sent) == ["+905321112233", "+905550001122"]


def test_who_has_no_address_for_a_channel_is_told_so(crm):
    id_ = crm.messages.send(note(to=MEHMET))
    crm.work()
    assert because(crm, id_) == "pigeon: no email is known of this customer"


def test_an_unknown_channel_and_a_plugin_that_is_off_are_named(crm):
    wrong = crm.messages.send(note(channel="owl"))
    crm.plugins.switch_off("pigeons")
    off = crm.messages.send(note())
    crm.work()
    assert because(crm, wrong) == "no plugin that is on brings the channel owl"
    assert because(crm, off) == "no plugin that is on brings the channel pigeon"


def test_any_plugins_no_suppresses_a_message(opened, pigeons):
    pigeons.contact = lambda contact: "it is Christmas" if contact.purpose == "marketing" else None
    crm = opened(pigeons)
    crm.consent.grant(AYSE, "marketing")
    crm.messages.send(advert())
    crm.messages.send(note())
    crm.work()
    assert [one.purpose for one in pigeons.sent] == ["order_updates"]
    (told,) = crm.messages.list(state="suppressed")
    assert told.trail[-1]["because"] == "pigeon: pigeons: it is Christmas"


def test_advertising_waits_for_the_morning_and_service_does_not(crm, pigeons, clock):
    crm.messages.configure(quiet_hours=QuietHours(dt.time(21), dt.time(8)))
    crm.consent.grant(AYSE, "marketing")
    clock.advance(hours=11)
    id_ = crm.messages.send(advert())
    crm.messages.send(note())
    crm.work()
    assert [one.purpose for one in pigeons.sent] == ["order_updates"]
    told = crm.explain_message(id_)
    assert (told.state, told.due_at.hour) == ("waiting", 8)
    assert "quiet hours" in told.trail[-1]["because"]
    clock.advance(hours=9)
    crm.work()
    assert state(crm, id_) == "sent"


def test_one_budget_counts_over_all_purposes_and_channels_and_within_a_batch(crm, pigeons, clock):
    crm.messages.configure(caps=[Cap(2, DAY)], quiet_hours=None)
    crm.consent.grant(AYSE, "marketing")
    ids = [crm.messages.send(advert()) for _ in range(4)]
    crm.work()
    assert len(pigeons.sent) == 2
    assert sorted(state(crm, id_) for id_ in ids) == ["sent", "sent", "waiting", "waiting"]
    clock.advance(days=1, seconds=1)
    crm.work()
    assert len(pigeons.sent) == 4


def test_an_open_complaint_mutes_advertising(crm, pigeons):
    crm.consent.grant(AYSE, "marketing")
    crm.messages.configure(muted_by=["visits.count"], quiet_hours=None)
    crm.messages.send(advert())
    crm.work()
    assert len(pigeons.sent) == 1
    crm.record(events.StoreVisited(customer=AYSE, source_id="v1"))
    id_ = crm.messages.send(advert())
    crm.work()
    assert because(crm, id_) == "muted while visits.count holds"


def test_a_message_that_waited_too_long_is_not_sent_any_more(crm, pigeons, clock):
    id_ = crm.messages.send(note(expires_at=clock() + HOUR))
    clock.advance(hours=1)
    crm.work()
    assert pigeons.sent == []
    assert because(crm, id_) == "it waited until it was worth nothing any more"


def test_a_message_waits_for_its_time(crm, pigeons, clock):
    crm.messages.send(note(send_at=clock() + HOUR))
    crm.work()
    assert pigeons.sent == []
    clock.advance(hours=1)
    crm.work()
    assert len(pigeons.sent) == 1


def test_advertising_under_a_purpose_of_service_is_refused_and_the_other_way_round(crm, pigeons):
    hidden = crm.messages.send(Transactional(
        to=AYSE, channel="pigeon", purpose="marketing", reason="spring", content=Content(text="All for less.")
    ))  # fmt: skip
    odd = crm.messages.send(Commercial(
        to=AYSE, channel="pigeon", purpose="account", reason="reset", content=Content(text="Your link.")
    ))  # fmt: skip
    crm.work()
    assert pigeons.sent == []
    assert because(crm, hidden) == "messages of marketing are Commercial"
    assert because(crm, odd) == "messages of account are Transactional"


def test_advertising_does_not_go_where_it_could_not_be_refused(crm, pigeons):
    crm.messages.configure(public_url=None)
    crm.consent.grant(AYSE, "marketing")
    id_ = crm.messages.send(advert())
    crm.work()
    assert because(crm, id_).startswith("it could not be refused")


def test_the_law_of_the_shops_country_is_asked_before_advertising_is_sent(crm):
    crm.shop.configure(country="TR", zone="Europe/Istanbul")
    with pytest.raises(InvalidError, match=r"law\.tr"):
        crm.messages.send(advert())


def test_a_message_for_nobody_is_refused(crm):
    with pytest.raises(InvalidError, match="say whom it goes to"):
        crm.messages.send(note(to=None))
    with pytest.raises(InvalidError, match="give a Transactional"):
        crm.messages.send("hello")


def test_what_others_call_a_message_request_sends_nothing(crm, pigeons):
    forged = events.MessageRequested(
        customer=AYSE, purpose="order_updates", source="shopify", source_id="1", message=note().to_wire()
    )
    crm.record(forged)
    crm.work()
    assert pigeons.sent == []
    assert crm.messages.list() == []


def test_what_is_imported_or_replayed_sends_nothing(crm, pigeons):
    asked = request_of(note(), AYSE, None)
    crm.record(attrs.evolve(asked, live=False, source_id="old-1"))
    crm.work()
    assert pigeons.sent == []
    (told,) = crm.messages.list()
    assert told.state == "suppressed"


def test_a_message_asked_for_by_mistake_is_voided(crm, pigeons):
    crm.messages.send(note())
    crm.void(crm.timeline(AYSE)[0], because="the wrong order")
    crm.work()
    assert pigeons.sent == []


def test_a_message_that_waits_can_be_cancelled_and_a_sent_one_can_not(crm, pigeons):
    id_ = crm.messages.send(note())
    crm.messages.cancel(id_, because="the order was cancelled")
    crm.work()
    assert pigeons.sent == []
    sent = crm.messages.send(note(8))
    crm.work()
    with pytest.raises(ConflictError, match="the message is sent"):
        crm.messages.cancel(sent, because="too late")
    with pytest.raises(NotFoundError):
        crm.messages.cancel(crm.timeline(AYSE)[0].id, because="no message")


def test_what_may_have_gone_before_a_backup_was_restored_is_parked(crm, pigeons, clock):
    crm.messages.send(note(1))
    clock.advance(hours=1)
    id_ = crm.messages.send(note(2))
    assert crm.messages.hold(since=clock()) == 1
    crm.work()
    assert [one.text for one in pigeons.sent] == ["Order 1 is on its way."]
    crm.messages.release(id_)
    crm.work()
    assert len(pigeons.sent) == 2
    crm.messages.send(note(3, send_at=clock() + HOUR))
    clock.advance(hours=2)
    assert crm.messages.hold() == 1


def test_messages_follow_their_customer_through_a_merge(crm):
    crm.messages.send(note())
    crm.messages.send(note(8, to=MEHMET, channel="raven"))
    merge = crm.customers.merge(AYSE, MEHMET)
    assert len(crm.messages.list(AYSE)) == 2
    crm.customers.unmerge(merge.id)
    assert len(crm.messages.list(AYSE)) == 1


def test_receipts_from_outside_find_their_message_by_either_id(opened):
    crm = opened(Pigeons(lambda message, _: Receipt("accepted", provider_id=f"p-{message.to}")))
    id_ = crm.messages.send(note())
    crm.work()
    crm.record(events.EmailOpened(customer=AYSE, provider_id="p-ayse@example.org", automated=True, source_id="o1"))
    crm.record(events.EmailDelivered(customer=AYSE, message_id=str(id_), source_id="d1"))
    told = {one.status: one.is_weak for one in crm.explain_message(id_).receipts}
    assert told == {"accepted": False, "opened": True, "delivered": False}


def test_settings_that_do_not_exist_are_refused(crm):
    with pytest.raises(InvalidError, match="there is no such setting"):
        crm.messages.configure(colour="red")
    with pytest.raises(InvalidError, match="redirect_to"):
        crm.messages.configure(delivery="redirect")
    with pytest.raises(InvalidError, match="with https"):
        crm.messages.configure(public_url="http://shop.example")


def test_what_is_arranged_is_read_by_another_program(crm, database_url, clock, pigeons):
    crm.messages.configure(caps=[Cap(3, DAY, purpose="marketing")], quiet_hours=QuietHours(dt.time(22), dt.time(7)))
    with CRM(database_url, clock=clock, plugins=[]) as other:
        assert other.messages.arranged == crm.messages.arranged


def test_ids_that_look_like_card_numbers_are_ids(crm):
    like_a_card = "01a20f31-4111-7111-8111-111111111111"
    sent = events.MessageSent(customer=AYSE, message_id=like_a_card, raw="4111 1111 1111 1111", source_id="s1")
    assert crm.record(sent).properties["message_id"] == like_a_card
    assert events.EmailDelivered(message_id=like_a_card, provider_id="4111111111111111").raw is None
