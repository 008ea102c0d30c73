"""A cause is of an interaction or a timer; what is told of a stranger's error holds no message."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from ecrm.errors import ConflictError
from ecrm.interactions.model.interaction import Interaction
from ecrm.reactions.model.cause import Cause, derived_of, said_of
from ecrm.reactions.model.timer import Due

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
CANARY = "canary@example.org"


def test_the_cause_an_interaction_is_knows_whose_when_and_by_which_system():
    happened = Interaction(
        UUID(int=1), "Store Visited", NOON, "web", "pos", CANARY, UUID(int=2), 7, NOON, True, {}, {}
    )  # fmt: skip
    cause = Cause.of_interaction("main", "greet", happened)
    assert cause == Cause("main", "greet", UUID(int=1), UUID(int=2), NOON, is_live=True, source="pos", due=None)
    assert not Cause.of_interaction("main", "greet", happened, is_live=False).is_live


def test_the_cause_a_timer_is_happened_when_it_was_due():
    due = Due("wake", CANARY, NOON, {}, UUID(int=1), NOON, UUID(int=2), UUID(int=3))
    cause = Cause.of_timer("main", due)
    assert (cause.reaction, cause.id, cause.profile_id, cause.at) == ("wake", UUID(int=3), UUID(int=2), NOON)
    assert cause.due is due
    assert CANARY not in repr(cause)
    assert not Cause.of_timer("main", due, is_live=False).is_live


def test_our_own_errors_are_told_in_their_words():
    assert said_of(ConflictError("mend the plugin")) == "mend the plugin"


def test_odd_words_are_told_as_every_database_takes_them():
    assert said_of(ConflictError("a\0b\ud800" + "c" * 600)) == "a\ufffdb?" + "c" * 496


def test_a_strangers_error_is_told_by_its_type_and_place():
    def plugin_code():
        raise LookupError(CANARY)

    try:
        plugin_code()
    except LookupError as error:
        said = said_of(error)
    assert said.startswith("LookupError in plugin_code, line ")
    assert CANARY not in said
    assert said_of(LookupError(CANARY)) == "LookupError"


def test_what_was_derived_says_by_what_of_what_and_how_deep():
    def told(context):
        return Interaction(
            UUID(int=1), "Greeted", NOON, None, "shop", "1", UUID(int=2), 7, NOON, True, {}, context
        )  # fmt: skip

    derived = {"by": "greet", "of": str(UUID(int=9)), "depth": 1}
    assert derived_of(told({"context": {"derived": derived}})) == derived
    for context in ({}, {"context": {}}, {"context": "odd"}, {"context": {"derived": "odd"}}):
        assert derived_of(told(context)) == {}
