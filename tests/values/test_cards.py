"""Numbers of payment cards are found, and what only looks like one is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.values.cards import holds_card_number, refuse_card_number

CARDS = [
    "4111111111111111",
    "4012888888881881",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
    "3530111333300000",
    "6200000000000005",
    "9792030394440796",
    "4222222222222",
    "6759649826438453",
]


def luhn(digits):
    """Compute the check digit the slow, plain way."""
    total = 0
    for place, digit in enumerate(reversed(digits + "0")):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


@pytest.mark.parametrize("number", CARDS)
@pytest.mark.parametrize("around", ["{}", "card {}, please", "({})", "1 {} 12/27"])
def test_a_card_number_is_found(number, around):
    assert holds_card_number(around.format(number))


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111  1111  1111  1111",
        "3782 822463 10005",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    ],
)
def test_groups_hide_nothing(text):
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111",
        "4111111111111112",
        "1111111111111117",
        "+90 532 111 22 33",
        "4006381333931",
        "TR33 0006 1005 1978 6457 8413 26",
        "TR330006100519786457841326",
        "2026-11-22 07:52:00",
        "9" * 40,
        "ord-1234567890123",
    ],
)
def test_what_is_no_card_number_is_let_through(text):
    assert not holds_card_number(text)


@given(st.from_regex(r"4[0-9]{14}", fullmatch=True), st.integers(1, 9))
def test_the_check_digit_decides(start, off):
    right = luhn(start)
    assert holds_card_number(start + right)
    assert not holds_card_number(start + str((int(right) + off) % 10))


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text):
    assert holds_card_number(text) in (True, False)


def test_a_refusal_names_the_field_and_not_the_number():
    with pytest.raises(InvalidError) as caught:
        refuse_card_number("pay with 4111 1111 1111 1111", "properties.note")
    assert list(caught.value.fields) == ["properties.note"]
    assert "4111" not in str(caught.value)


def test_short_numbers_are_common_in_ids():
    refuse_card_number("30569309025904", "product_id", is_id=True)
    with pytest.raises(InvalidError):
        refuse_card_number("4111111111111111", "product_id", is_id=True)


def test_a_false_iban_hides_nothing():
    assert holds_card_number("AB12 4111 1111 1111 1111")


@pytest.mark.parametrize("text", ["01a2250a-f573-7634-8858-3691c7fa7d03", "sent:01A2250B-4680-7672-9524-5271C18FF238"])
def test_a_uuid_is_no_card_whatever_its_digits_come_to(text):
    refuse_card_number(text, "invitation_id", is_id=True)
    with pytest.raises(InvalidError):
        refuse_card_number(f"{text} 4111 1111 1111 1111", "note")
    # What has not the shape of one is looked at as before.
    assert holds_card_number("41111111-1111-1111-0000")
