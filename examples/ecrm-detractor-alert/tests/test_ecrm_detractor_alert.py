"""The contract every plugin keeps, and what this one promises."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import ecrm_detractor_alert as detractor_alert
import pytest

from ecrm import CRM, InvalidError, Who, events
from ecrm.hookspecs import Channel, Receipt, hookimpl
from ecrm.testing import FrozenClock, FrozenCRM, PluginContract

START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
AYSE = Who(email="ayse@example.org", phone="+905321112233")


def answered(score, kind="nps", *, who=AYSE, key="1", **more):
    told = {"kind": kind, "score": Decimal(score), "source_id": f"{kind}-{key}", "at": START, **more}
    return events.SurveyAnswered(survey_id="mood", customer=who, **told)


class TestContract(PluginContract):
    @pytest.fixture
    def plugin(self):
        return detractor_alert

    @pytest.fixture
    def history(self):
        return [
            answered(2), answered(9, key="2"), answered(1, "csat", who=Who(email="can@example.org"), key="3"),
            answered(3, "ces", who=Who(email="can@example.org"), key="4", at=START + dt.timedelta(days=1)),
        ]  # fmt: skip


class Staff:
    """The channel that reaches the shop's own people, as `notify` is one."""

    name = "staff"

    def __init__(self):
        self.told = []

    @hookimpl
    def register_channels(self):
        kinds = {"notify": "any", "call_task": "phone"}
        return [Channel(name, address, partial(self.deliver, name)) for name, address in kinds.items()]

    def deliver(self, channel, messages, _):
        for message in messages:
            self.told.append((channel, message.text))
            yield Receipt("accepted")


@pytest.fixture
def staff():
    return Staff()


@pytest.fixture
def crm(tmp_path, staff):
    plugins = [detractor_alert, staff]
    with FrozenCRM(f"sqlite:///{tmp_path / 'crm.db'}", clock=FrozenClock(START), plugins=plugins) as opened:
        opened.messages.configure(delivery="live", channels=["notify", "call_task"])
        yield opened


def test_staff_are_told_once_of_an_unhappy_answer(crm, staff):
    kept = crm.record(answered(2))
    crm.record(answered(2))
    crm.advance(days=1)
    ((channel, text),) = staff.told
    customer = crm.customers.find(AYSE)
    assert (channel, text) == ("notify", f"mood: 2 of 10. Customer {customer.id}, answer {kept.id}.")
    assert "ayse" not in text


@pytest.mark.parametrize(("kind", "unhappy", "content"), [("nps", 6, 7), ("csat", 2, 3), ("ces", 3, 4)])
def test_each_scale_has_its_worst_band(crm, staff, kind, unhappy, content):
    for score in (unhappy, content):
        crm.record(answered(score, kind, key=str(score)))
    crm.advance(days=1)
    assert [text.split(" ")[1] for _, text in staff.told] == [str(unhappy)]


def test_nobody_is_told_of_what_is_old_imported_or_no_score(crm, staff):
    crm.record(answered(0, key="old", at=START - dt.timedelta(days=3)))
    crm.record(answered(0, key="imported", live=False))
    crm.record(answered(0, "stars", key="other"))
    crm.record(events.SurveyAnswered(survey_id="mood", customer=AYSE, source_id="nothing"))
    crm.surveys.take_in("nps", [{"at": START, "email": "ayse@example.org", "answers": {"score": 0}}])
    crm.advance(days=1)
    assert staff.told == []


def test_a_shop_may_have_a_call_made_of_it(crm, staff):
    crm.plugins.configure("detractor_alert", channel="call_task")
    crm.record(answered(0))
    crm.advance(days=1)
    assert [channel for channel, _ in staff.told] == ["call_task"]
    with pytest.raises(InvalidError, match="notify or call_task"):
        crm.plugins.configure("detractor_alert", channel="sms")


def test_a_replay_tells_nobody_again(crm, staff):
    crm.record(answered(0))
    crm.advance(days=1)
    crm.replay("detractor_alert")
    crm.advance(days=1)
    assert len(staff.told) == 1


def test_it_works_beside_the_channel_that_comes_with_ecrm(tmp_path):
    with CRM(f"sqlite:///{tmp_path / 'crm.db'}", plugins=[detractor_alert, "notify"]) as crm:
        assert {"detractor_alert", "notify"} <= {listed.name for listed in crm.plugins.list()}
