"""What a person is shown of merges and identities."""

from __future__ import annotations

from uuid import UUID

from ecrm.customers.model.merge import Identity, Merge, Suggestion
from story import minute


def test_an_identity_never_shows_its_value():
    identity = Identity("email", "ayse@example.org", False, minute(0), minute(1), UUID(int=1))
    assert repr(identity) == "<Identity email>"


def test_a_merge_holds_until_it_is_undone():
    assert not Merge(UUID(int=1), UUID(int=2), UUID(int=3), "same phone", "staff:ali", minute(0)).is_undone


def test_a_suggestion_says_why():
    assert Suggestion(UUID(int=1), UUID(int=2), "two cards", minute(0)).because == "two cards"
