"""Effects are values that can not hold what nobody could do; what tells them apart is their name."""

from __future__ import annotations

import datetime as dt

import pytest

from ecrm import events
from ecrm.effects import CancelTimer, Effect, Keep, Note, Record, SetTimer, Suggest, Tag, Untag
from ecrm.errors import InvalidError
from ecrm.reactions.model.effect import MOST_EFFECTS, check_effects

CANARY = "canary@example.org"
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
ALL = (
    (Record(events.CartAbandoned(cart_id="7")), "record Cart Abandoned"),
    (SetTimer("wake", key="k", at=NOON), "set wake k"),
    (CancelTimer("wake", key="k"), "cancel wake k"),
    (Keep("acme.mood", 7), "keep acme.mood"),
    (Tag("vip"), "tag vip"),
    (Untag("vip"), "untag vip"),
    (Note("called"), "note"),
    (Suggest("1", "same address"), "suggest"),
)
KINDS = tuple(type(effect) for effect, _ in ALL)


@pytest.mark.parametrize(("effect", "key"), ALL)
def test_an_effect_without_a_name_is_called_by_its_content(effect, key):
    assert effect.key == key


def test_an_effect_with_a_name_is_called_by_it():
    named = [
        Record(events.CartAbandoned(cart_id="7"), name="x"),
        SetTimer("wake", key="k", at=NOON, name="x"),
        CancelTimer("wake", key="k", name="x"),
        Keep("acme.mood", 7, name="x"),
        Tag("vip", name="x"),
        Untag("vip", name="x"),
        Note("called", name="x"),
        Suggest("1", "same address", name="x"),
        Effect(name="x"),
    ]
    assert {effect.key for effect in named} == {"x"}
    assert Effect().key == "effect"


@pytest.mark.parametrize(
    "effect", [Note(CANARY), Tag(CANARY), Keep("acme.mood", CANARY), SetTimer("w", key=CANARY, at=NOON)]
)
def test_an_effect_shows_nothing_of_whom_it_is_about(effect):
    assert CANARY not in repr(effect)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Tag(""),
        lambda: Tag("x" * 201),
        lambda: Tag("a\0b"),
        lambda: Tag(7),
        lambda: Tag("vip", name=""),
        lambda: Note(" "),
        lambda: Note("x" * 10_001),
        lambda: Note("a\0b"),
        lambda: Note(None),
        lambda: Record("Cart Abandoned"),
        lambda: SetTimer("wake", key="k", at=NOON.replace(tzinfo=None)),
        lambda: SetTimer("wake", key="k", at="2026-01-01"),
        lambda: SetTimer("wake", key="k", at=NOON, details={"x": object()}),
        lambda: SetTimer("wake", key="k", at=NOON, details={"x": float("nan")}),
        lambda: SetTimer("", key="k", at=NOON),
        lambda: CancelTimer("wake", key=""),
        lambda: Keep("", 7),
        lambda: Suggest("1", ""),
    ],
)
def test_what_nobody_could_do_is_no_effect(make):
    with pytest.raises((InvalidError, TypeError)):
        make()


def test_effects_come_as_they_were_returned():
    effects = [effect for effect, _ in ALL]
    assert check_effects(iter(effects), KINDS) == tuple(effects)
    assert check_effects((), KINDS) == ()
    assert check_effects(None, KINDS) == ()


@pytest.mark.parametrize("returned", [CANARY, CANARY.encode(), {CANARY: 1}, 7, Tag(CANARY), [CANARY], [None]])
def test_what_is_no_list_of_effects_is_refused_without_being_shown(returned):
    with pytest.raises(InvalidError) as refused:
        check_effects(returned, KINDS)
    assert CANARY not in str(refused.value)


def test_an_effect_that_nobody_applies_is_refused_and_those_that_are_applied_named():
    with pytest.raises(InvalidError, match="Note, Tag"):
        check_effects([Keep("acme.mood", 1)], (Tag, Note))


def test_two_effects_of_one_name_are_refused():
    with pytest.raises(InvalidError, match="one name"):
        check_effects([Note("one"), Note("two")], KINDS)
    assert len(check_effects([Note("one"), Note("two", name="other")], KINDS)) == 2


def test_an_endless_answer_is_cut_off():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield Tag("vip", name=f"n{len(taken)}")

    with pytest.raises(InvalidError, match="at most"):
        check_effects(endless(), KINDS)
    assert len(taken) == MOST_EFFECTS + 1
    assert len(check_effects((Tag("vip", name=f"n{n}") for n in range(MOST_EFFECTS)), KINDS)) == MOST_EFFECTS
