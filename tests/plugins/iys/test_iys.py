"""The shop and İYS in step, both ways: against a registry that refuses what the real one refuses."""

from __future__ import annotations

import datetime as dt
import logging

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm import SetupError, Who, events
from ecrm.http import Response
from ecrm.plugins.iys.plugin import IysPlugin
from ecrm.plugins.iys.service import Iys, Pushed
from ecrm.testing import FrozenClock, FrozenCRM, Loopback, PluginContract, SourceCase, SourceContract
from iys_registry import HOLIDAYS, PASSWORD, USER, Registry, workdays

# A Tuesday, noon in Turkey.
NOON = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
AYSE, MEHMET = Who(email="ayse@example.com"), Who(phone="+905321112233")
SECRETS = {"iys.password": PASSWORD}
SETTINGS = {"iys_code": 100, "brand_code": 200, "username": USER}


@pytest.fixture
def clock():
    return FrozenClock(NOON)


@pytest.fixture
def registry(clock):
    return Registry(clock)


@pytest.fixture
def server(registry):
    with Loopback(registry.answer).open() as opened:
        yield opened


@pytest.fixture
def crm(database_url, clock, server):
    with FrozenCRM(database_url, clock=clock, plugins=[IysPlugin()], secrets=SECRETS) as opened:
        opened.upgrade()
        opened.plugins.configure("iys", api_url=server.url, **SETTINGS)
        yield opened


@pytest.fixture
def iys(crm):
    return crm.service(Iys)


def held(registry):
    return {(recipient, type_): one["status"] for (recipient, _, type_), one in registry.held.items()}


def pulled(crm):
    found = crm.sync("iys", wait=lambda seconds: crm.clock.advance(seconds=seconds))
    crm.work()
    return found.events


def test_what_a_customer_agrees_to_is_told_with_its_date_and_its_source(crm, iys, registry):
    crm.consent.grant(AYSE, "marketing", "email", method="checkbox")
    assert iys.push() == Pushed(told=1)
    (record,) = registry.held.values()
    assert record == {
        "recipient": "ayse@example.com",
        "recipientType": "BIREYSEL",
        "type": "EPOSTA",
        "status": "ONAY",
        "source": "HS_WEB",
        "consentDate": "2026-11-24 12:00:00",
    }
    assert iys.push() == Pushed()
    assert iys.status().held == {"ONAY": 1}
    assert iys.status().is_good


def test_what_is_of_every_channel_is_told_of_each_the_customer_has_an_address_for(crm, iys, registry):
    both = Who(email="ayse@example.com", phone="+905321112233")
    crm.consent.grant(both, "marketing")
    assert iys.push().told == 3
    assert held(registry) == {
        ("ayse@example.com", "EPOSTA"): "ONAY",
        ("+905321112233", "ARAMA"): "ONAY",
        ("+905321112233", "MESAJ"): "ONAY",
    }


def test_a_withdrawal_is_told_and_a_repetition_is_not(crm, iys, registry):
    crm.consent.grant(MEHMET, "marketing", "sms")
    iys.push()
    crm.clock.advance(hours=1)
    crm.consent.withdraw(MEHMET, "marketing", "whatsapp")
    assert iys.push() == Pushed(told=1)
    assert held(registry) == {("+905321112233", "MESAJ"): "RET"}
    crm.clock.advance(hours=1)
    crm.consent.withdraw(MEHMET, "marketing", "sms")
    assert iys.push() == Pushed(dropped=1)


def test_an_unsubscription_is_a_withdrawal(crm, iys, registry):
    crm.consent.grant(AYSE, "marketing", "email")
    iys.push()
    crm.clock.advance(hours=1)
    crm.record(events.Unsubscribed(customer=AYSE))
    assert iys.push() == Pushed(told=1)
    assert held(registry) == {("ayse@example.com", "EPOSTA"): "RET"}


def test_a_refusal_of_what_iys_never_held_is_asked_about_and_not_told(crm, iys, registry):
    crm.consent.withdraw(AYSE, "marketing", "email")
    assert iys.push() == Pushed(dropped=1)
    assert registry.held == {}
    assert iys.status().held == {"-": 1}


def test_a_refusal_of_what_others_told_iys_before_is_told(crm, iys, registry):
    registry.say(recipient="ayse@example.com", type="EPOSTA", status="ONAY")
    crm.clock.advance(hours=1)
    crm.consent.withdraw(AYSE, "marketing", "email")
    assert iys.push() == Pushed(told=1)
    assert held(registry) == {("ayse@example.com", "EPOSTA"): "RET"}


