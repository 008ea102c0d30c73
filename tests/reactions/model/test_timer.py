"""The newest decision about a timer holds, in whatever order decisions arrive."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.reactions.model.timer import Decision, Due, TimerState, decide, due_id

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
WHOSE = UUID(int=9)
states = st.builds(
    lambda minute, by, wait: TimerState(
        Decision(NOON + minute * MINUTE, UUID(int=by)),
        None if wait is None else NOON + (minute + wait) * MINUTE,
        has_fired=False,
        details={},
        profile_id=WHOSE,
    ),
    st.integers(0, 5),
    st.integers(0, 3),
    st.none() | st.integers(-3, 3),
)


def due(**given):
    told = {"timer": "wake", "key": "canary", "due_at": NOON, "details": {"a": [1]}, "set_by": UUID(int=1)}
    return Due(**{**told, "set_at": NOON - MINUTE, "profile_id": WHOSE, "id": UUID(int=2), **given})


@given(decisions=st.lists(states, min_size=1, unique_by=lambda one: one.decision), data=st.data())
def test_the_newest_decision_holds_in_any_order(decisions, data):
    shuffled = data.draw(st.permutations(decisions))
    assert reduce(decide, shuffled, None) == max(decisions, key=lambda one: one.decision)


@given(state=states)
def test_a_decision_that_arrives_again_wakes_no_timer_that_fired(state):
    fired = attrs.evolve(state, has_fired=True)
    assert decide(fired, state) is fired


@given(one=states, other=states)
def test_a_firing_has_an_id_of_its_own_that_is_the_same_for_everybody(one, other):
    is_same = (one.decision.by, one.due_at) == (other.decision.by, other.due_at)
    assert (due_id("main", "wake", "k", one) == due_id("main", "wake", "k", other)) == is_same
    assert (
        len({due_id(*key, one) for key in [("main", "wake", "k"), ("main", "wake", "l"), ("outlet", "wake", "k")]}) == 3
    )


@pytest.mark.parametrize("late", [-MINUTE, 0 * MINUTE, MINUTE])
def test_what_a_firing_decides_is_newer_than_what_set_it_even_where_it_was_due_before_that(late):
    fires = due(set_at=NOON, due_at=NOON + late)
    assert fires.decided_at > fires.set_at
    assert fires.decided_at >= fires.due_at


def test_a_plugin_may_change_the_details_it_is_lent():
    ours = due()
    lent = ours.lent()
    lent.details["a"].append(2)
    lent.details["b"] = 1
    assert ours.details == {"a": [1]}
    assert attrs.evolve(lent, details=ours.details) == ours


def test_a_timer_that_is_due_shows_neither_key_nor_details():
    assert repr(due(details={"name": "canary"})) == "<Due wake 2026-01-01 12:00>"
