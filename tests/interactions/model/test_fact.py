"""The facts are declared, each by its name, and an event adds only to its own."""

from __future__ import annotations

import pytest

from ecrm.interactions.model.fact import EVENT_FACTS, FACTS, facts_for, is_by_customer


def test_no_two_facts_share_a_name_or_a_column():
    assert len({fact.name for fact in FACTS}) == len({fact.column for fact in FACTS}) == len(FACTS)


def test_every_fact_says_what_it_means_and_counts_in():
    assert all(fact.about.endswith(".") and fact.unit and fact.type for fact in FACTS)


def test_an_event_of_a_shops_own_adds_to_the_common_facts_only():
    names = {fact.name for fact in facts_for("Gift Wrapped", None, True)}
    assert names == {"interactions.count", "interactions.first_at", "interactions.last_at"}


def test_a_channel_is_seen_by_what_the_customer_did():
    assert "channels.web.last_at" in {fact.name for fact in facts_for("Gift Wrapped", "web", True)}
    assert "channels.web.last_at" not in {fact.name for fact in facts_for("Gift Wrapped", "web", False)}
    assert all(not fact.name.startswith("channels.") for fact in facts_for("Gift Wrapped", "kiosk", True))


@pytest.mark.parametrize("fact", [fact for fact in EVENT_FACTS if fact.kinds], ids=lambda fact: fact.name)
def test_a_fact_of_some_kinds_is_added_to_by_those_only(fact):
    for kind in fact.kinds:
        assert fact in facts_for(kind, None, True)
    assert fact not in facts_for("Gift Wrapped", None, True)


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (None, True), ({}, True), ({"location_id": "b1"}, True), ({"direction": "in"}, True),
        ({"actor": {"kind": "customer"}}, True), ({"direction": "out"}, False), ({"actor": {"kind": "staff"}}, False),
        ({"actor": {"kind": "system"}}, False), ({"actor": None}, True),
    ],
)  # fmt: skip
def test_what_was_sent_or_done_by_others_is_not_by_the_customer(context, expected):
    assert is_by_customer(context) is expected