@pytest.mark.parametrize(
    ("who", "purpose", "channel"),
    [
        (AYSE, "order_updates", "email"),
        (AYSE, "marketing", "push"),
        (AYSE, "marketing", "sms"),
        (Who(phone="+4915112345678"), "marketing", "sms"),
    ],
)
def test_what_is_not_iys_affair_is_not_told(crm, iys, server, who, purpose, channel):
    crm.consent.grant(who, purpose, channel)
    assert iys.push() == Pushed()
    assert server.requests == []


def test_what_was_imported_is_not_told(crm, iys):
    crm.record(events.ConsentGranted(customer=AYSE, purpose="marketing", message_channel="email", live=False))
    assert iys.gather() == 0


def test_what_waits_to_be_confirmed_is_no_consent_yet(crm, iys, registry):
    marketing = crm.consent.purposes()["marketing"]
    crm.consent.declare(attrs.evolve(marketing, needs_confirmation=True))
    crm.consent.grant(AYSE, "marketing", "email")
    assert iys.push() == Pushed()
    crm.clock.advance(hours=1)
    crm.consent.grant(AYSE, "marketing", "email", method="double_opt_in")
    assert iys.push() == Pushed(told=1)


def test_what_was_said_at_iys_reaches_the_ledger_and_is_not_told_back(crm, iys, registry):
    crm.consent.grant(MEHMET, "marketing", "sms")
    iys.push()
    crm.clock.advance(hours=1)
    registry.say(recipient="+905321112233", type="MESAJ", status="RET")
    assert pulled(crm) == 2
    assert not crm.consent.decide(MEHMET, "marketing", "sms").is_allowed
    assert not crm.consent.decide(MEHMET, "marketing", "whatsapp").is_allowed
    assert iys.push() == Pushed()
    assert iys.status().held == {"RET": 1}
    crm.clock.advance(hours=1)
    registry.say(recipient="+905321112233", type="MESAJ", status="ONAY")
    assert pulled(crm) == 1
    assert crm.consent.decide(MEHMET, "marketing", "sms").is_allowed
    assert pulled(crm) == 0


def test_a_word_that_was_said_later_in_the_shop_stands_against_one_of_iys(crm, iys, registry):
    crm.consent.grant(AYSE, "marketing", "email")
    iys.push()
    crm.clock.advance(hours=1)
    registry.say(recipient="ayse@example.com", type="EPOSTA", status="RET")
    crm.clock.advance(hours=1)
    crm.consent.grant(AYSE, "marketing", "email", method="store")
    # The worker pulls, and tells.
    pulled(crm)
    assert iys.push() == Pushed()
    assert held(registry) == {("ayse@example.com", "EPOSTA"): "ONAY"}
    assert registry.held["ayse@example.com", "BIREYSEL", "EPOSTA"]["source"] == "HS_FIZIKSEL_ORTAM"


def test_what_iys_refuses_is_kept_with_its_code_and_never_tried_blindly(crm, iys, server):
    crm.consent.grant(Who(email="blocked@example.com"), "marketing", "email")
    assert iys.push() == Pushed(refused=1)
    (entry,) = iys.status().refused
    assert (entry.error_code, entry.error, entry.tries) == ("H114", "recipient", 1)
    assert not iys.status().is_good
    asked = len(server.requests)
    assert iys.push() == Pushed(left=1)
    assert len(server.requests) == asked


def test_what_iys_took_while_its_answer_was_lost_is_known_to_be_there(crm, iys, registry):
    crm.consent.grant(AYSE, "marketing", "email")
    registry.held["ayse@example.com", "BIREYSEL", "EPOSTA"] = {"status": "ONAY", "consentDate": "2026-11-24 12:00:00"}
    assert iys.push() == Pushed(told=1)
    assert iys.status().is_good


@pytest.mark.parametrize("answer", [Response(503), Response(429, headers={"Retry-After": "600"}), None])
def test_where_iys_is_away_it_is_tried_again_later(crm, iys, registry, server, answer):
    crm.consent.grant(AYSE, "marketing", "email")
    server.answer_next(answer)
    assert iys.push() == Pushed(failed=1)
    assert iys.push() == Pushed(left=1)
    crm.clock.advance(minutes=11)
    assert iys.push() == Pushed(told=1)


def test_a_token_that_ended_is_asked_for_anew(crm, iys, registry, server):
    crm.consent.grant(AYSE, "marketing", "email")
    server.answer_next(Response.json({"access_token": "old"}))
    assert iys.push() == Pushed(told=1)
    assert registry.tokens == 1


@pytest.mark.parametrize("status", [403, 404])
def test_a_brand_that_is_not_the_accounts_is_a_matter_of_the_setup(crm, iys, server, status):
    crm.consent.grant(AYSE, "marketing", "email")
    server.answer_next(Response.json({"access_token": "any"}), Response(status))
    with pytest.raises(SetupError, match="brand_code"):
        iys.push()
    assert len(iys.due()) == 1


