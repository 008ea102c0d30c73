"""A tape takes down what came of a replay: all counts, the first thousand effects and failures."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from ecrm import events
from ecrm.effects import CancelTimer, Keep, Note, Record, SetTimer, Tag
from ecrm.reactions.model.cause import Cause, Failure
from ecrm.reactions.model.rehearsal import MOST_KEPT, Foreseen, Replayed, Tape, label_of
from ecrm.reactions.model.timer import Due

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
CAUSE = Cause("main", "greet", UUID(int=1), UUID(int=2), NOON)


@pytest.mark.parametrize(
    ("effect", "label"),
    [
        (Record(events.CartAbandoned(cart_id="7")), "Record Cart Abandoned"),
        (SetTimer("wake", key="canary", at=NOON), "SetTimer wake"),
        (CancelTimer("wake", key="canary"), "CancelTimer wake"),
        (Keep("acme.mood", "canary"), "Keep acme.mood"),
        (Tag("canary"), "Tag"),
        (Note("canary"), "Note"),
    ],
)
def test_a_label_says_what_an_effect_does_and_not_of_whom(effect, label):
    assert label_of(effect) == label


def test_a_tape_nothing_was_noted_on_is_empty():
    assert Tape().played() == Replayed()


def test_a_tape_keeps_every_count_and_the_first_thousand_of_the_rest():
    tape = Tape()
    for _ in range(MOST_KEPT // 2 + 100):
        tape.note(CAUSE, (Tag("one"), Note("two")))
        tape.fail(Failure(CAUSE, "it failed"))
        tape.fail(Failure(CAUSE, "it failed"))
    played = tape.played()
    assert played.counts == {"Note": 600, "Tag": 600}
    assert played.failed == 1_200
    assert (len(played.effects), len(played.failures)) == (MOST_KEPT, MOST_KEPT)


def test_what_is_foreseen_tells_when_of_whom_and_whether_by_a_timer():
    tape, tag = Tape(), Tag("vip")
    due = Due("wake", "k", NOON, {}, UUID(int=1), NOON, UUID(int=2), UUID(int=3))
    tape.note(CAUSE, (tag,))
    tape.note(Cause.of_timer("main", due), (tag,))
    assert tape.played().effects == (
        Foreseen(NOON, UUID(int=1), False, UUID(int=2), tag),
        Foreseen(NOON, UUID(int=3), True, UUID(int=2), tag),
    )
