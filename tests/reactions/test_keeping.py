"""A kept fact is a function of the customer's timeline, whatever it went through."""

from __future__ import annotations

import pytest

from ecrm import Who
from ecrm.effects import Keep, Tag
from ecrm.reactions.holding import in_hand
from reactions.acting import Acting, visit
from story import AYSE, MEHMET, ordered


def count(interaction, ask):
    return [Keep("acting.mood", len(ask.timeline(interaction.profile_id, kinds=["Store Visited"])))]


def mood(crm, who=AYSE):
    return crm.facts(who).get("acting.mood")


@pytest.fixture
def crm(opened):
    return opened(Acting(keep=count))


def test_a_kept_fact_follows_visits_voids_merges_and_partings(crm, clock):
    visit(crm, clock, "v1")
    wrong = visit(crm, clock, "v2")
    visit(crm, clock, "v3", who=MEHMET)
    crm.work()
    assert (mood(crm), mood(crm, MEHMET)) == (2, 1)
    crm.void(wrong, because="wrong card")
    crm.work()
    assert mood(crm) == 1
    merge = crm.customers.merge(AYSE, MEHMET)
    crm.work()
    assert mood(crm) == mood(crm, MEHMET) == 2
    crm.customers.unmerge(merge.id)
    crm.work()
    assert (mood(crm), mood(crm, MEHMET)) == (1, 1)


def test_a_fact_is_forgotten_when_all_it_was_about_is_voided(crm, clock):
    one = visit(crm, clock, "v1")
    crm.work()
    crm.void(one, because="wrong card")
    crm.work()
    assert mood(crm) is None


def test_what_was_imported_and_what_is_old_counts_too(crm, clock):
    visit(crm, clock, "v1", age=60 * 24 * 365, live=False)
    crm.work()
    assert mood(crm) == 1


def test_events_of_other_kinds_ask_nobody(opened, clock):
    asked = []
    crm = opened(Acting(keep=lambda *_: asked.append(1)))
    crm.record(ordered())
    crm.work()
    assert asked == []


@pytest.mark.parametrize(
    "said",
    [
        [Keep("acting.mood", "canary@example.org")],
        [Keep("acting.other", 1)],
        [Tag("vip")],
        [Keep("acting.mood", 2**70)],
    ],
)
def test_what_can_not_be_kept_is_told_without_being_shown_and_the_fact_stays(opened, clock, said):
    answers = [[Keep("acting.mood", 7)], said]
    crm = opened(Acting(keep=lambda *_: answers.pop(0)))
    visit(crm, clock, "v1")
    crm.work()
    visit(crm, clock, "v2")
    assert crm.work().failed == 1
    assert mood(crm) == 7
    (failed,) = crm.parked(with_retrying=True)
    assert "canary" not in repr(failed)


def test_a_reaction_that_says_nothing_forgets_the_fact(opened, clock):
    answers = [[Keep("acting.mood", 7)], None, [Keep("acting.mood", 8)], [Keep("acting.mood", None)]]
    crm = opened(Acting(keep=lambda *_: answers.pop(0)))
    moods = []
    for number in range(4):
        visit(crm, clock, f"v{number}")
        crm.work()
        moods.append(mood(crm))
    assert moods == [7, None, 8, None]


def test_a_keeper_that_is_mended_says_what_holds_then(opened, clock):
    ill = [True]

    def keep(interaction, ask):
        if ill:
            raise LookupError
        return count(interaction, ask)

    crm = opened(Acting(keep=keep))
    visit(crm, clock, "v1")
    crm.work()
    visit(crm, clock, "v2")
    ill.clear()
    clock.advance(minutes=1)
    crm.work()
    assert mood(crm) == 2
    assert crm.parked(with_retrying=True) == []


def test_where_the_plugin_is_off_nobody_is_asked_after_a_merge(opened, clock):
    asked = []

    def keep(interaction, ask):
        asked.append(interaction.source_id)
        return count(interaction, ask)

    crm = opened(Acting(keep=keep))
    visit(crm, clock, "v1")
    visit(crm, clock, "v2", who=MEHMET)
    crm.work()
    crm.plugins.switch_off("acting")
    crm.customers.merge(AYSE, MEHMET)
    crm.work()
    assert sorted(asked) == ["v1", "v2"]
    with crm.database.read() as transaction:
        assert transaction.run("SELECT count(*) FROM ecrm_stale").fetchone()[0] == 0


def test_many_who_were_merged_are_all_asked_about(opened, clock, monkeypatch):
    monkeypatch.setattr("ecrm.reactions.keeping.STALE_AT_ONCE", 2)
    crm = opened(Acting(keep=count))
    people = [Who(card=f"c-{number}") for number in range(10)]
    for number, who in enumerate(people):
        visit(crm, clock, f"v{number}", who=who)
    crm.work()
    for one, other in zip(people[::2], people[1::2], strict=True):
        crm.customers.merge(one, other)
    crm.work()
    assert [mood(crm, who) for who in people] == [2] * 10


def test_a_replay_while_a_worker_has_it_in_hand_leaves_it_to_that_worker(crm, clock):
    visit(crm, clock, "v1", age=1)
    with in_hand(crm._core.crew.parts, "keep", 5):
        assert crm.replay("keep").seen == 1
        assert mood(crm) is None
    crm.work()
    assert mood(crm) == 1