def test_a_wrong_password_is_said_and_loses_nothing(crm, iys, registry):
    crm.consent.grant(AYSE, "marketing", "email")
    crm.plugins.configure("iys", username="somebody@example.com")
    with pytest.raises(SetupError, match="username and password"):
        iys.push()
    crm.plugins.configure("iys", username=USER)
    assert iys.push() == Pushed(told=1)


def test_a_shop_that_has_not_set_it_up_is_told_so(crm):
    crm.for_shop("other").consent.grant(AYSE, "marketing", "email")
    with pytest.raises(SetupError, match="iys_code"):
        crm.for_shop("other").service(Iys).push()


def test_no_more_is_told_at_once_than_asked_for(crm, iys):
    for number in range(5):
        crm.consent.grant(Who(email=f"a{number}@example.com"), "marketing", "email")
    assert iys.push(limit=2) == Pushed(told=2, left=3)
    assert iys.push(limit=9) == Pushed(told=3)


def test_what_is_due_becomes_overdue_when_three_business_days_are_over(crm, iys):
    crm.consent.grant(AYSE, "marketing", "email")
    iys.gather()
    (entry,) = iys.due()
    assert entry.due_at == dt.datetime(2026, 11, 27, 21, tzinfo=dt.UTC)
    assert iys.overdue() == []
    crm.clock.advance(days=4)
    assert iys.overdue() == iys.status().overdue == [entry]
    assert iys.push() == Pushed(refused=1)
    assert "ask the customer again" in iys.status().refused[0].error


def test_the_holidays_of_turkey_are_no_business_days(crm, iys):
    crm.clock.move_to(dt.datetime(2026, 10, 28, 9, tzinfo=dt.UTC))
    crm.consent.grant(AYSE, "marketing", "email")
    iys.gather()
    (entry,) = iys.due()
    # The 29th is Republic Day; the 28th is one from one o'clock on, and counts as a business day.
    assert entry.due_at == dt.datetime(2026, 11, 3, 21, tzinfo=dt.UTC)
    assert workdays(dt.datetime(2026, 10, 28, tzinfo=dt.UTC), entry.due_at) == 3
    assert dt.date(2026, 10, 29) in HOLIDAYS


def test_a_late_refusal_still_reaches_iys(crm, iys, registry):
    crm.consent.grant(AYSE, "marketing", "email")
    iys.push()
    crm.clock.advance(hours=1)
    crm.consent.withdraw(AYSE, "marketing", "email")
    crm.clock.advance(days=30)
    assert iys.push() == Pushed(told=1)
    record = registry.held["ayse@example.com", "BIREYSEL", "EPOSTA"]
    assert (record["status"], record["source"]) == ("RET", "HS_KARAR")


def test_a_word_that_comes_while_the_one_before_is_told_is_not_lost(crm, iys, registry, server, monkeypatch):
    crm.consent.grant(AYSE, "marketing", "email")
    take = registry.answer

    def answer(request, size):
        if request.path.endswith("/consents"):
            crm.clock.advance(hours=1)
            crm.consent.withdraw(AYSE, "marketing", "email")
            iys.gather()
        return take(request, size)

    monkeypatch.setattr(server, "_answer", answer)
    assert iys.push() == Pushed(told=1)
    monkeypatch.setattr(server, "_answer", take)
    assert iys.push() == Pushed(told=1)
    assert held(registry) == {("ayse@example.com", "EPOSTA"): "RET"}


STEPS = st.lists(
    st.tuples(st.sampled_from(["grant", "withdraw", "say ONAY", "say RET", "push", "pull"]), st.integers(0, 40)),
    max_size=12,
)


@given(steps=STEPS)
@settings(max_examples=20)
def test_whatever_is_said_where_and_when_both_come_to_hold_the_newest_word(tmp_path_factory, steps):
    clock = FrozenClock(NOON)
    registry, url = Registry(clock), f"sqlite:///{tmp_path_factory.mktemp('iys') / 'crm.db'}"
    newest, is_void = None, False
    with (
        Loopback(registry.answer).open() as server,
        FrozenCRM(url, clock=clock, plugins=[IysPlugin()], secrets=SECRETS) as crm,
    ):
        crm.plugins.configure("iys", api_url=server.url, **SETTINGS)
        served = crm.service(Iys)
        for does, hours in steps:
            clock.advance(hours=hours, seconds=1)
            word = does.removeprefix("say ")
            if does in {"grant", "withdraw"}:
                getattr(crm.consent, does)(AYSE, "marketing", "email")
                newest = does
            elif word != does:
                registry.say(recipient="ayse@example.com", type="EPOSTA", status=word)
                newest = {"ONAY": "grant", "RET": "withdraw"}[word]
            elif does == "push":
                served.push()
            else:
                pulled(crm)
        pulled(crm)
        served.push()
        is_void = any("void" in entry.error for entry in served.status().refused)
        status = held(registry).get(("ayse@example.com", "EPOSTA"))
        # An approval that was told too late is void, and so is what came before it.
        assert is_void or status in {"grant": ("ONAY",), "withdraw": ("RET", None), None: (None,)}[newest]
        if newest is not None:
            assert crm.consent.decide(AYSE, "marketing", "email").is_allowed == (newest == "grant")
        assert all("void" in entry.error for entry in served.status().refused)


