"""Signals come after the commit, one a batch, and a receiver that fails hurts nobody."""

from __future__ import annotations

import logging

import pytest

from story import AYSE, visited


@pytest.fixture
def heard(crm):
    found = []
    crm.signals.recorded.connect(lambda sender, **told: found.append((sender, told)), weak=False)
    return found


def test_one_signal_tells_of_one_batch(crm, heard):
    crm.record_many(visited(source_id=f"v{n}") for n in range(5))
    ((sender, told),) = heard
    assert sender is crm
    assert told["shop"] == "main"
    assert [one.source_id for one in told["interactions"]] == [f"v{n}" for n in range(5)]


def test_what_was_there_already_is_not_told(crm, heard):
    crm.record(visited())
    crm.record(visited())
    crm.record_many([visited()])
    assert len(heard) == 1


def test_received_rows_are_told_for_each_shop(crm, heard):
    for shop in ("a", "b"):
        for number in range(2):
            crm.for_shop(shop).emit(visited(source_id=f"v{number}"))
    assert heard == []
    crm.work()
    assert [(told["shop"], len(told["interactions"])) for _, told in heard] == [("a", 2), ("b", 2)]


def test_a_void_and_a_tag_are_told(crm, heard):
    wrong = crm.record(visited())
    crm.void(wrong, because="wrong")
    crm.customers.tag(AYSE, "vip")
    assert [told["interactions"][0].kind for _, told in heard] == [
        "Store Visited",
        "Interaction Voided",
        "Customer Updated",
    ]


def test_a_receiver_that_fails_is_logged_and_hurts_nobody(crm, caplog):
    heard = []

    def fail(sender, **told):
        raise ValueError("ayse@example.org")

    crm.signals.recorded.connect(fail)
    crm.signals.recorded.connect(lambda _, **told: heard.append(told), weak=False)
    with caplog.at_level(logging.ERROR, "ecrm.signals"):
        stored = crm.record(visited())
    assert len(heard) == 1
    assert crm.timeline(AYSE)[0] == stored
    assert "ValueError" in caplog.text
    assert "ayse" not in caplog.text


def test_a_receiver_may_use_the_crm(crm):
    def thank(sender, shop, interactions):
        if interactions[0].kind == "Store Visited":
            crm.customers.tag(AYSE, "visitor")

    crm.signals.recorded.connect(thank)
    crm.record(visited())
    assert crm.customers.find(AYSE).tags == {"visitor"}


def test_what_is_told_is_committed(crm, heard, database_url):
    from ecrm import CRM

    seen = []

    def look(sender, **told):
        with CRM(database_url) as other:
            seen.append(len(other.timeline(AYSE)))

    crm.signals.recorded.connect(look)
    crm.record(visited())
    assert seen == [1]
