"""The core's facts are declared, each by its name."""

from __future__ import annotations

import pytest

from ecrm.interactions.model.fact import FACTS, is_by_customer


def test_no_two_facts_share_a_name_or_a_column():
    assert len({fact.name for fact in FACTS}) == len({fact.column for fact in FACTS}) == len(FACTS)


def test_every_fact_says_what_it_means_and_counts_in():
    assert all(fact.about.endswith(".") and fact.unit and fact.type for fact in FACTS)


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
