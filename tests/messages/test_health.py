"""What does not go is a finding that says what to do."""

from __future__ import annotations

from ecrm import CRM
from ecrm.hookspecs import Receipt
from messages.pigeon import Pigeons, note


def findings(crm):
    return {one.name: one for one in crm.health()}


def test_nothing_to_send_is_healthy(crm):
    assert findings(crm)["messages lag"].is_good
    assert findings(crm)["messages held"].figure == 0


def test_what_is_late_or_uncertain_is_told(opened, clock):
    crm = opened(Pigeons(lambda *_: Receipt("uncertain")))
    crm.messages.send(note())
    clock.advance(minutes=10)
    assert findings(crm)["messages lag"].figure == 600
    assert not findings(crm)["messages lag"].is_good
    crm.work()
    assert findings(crm)["messages lag"].is_good
    assert not findings(crm)["messages held"].is_good


def test_a_channel_that_rests_says_why(opened):
    crm = opened(Pigeons(lambda *_: Receipt("delayed", reason="away")))
    for number in range(4):
        crm.messages.send(note(number))
    crm.work()
    told = findings(crm)["channel pigeon"]
    assert not told.is_good
    assert told.detail.endswith("UTC: the provider is away")


def test_a_copy_says_that_it_is_one(database_url, clock, opened, pigeons):
    opened(pigeons, deployment="production")
    with CRM(database_url, clock=clock, plugins=[], deployment="staging") as copy:
        assert "sends nothing" in findings(copy)["deployment"].detail
