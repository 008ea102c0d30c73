"""What `crm.consent` keeps and decides, on both databases, by whichever way an event comes in."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from ecrm import Actor, Who, events
from ecrm.consent import Purpose
from ecrm.errors import InvalidError, NotFoundError
from story import AYSE, MEHMET

DAY = dt.timedelta(days=1)
BOTH = Who(email="ayse@example.org", phone="+905321112233")


def may(crm, who=AYSE, purpose="marketing", channel="email", **more):
    return crm.consent.decide(who, purpose, channel, **more).is_allowed


def doors(crm, event):
    """Tell of an event by each of the ways in."""
    yield lambda: crm.record(event)
    yield lambda: crm.record_many([event])
    yield lambda: (crm.emit(event), crm.work())


@pytest.mark.parametrize("door", range(3))
def test_what_is_granted_and_withdrawn_holds_by_whichever_way_it_came(crm, door):
    granted = events.ConsentGranted(customer=AYSE, purpose="marketing", message_channel="email")
    list(doors(crm, granted))[door]()
    assert may(crm)
    assert not may(crm, channel="sms")
    list(doors(crm, events.ConsentWithdrawn(customer=AYSE, purpose="marketing")))[door]()
    assert not may(crm)


def test_who_was_never_asked_agreed_to_nothing(crm):
    crm.customers.upsert("ayse@example.org", name="Ayşe")
    assert not may(crm)
    assert may(crm, purpose="surveys")
    assert may(crm, purpose="order_updates")


def test_a_grant_keeps_the_proof(crm, clock):
    crm.consent.publish("marketing", "2026-01", {"en": "Yes, send me offers.", "tr": "Evet, fırsatları gönderin."})
    told = crm.consent.grant(
        AYSE, "marketing", "email", text_version="2026-01", method="checkbox",
        evidence={"ip": "10.0.0.1", "form": "checkout"}, at=clock() - DAY,
    )  # fmt: skip
    (line,) = crm.consent.history(AYSE)
    entry = line.entry
    assert (entry.id, entry.status, entry.channel, entry.method) == (told.id, "granted", "email", "checkbox")
    assert entry.evidence == {"ip": "10.0.0.1", "form": "checkout"}
    assert entry.text_hash == crm.consent.texts()[0].hash
    assert (entry.at, entry.recorded_at, entry.actor) == (clock() - DAY, clock(), "customer")


def test_who_said_it_is_kept(crm):
    crm.consent.grant(AYSE, "marketing", actor=Actor.staff("ali"))
    assert crm.consent.history(AYSE)[0].entry.actor == "staff:ali"


def test_a_decision_is_of_its_moment_and_of_what_was_known(crm, clock):
    crm.consent.grant(AYSE, "marketing", at=clock() - 10 * DAY)
    asked_at = clock()
    clock.advance(days=1)
    crm.consent.withdraw(AYSE, "marketing", at=clock() - 5 * DAY)
    assert not may(crm)
    assert may(crm, at=clock() - 6 * DAY)
    assert not may(crm, at=asked_at)
    assert may(crm, at=asked_at, known_at=asked_at)


def test_the_most_restrictive_holds_after_a_merge_until_they_agree_anew(crm, clock):
    crm.consent.withdraw(AYSE, "marketing")
    clock.advance(days=1)
    crm.consent.grant(MEHMET, "marketing", "email")
    merge = crm.customers.merge(AYSE, MEHMET)
    assert not may(crm, MEHMET)
    crm.customers.unmerge(merge.id)
    assert crm.consent.decide(MEHMET, "marketing").reasons == ("nobody agreed to marketing",)
    assert not may(crm, AYSE)


def test_who_is_recognised_by_two_identities_speaks_for_both(crm, clock):
    crm.consent.withdraw(AYSE, "marketing")
    clock.advance(days=1)
    crm.consent.grant(BOTH, "marketing", "email")
    assert may(crm, AYSE)
    assert may(crm, MEHMET)


def test_an_objection_ends_marketing_and_a_members_of_staff_word_does_not_bring_it_back(crm, clock):
    crm.consent.grant(AYSE, "marketing")
    clock.advance(days=1)
    crm.consent.object(AYSE, method="letter")
    assert not may(crm)
    clock.advance(days=1)
    crm.consent.grant(AYSE, "marketing", "email", actor=Actor.staff("ali"))
    assert not may(crm)
    crm.consent.grant(AYSE, "marketing", "email")
    assert may(crm)


def test_a_word_that_was_wrong_decides_nothing_and_stays_on_the_ledger(crm):
    told = crm.consent.grant(AYSE, "marketing", "email")
    crm.void(told, because="another customer's form")
    assert not may(crm)
    (line,) = crm.consent.history(AYSE)
    assert line.is_void


def test_one_word_told_twice_is_one_line(crm):
    for _ in range(2):
        crm.consent.grant(AYSE, "marketing", "email", source_id="form-1")
    assert len(crm.consent.history(AYSE)) == 1


def test_who_leaves_a_list_leaves_all_that_is_advertising_on_that_channel(crm):
    crm.consent.declare(Purpose("club", "consent", "We invite you.", is_commercial=True))
    for purpose in ("marketing", "club"):
        crm.consent.grant(AYSE, purpose)
    left = crm.record(events.Unsubscribed(customer=AYSE, channel="email", source_id="u1"))
    assert not may(crm)
    assert not may(crm, purpose="club")
    assert crm.consent.decide(AYSE, "marketing", "push").is_allowed is False, "there is no address to push to"
    crm.void(left, because="a scanner followed the link")
    assert may(crm)
    assert may(crm, purpose="club")


@pytest.mark.parametrize(
    "told",
    [
        events.EmailBounced(customer=AYSE, channel="email", is_hard=True, source_id="b1"),
        events.EmailMarkedAsSpam(customer=AYSE, channel="email", source_id="s1"),
        events.MessageBounced(customer=AYSE, channel="email", is_hard=True, source_id="m1"),
    ],
    ids=lambda event: event.event_name,
)
def test_an_address_that_bounced_for_good_or_complained_gets_nothing_more(crm, told):
    crm.consent.grant(AYSE, "marketing", "email")
    interaction = crm.record(told)
    assert crm.consent.decide(AYSE, "marketing", "email").reasons[0].startswith("the email is suppressed: ")
    assert not may(crm, purpose="order_updates")
    assert [one.kind for one in crm.consent.suppressed(AYSE)] == ["email"]
    crm.void(interaction, because="the provider was wrong")
    assert may(crm)


def test_a_suppressed_address_is_used_again_where_a_person_says_so(crm):
    crm.consent.grant(AYSE, "marketing", "email")
    crm.record(events.EmailBounced(customer=AYSE, is_hard=True, source_id="b1"))
    assert crm.consent.lift(AYSE) == 1
    assert may(crm)


def test_a_soft_bounce_suppresses_nothing(crm):
    crm.consent.grant(AYSE, "marketing", "email")
    crm.record(events.EmailBounced(customer=AYSE, is_hard=False, source_id="b1"))
    assert may(crm)


def test_a_bounce_that_names_no_address_is_of_the_only_one_they_have(crm):
    crm.record(events.StoreVisited(customer=Who(user_id=7, email="ayse@example.org"), source_id="v1"))
    crm.record(events.EmailBounced(customer=Who(user_id=7), channel="email", is_hard=True, source_id="b1"))
    assert [one.value for one in crm.consent.suppressed(Who(user_id=7))] == ["ayse@example.org"]


def test_another_address_of_the_customer_is_used_where_one_is_suppressed(crm):
    crm.record(events.StoreVisited(customer=Who(user_id=7, email="ayse@example.org"), source_id="v1"))
    crm.record(events.StoreVisited(customer=Who(user_id=7, email="ayse@work.example"), source_id="v2"))
    crm.consent.grant(Who(user_id=7), "marketing")
    crm.record(events.EmailBounced(customer=Who(email="ayse@example.org"), is_hard=True, source_id="b1"))
    assert may(crm, Who(user_id=7))


def test_what_must_be_confirmed_counts_once_it_is(crm):
    crm.consent.declare(attrs.evolve(crm.consent.purposes()["marketing"], needs_confirmation=True))
    crm.consent.grant(AYSE, "marketing", "email")
    assert crm.consent.decide(AYSE, "marketing", "email").reasons[0].startswith("not confirmed yet")
    crm.consent.grant(AYSE, "marketing", "email", method="double_opt_in")
    assert may(crm)


def test_a_text_is_never_changed(crm):
    crm.consent.publish("marketing", "1", {"en": "Yes."})
    crm.consent.publish("marketing", "1", {"en": "Yes.", "tr": "Evet."})
    with pytest.raises(InvalidError, match="give the new text a new version"):
        crm.consent.publish("marketing", "1", {"en": "Yes!"})
    assert [text.text for text in crm.consent.texts()] == ["Yes.", "Evet."]


@pytest.mark.parametrize("ask", ["grant", "withdraw", "decide"])
def test_a_purpose_that_was_not_declared_is_refused(crm, ask):
    crm.customers.upsert("ayse@example.org", name="Ayşe")
    with pytest.raises(NotFoundError, match="has no such purpose"):
        getattr(crm.consent, ask)(AYSE, "horoscopes")


def test_purposes_are_each_shops_own(crm):
    crm.consent.declare(Purpose("club", "consent", "We invite you."))
    assert "club" in crm.consent.purposes()
    assert "club" not in crm.for_shop("outlet").consent.purposes()


def test_a_moment_without_a_zone_is_refused(crm):
    crm.consent.grant(AYSE, "marketing")
    with pytest.raises(InvalidError, match="with its zone"):
        crm.consent.decide(AYSE, "marketing", at=dt.datetime(2026, 1, 1))  # noqa: DTZ001


def test_whom_nobody_knows_is_not_decided_about(crm):
    with pytest.raises(NotFoundError, match="nobody is known"):
        crm.consent.decide(AYSE, "marketing")
