"""Texts are storable; identifiers are one line."""

from __future__ import annotations

import pytest

from ecrm.errors import InvalidError
from ecrm.values.text import checked_id, checked_text, is_line


def test_a_text_keeps_its_lines_and_blanks():
    assert checked_text(" a\n\tb ğ ", "note") == " a\n\tb ğ "


@pytest.mark.parametrize("value", [None, 5, b"x", "a\0b", "\udfff", "ş\ud800", "x" * 65_537])
def test_a_text_that_can_not_be_stored_is_refused_by_its_field(value):
    with pytest.raises(InvalidError) as caught:
        checked_text(value, "note")
    assert list(caught.value.fields) == ["note"]


def test_an_id_may_be_a_number_and_is_stripped():
    assert checked_id(1001, "order_id") == "1001"
    assert checked_id(" 1001 ", "order_id") == "1001"


@pytest.mark.parametrize("value", ["", " ", "a\nb", "a\x85b", "x" * 256, 10**255, True, 1.0, None])
def test_a_bad_id_is_refused_by_its_field(value):
    with pytest.raises(InvalidError) as caught:
        checked_id(value, "order_id")
    assert list(caught.value.fields) == ["order_id"]


def test_unusual_blanks_are_no_control_characters():
    assert is_line("a\u00a0b")
    assert not is_line("a\x1fb")


def test_a_number_of_thousands_of_digits_is_no_id():
    with pytest.raises(InvalidError, match="255"):
        checked_id(10**5000, "order_id")
