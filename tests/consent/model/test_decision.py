"""What the ledger says: the newest word of each profile, the most restrictive over all of them."""

from __future__ import annotations

import datetime as dt
import itertools
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.consent import Decision, LedgerEntry, Purpose, Suppression
from ecrm.consent.model.decision import decide
from ecrm.consent.model.purpose import BUILT_IN
from ecrm.errors import InvalidError

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
A, B = UUID(int=1), UUID(int=2)
MARKETING, SURVEYS, ORDERS = BUILT_IN["marketing"], BUILT_IN["surveys"], BUILT_IN["order_updates"]
numbers = itertools.count(100)


def said(status, day=0, profile=A, *, covers=None, channel="email", purpose="marketing", actor="customer", **more):
    return LedgerEntry(
        id=UUID(int=next(numbers)), profile_id=profile, purpose=purpose, channel=channel, status=status,
        at=NOON + day * DAY, recorded_at=NOON + day * DAY, covers=frozenset(covers or {profile}), actor=actor, **more,
    )  # fmt: skip


def decided(entries, purpose=MARKETING, channel="email", profiles=(A,), day=100):
    return decide(purpose, channel, profiles, entries, {"marketing", "club"}, NOON + day * DAY)


def test_absent_is_neither_granted_nor_withdrawn():
    assert decided([]) == Decision.no("nobody agreed to marketing by email")
    assert decided([], SURVEYS) == Decision.yes("surveys rests on a legitimate interest, and nobody objected")
    assert decided([], channel=None).reasons == ("nobody agreed to marketing",)


def test_what_a_contract_asks_for_is_done_whatever_was_said():
    assert decided([said("withdrawn", purpose="order_updates"), said("objected")], ORDERS)


def test_the_newest_word_counts_in_whatever_order_words_arrive():
    words = [said("granted", 1), said("withdrawn", 2), said("granted", 3)]
    for order in itertools.permutations(words):
        assert decided(order)
        assert not decided(order, day=2)
        assert decided(order, day=1)
        assert not decided(order, day=0)


def test_of_words_of_one_moment_the_more_restrictive_counts():
    words = [said("withdrawn"), said("granted"), said("pending")]
    for order in itertools.permutations(words):
        assert not decided(order)


def test_a_word_for_every_channel_counts_for_each_and_a_channels_own_for_it_alone():
    words = [said("granted", 1, channel=None), said("withdrawn", 2, channel="sms")]
    assert decided(words)
    assert not decided(words, channel="sms")
    assert decided(words, channel=None)
    assert decided([*words, said("granted", 3, channel="sms")], channel="sms")
    assert not decided([*words, said("withdrawn", 4, channel=None)])


def test_two_who_turn_out_to_be_one_keep_the_refusal_of_either():
    words = [said("withdrawn", 1, A), said("granted", 2, B)]
    assert not decided(words, profiles=(A, B))
    assert decided(words, profiles=(B,))


def test_who_agrees_after_they_became_one_speaks_for_both():
    words = [said("withdrawn", 1, A), said("granted", 2, B, covers={A, B})]
    assert decided(words, profiles=(A, B))
    assert not decided(words[:1], profiles=(A, B))


def test_a_refusal_that_is_told_late_holds_from_when_it_was_said():
    words = [said("granted", 2, B, covers={A, B}), said("withdrawn", 1, A)]
    assert decided(words, profiles=(A, B))
    assert not decided([*words, said("withdrawn", 3, A)], profiles=(A, B))


def test_an_objection_ends_everything_commercial_on_every_channel():
    club = Purpose("club", "consent", "We invite you.", is_commercial=True)
    words = [said("granted", 1), said("granted", 1, purpose="club"), said("objected", 2, channel=None)]
    for purpose in (MARKETING, club):
        assert decided(words, purpose).reasons[0].startswith("an objection to marketing")
        assert decided(words, purpose, day=1)
    assert decided([said("objected", 2, channel=None)], SURVEYS)


def test_nobody_but_the_customer_takes_an_objection_back():
    objected = said("objected", 1, channel=None)
    assert not decided([objected, said("granted", 2, channel=None, actor="staff:ali")])
    assert not decided([objected, said("granted", 2, channel=None, actor="system:import")])
    assert decided([objected, said("granted", 2, channel=None)])
    assert not decided([objected, said("granted", 2, channel=None), said("objected", 3, channel=None)])


def test_what_somebody_else_agreed_to_before_they_became_one_takes_no_objection_back():
    words = [said("objected", 1, A, channel=None), said("granted", 2, B, channel=None)]
    assert not decided(words, profiles=(A, B))
    assert decided([*words, said("granted", 3, B, covers={A, B}, channel=None)], profiles=(A, B))


def test_what_is_not_confirmed_is_no_word_yet():
    waits = said("pending", 1)
    assert decided([waits]).reasons[0].startswith("not confirmed yet: pending for email")
    assert decided([waits, said("granted", 2)])
    assert decided([said("granted", 1), said("pending", 2)])
    assert not decided([said("withdrawn", 1), said("pending", 2)])
    assert decided([said("pending", 1, purpose="surveys")], SURVEYS)


def test_a_decision_says_which_line_decided_and_why():
    line = said("granted", method="checkbox", text_version="2026-01", source="web")
    found = decided([line])
    assert found.entry_id == line.id
    assert found.reasons == ("granted for email on 2026-01-01 12:00 UTC by web via checkbox, text 2026-01",)


def test_nothing_personal_is_shown_where_it_is_not_asked_for():
    assert repr(Suppression("email", "ayse@example.org", "bounced", NOON)) == "<Suppression email bounced>"
    assert repr(said("granted", evidence={"ip": "10.0.0.1"})) == "<LedgerEntry marketing email granted>"
    assert repr(said("granted", channel=None)) == "<LedgerEntry marketing every channel granted>"


def test_a_status_that_does_not_exist_is_refused():
    with pytest.raises(InvalidError, match="status: use one of"):
        said("maybe")


words = st.builds(
    said,
    st.sampled_from(["granted", "withdrawn", "objected", "pending"]),
    st.integers(0, 5),
    st.sampled_from([A, B]),
    channel=st.sampled_from([None, "email", "sms"]),
    covers=st.sampled_from([{A}, {B}, {A, B}]),
    actor=st.sampled_from(["customer", "staff:ali"]),
)


@given(st.lists(words, max_size=8), st.randoms(), st.sampled_from(["email", "sms", None]))
def test_no_order_of_arrival_changes_a_decision(entries, random, channel):
    shuffled = random.sample(entries, len(entries))
    first = decided(entries, profiles=(A, B), channel=channel)
    assert decided(shuffled, profiles=(B, A), channel=channel) == first


@given(st.lists(words, max_size=8), words)
def test_a_refusal_never_allows_what_was_not(entries, word):
    before = decided(entries, profiles=(A, B))
    refused = attrs.evolve(word, status="withdrawn")
    if not before:
        assert not decided([*entries, refused], profiles=(A, B))


@given(st.lists(words, max_size=8))
def test_who_is_joined_with_somebody_is_never_allowed_more_than_one_of_them(entries):
    covered = [attrs.evolve(one, covers=frozenset({one.profile_id})) for one in entries]
    both = decided(covered, profiles=(A, B))
    of_a = decided([one for one in covered if one.profile_id == A])
    of_b = decided([one for one in covered if one.profile_id == B], profiles=(B,))
    if both:
        assert of_a or of_b
    refused = [one for one in (of_a, of_b) if one.entry_id is not None and not one]
    if any("not confirmed" not in one.reasons[0] for one in refused):
        assert not both