def test_who_is_erased_is_not_told_of_any_more(crm, iys, registry):
    crm.consent.grant(AYSE, "marketing", "email")
    crm.consent.grant(MEHMET, "marketing", "sms")
    iys.gather()
    assert crm.privacy.erase(AYSE, because="she asked for it").rows["ecrm_iys_record"] == 1
    assert iys.push() == Pushed(told=1)
    assert held(registry) == {("+905321112233", "MESAJ"): "ONAY"}


def test_what_iys_says_of_somebody_who_was_erased_brings_nobody_back(crm, iys, registry):
    crm.consent.grant(AYSE, "marketing", "email")
    iys.push()
    crm.privacy.erase(AYSE, because="she asked for it")
    crm.clock.advance(hours=1)
    registry.say(recipient="ayse@example.com", type="EPOSTA", status="RET")
    pulled(crm)
    assert crm.customers.find(AYSE) is None
    assert iys.push() == Pushed()


def test_customers_who_turn_out_to_be_one_keep_their_records(crm, iys, registry):
    crm.consent.grant(AYSE, "marketing", "email")
    crm.consent.grant(MEHMET, "marketing", "sms")
    iys.gather()
    crm.customers.merge(crm.customers.find(AYSE).id, crm.customers.find(MEHMET).id)
    assert iys.push().told == 2
    crm.clock.advance(hours=1)
    crm.consent.withdraw(AYSE, "marketing")
    assert iys.push().told == 2
    assert set(held(registry).values()) == {"RET"}


def test_no_address_and_no_password_is_in_a_log_or_a_repr(crm, iys, registry, server, caplog):
    caplog.set_level(logging.DEBUG)
    crm.consent.grant(AYSE, "marketing", "email")
    crm.consent.grant(MEHMET, "marketing", "sms")
    registry.say(recipient="+905321112233", type="MESAJ", status="RET")
    pulled(crm)
    iys.push()
    server.answer_next(Response(500))
    iys.push()
    shown = caplog.text + repr(iys) + repr(iys.status()) + str([vars(one) for one in caplog.records])
    for secret in ("ayse@example.com", "5321112233", PASSWORD):
        assert secret not in shown


@pytest.mark.parametrize(
    "given", [{"api_url": "http://api.iys.example"}, {"recipient_type": "ESNAF"}, {"source": "WEB"}]
)
def test_settings_that_can_not_be_are_refused(crm, given):
    with pytest.raises(ValueError, match=r"use one of|https"):
        crm.plugins.configure("iys", **given)


class TestPluginContract(PluginContract):
    has_reactions, has_tables = False, True
    # İYS is asked every quarter of an hour: a month of that is long.
    settles_in = dt.timedelta(hours=1)

    @pytest.fixture
    def plugin(self):
        return IysPlugin()

    @pytest.fixture
    def plugin_settings(self, server):
        return {**SETTINGS, "password": PASSWORD, "api_url": server.url}

    @pytest.fixture
    def history(self):
        told = {"purpose": "marketing", "message_channel": "email"}
        return [
            events.ConsentGranted(customer=who, at=NOON + dt.timedelta(minutes=n), source_id=f"c{n}", **told)
            for n, who in enumerate([AYSE, Who(email="mehmet@example.com"), AYSE])
        ]

    def use(self, crm, customers):
        assert len(customers) > 1
        crm.service(Iys).gather()


class TestSourceContract(SourceContract):
    receives, pulls = False, True

    @pytest.fixture
    def source(self, server, registry, clock):
        for number in range(5):
            clock.advance(seconds=1)
            registry.say(recipient=f"a{number}@example.com", type="EPOSTA", status="RET" if number % 2 else "ONAY")
        clock.move_to(NOON)
        return SourceCase(
            IysPlugin(),
            {"password": PASSWORD},
            {**SETTINGS, "api_url": server.url},
            personal=["a1@example.com"],
            server=server,
            now=NOON + dt.timedelta(hours=1),
        )
