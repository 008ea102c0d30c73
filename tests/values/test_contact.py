"""Contact addresses have one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.values.contact import normalise_email, normalise_phone, phone_prefixes


def test_an_address_is_lowered_and_stripped():
    assert normalise_email(" Ayse.Yilmaz@Example.COM ") == "ayse.yilmaz@example.com"


@given(st.emails(domains=st.just("example.com")))
def test_normalising_an_address_twice_changes_nothing(address):
    try:
        once = normalise_email(address)
    except InvalidError:
        return
    assert normalise_email(once) == once


@pytest.mark.parametrize(
    "text", ["", "ayse", "a@", "@b.c", "a b@c.de", "a@b..c", "x" * 400 + "@b.c", "a\0@b.com", "\ud800@b.com"]
)
def test_what_is_no_address_is_refused_without_being_shown(text):
    with pytest.raises(InvalidError) as caught:
        normalise_email(text)
    assert list(caught.value.fields) == ["email"]
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("0532 111 22 33", "TR", "+905321112233"),
        ("(0532) 111-22-33", "TR", "+905321112233"),
        ("5321112233", "TR", "+905321112233"),
        ("+90 532 111 22 33", "DE", "+905321112233"),
        ("020 7946 0958", "GB", "+442079460958"),
    ],
)
def test_a_number_becomes_e164(text, country, expected):
    assert normalise_phone(text, country) == expected
    assert normalise_phone(expected, country) == expected


@pytest.mark.parametrize("text", ["", "abc", "123", "0000000000", "+", "9" * 65, "\ud800", "0532 111 22 3"])
def test_what_can_not_be_dialled_is_refused_without_being_shown(text):
    with pytest.raises(InvalidError) as caught:
        normalise_phone(text, "TR")
    assert list(caught.value.fields) == ["phone"]


def test_a_local_number_needs_a_known_country():
    with pytest.raises(InvalidError):
        normalise_phone("0532 111 22 33", "ZZ")


def test_the_beginning_of_a_number_is_found_with_and_without_its_country():
    assert phone_prefixes("0532 11", "TR") == ["+9053211", "+053211"]
    assert phone_prefixes("+90 532", "TR") == ["+90532"]
    assert phone_prefixes("0532 11", None) == ["+053211"]
    assert phone_prefixes("Ayse 0532", "TR") == phone_prefixes("", "TR") == []
