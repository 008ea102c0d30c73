"""What the strategies make is valid, and every event of it can be recorded."""

from __future__ import annotations

import pytest
from hypothesis import given

from ecrm import CRM, events
from ecrm.testing import FrozenClock
from ecrm.testing.strategies import histories, moneys, order_events, whos


@pytest.fixture(scope="module")
def shop(sqlite_template, tmp_path_factory):
    url = sqlite_template.copy(tmp_path_factory.mktemp("strategies") / "crm.db")
    with CRM(url, clock=FrozenClock(), plugins=[]) as crm:
        crm.shop.configure(currency="TRY", country="TR")
        yield crm


@given(histories(longest=8))
def test_every_event_of_a_history_is_recorded(shop, history):
    report = shop.record_many(history)
    assert {rejection.event for rejection in report.rejected} <= {"Interaction Voided"}, "there is nothing to void"


@given(order_events(people=2, numbers=3), whos(people=1), moneys("JPY"))
def test_few_people_and_orders_are_met_again(order, who, amount):
    assert order.order_id in {"1", "2", "3"}
    assert set(who.given.values()) <= {"person0@example.com", "+905321110000", "0", "visitor-0", "card-0"}
    assert amount.currency == "JPY"
    assert isinstance(order, events.Event)
