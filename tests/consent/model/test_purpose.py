"""Purposes and the texts that customers agree to."""

from __future__ import annotations

import pytest

from ecrm.consent import ConsentText, Purpose
from ecrm.consent.model.purpose import BUILT_IN
from ecrm.errors import InvalidError


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Marketing"}, "purpose"),
        ({"name": 7}, "purpose"),
        ({"basis": "because"}, "basis"),
        ({"about": " "}, "about"),
        ({"about": None}, "about"),
        ({"basis": "contract", "is_commercial": True}, "basis"),
        ({"basis": "contract", "needs_confirmation": True}, "needs_confirmation"),
    ],
)
def test_a_purpose_that_can_not_be_is_refused(changes, field):
    with pytest.raises(InvalidError) as refused:
        Purpose(**{"name": "club", "basis": "consent", "about": "We invite you.", **changes})
    assert list(refused.value.fields) == [field]


def test_only_consent_and_a_legitimate_interest_can_be_refused():
    assert {name for name, one in BUILT_IN.items() if one.can_be_refused} == {"marketing", "surveys", "profiling"}
    assert {name for name, one in BUILT_IN.items() if one.asks_first} == {"marketing"}
    assert {name for name, one in BUILT_IN.items() if one.is_commercial} == {"marketing"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"version": ""}, "version"),
        ({"version": 1}, "version"),
        ({"language": "Turkish"}, "language"),
        ({"language": None}, "language"),
        ({"text": " "}, "text"),
        ({"text": None}, "text"),
        ({"text": "a\0"}, "text"),
        ({"text": "a" * 20_001}, "text"),
    ],
)
def test_a_text_that_can_not_be_is_refused(changes, field):
    with pytest.raises(InvalidError) as refused:
        ConsentText(**{"purpose": "marketing", "version": "1", "language": "en", "text": "Yes.", **changes})
    assert list(refused.value.fields) == [field]


def test_the_hash_is_of_the_text_word_for_word():
    one, other = (ConsentText("marketing", "1", "en", text) for text in ("Yes.", "Yes!"))
    assert one.hash != other.hash
    assert len(one.hash) == 64
