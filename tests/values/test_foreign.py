"""What another system's JSON says is read, or None; it is never an error, and never a number of a payment card."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.values import foreign
from ecrm.values.cards import holds_card_number

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
CARD = "4111111111111111"


@given(anything)
def test_nothing_is_an_error(value):
    for read in (
        foreign.foreign_id, foreign.foreign_text, foreign.foreign_email, foreign.foreign_amount, foreign.foreign_whole,
        foreign.foreign_time, foreign.foreign_mapping, foreign.without_cards, foreign.hash_of,
    ):  # fmt: skip
        read(value)
    list(foreign.foreign_items(value))
    foreign.foreign_money(value, "TRY")
    foreign.foreign_money("1.00", value)


@given(st.integers(1, 2**63))
def test_different_ids_stay_different_and_none_looks_like_a_card(number):
    read = foreign.foreign_id(number)
    assert not holds_card_number(read, 15)
    assert read == str(number) or int(read[1:], 16) == number


@pytest.mark.parametrize("value", [CARD, int(CARD), f"card {CARD} of mine"])
def test_numbers_of_cards_are_hidden(value):
    assert CARD not in str(foreign.foreign_text(value))
    assert CARD not in str(foreign.without_cards({"a": [value], str(value): 1}))


def test_a_time_without_a_zone_is_read_in_the_one_that_is_known_or_not_at_all():
    assert foreign.foreign_time("2026-01-01T10:00:00") is None
    assert foreign.foreign_time("2026-01-01T10:00:00", dt.UTC) == dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC)
    assert foreign.foreign_time("0001-01-01T00:00:00+14:00") is None


def test_a_long_text_is_cut_and_an_empty_one_is_none():
    assert len(foreign.foreign_text("a" * 5_000)) == 1_000
    assert foreign.foreign_text("  ") is None
