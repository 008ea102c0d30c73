"""Outreach: facts of messages, conditions on consent; and the contract of plugins."""

from __future__ import annotations

import pytest

from ecrm import CRM, Who, events
from ecrm.hookspecs import Reaction, hookimpl
from ecrm.testing import PluginContract
from messages.pigeon import Pigeons, note
from story import AYSE, minute


class TestContract(PluginContract):
    has_reactions = False
    has_facts = True

    @pytest.fixture
    def plugin(self):
        return "outreach"


@pytest.fixture
def shop(database_url, clock):
    with CRM(database_url, clock=clock, plugins=["outreach", Pigeons()]) as crm:
        crm.upgrade()
        crm.messages.configure(delivery="live", public_url="https://shop.example")
        yield crm


def test_what_was_sent_opened_and_clicked_is_counted(shop, clock):
    shop.messages.send(note())
    shop.work()
    shop.work()
    shop.record(events.EmailOpened(customer=AYSE, source_id="o1", at=minute(1)))
    shop.record(events.EmailLinkClicked(customer=AYSE, source_id="c1", at=minute(2)))
    shop.record(events.MessageLinkClicked(customer=AYSE, source_id="c2", at=minute(3)))
    facts = shop.facts(AYSE)
    assert [facts[f"outreach.{name}"] for name in ("sent", "opened", "clicked")] == [1, 1, 2]
    assert facts["outreach.last_clicked_at"] == minute(3)
    assert facts["outreach.last_sent_at"] == clock()


def test_conditions_follow_the_ledger(shop, clock):
    shop.customers.upsert(AYSE, name="Ayşe")
    assert not shop.holds("agreed_to_marketing", AYSE)
    assert shop.holds("may_be_surveyed", AYSE)
    shop.consent.grant(AYSE, "marketing")
    assert shop.holds("agreed_to_marketing", AYSE)
    assert shop.holds("agreed_to_mail", AYSE)
    clock.advance(hours=1)
    shop.consent.withdraw(AYSE, "marketing", "email")
    assert not shop.holds("agreed_to_mail", AYSE)
    shop.consent.withdraw(AYSE, "surveys")
    assert not shop.holds("may_be_surveyed", AYSE)


def test_a_reaction_asks_whether_it_may(database_url, clock):
    asked = []

    class Asking:
        name = "asking"

        @hookimpl
        def register_reactions(self):
            return [Reaction("ask", self.react, kinds=["Store Visited"])]

        def react(self, _, ask):
            nobody = Who(email="nobody@example.org")
            asked.append((ask.may("marketing", "email"), ask.may("surveys"), ask.may("surveys", who=nobody)))

    with CRM(database_url, clock=clock, plugins=[Asking()]) as crm:
        crm.upgrade()
        crm.consent.grant(AYSE, "marketing", "email")
        crm.record(events.StoreVisited(customer=AYSE, source_id="v1"))
        crm.work()
    assert asked == [(True, True, False)]
