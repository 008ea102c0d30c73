"""What a field declares of personal data, and how it is shown where it must not be seen."""

from __future__ import annotations

import pytest

from ecrm import InvalidError, Who
from ecrm.values.personal import (
    CATEGORIES,
    IMPERSONAL,
    Personal,
    declaration_in,
    declarations_of,
    impersonal,
    personal,
)
from ecrm.values.who import Actor


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        ("email", "ayse@example.com", "a***@e***.com"),
        ("email", "ayse@localhost", "a***@l***"),
        ("email", "no address", "***"),
        ("email", "@example.com", "***"),
        ("phone", "+905321112233", "***33"),
        ("phone", "1234", "***"),
        ("id", "1234567", "***67"),
        ("name", "Ayşe Yılmaz", "A. Y."),
        ("text", "prefers calls", "13 characters"),
        ("day", "1990-02-28", "1990-**-**"),
        ("day", "soon", "***"),
        ("hidden", "anything", "***"),
        ("name", "", ""),
        ("name", None, ""),
    ],
)
def test_a_mask_shows_no_more_than_it_must(mask, value, shown):
    assert Personal("profile", "know the customer", mask=mask).masked(value) == shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"category": "secrets"}, {"purpose": " "}, {"purpose": None}, {"retention_days": 0}, {"retention_days": 1.5},
        {"retention_days": True}, {"retention_days": 40_000}, {"mask": "blur"},
    ],
)  # fmt: skip
def test_a_declaration_that_can_not_be_is_refused(wrong):
    with pytest.raises(InvalidError):
        Personal(**{"category": "profile", "purpose": "know the customer"} | wrong)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_can_be_declared(category):
    declared = declaration_in(personal(category, "serve the customer", retention_days=30))
    assert (declared.category, declared.retention_days) == (category, 30)


def test_what_is_said_of_no_field_is_nothing():
    assert declaration_in({}) is None
    assert declaration_in({"personal": "yes"}) is None
    assert declaration_in(impersonal()) is IMPERSONAL


@pytest.mark.parametrize("cls", [Who, Actor])
def test_every_field_that_names_somebody_declares_it(cls):
    declared = declarations_of(cls)
    assert None not in declared.values()
    assert any(isinstance(one, Personal) for one in declared.values())
