"""A replay walks history as it happened, timers on the way, and does nothing twice; a rehearsal does nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from ecrm import InvalidError, NotFoundError, events
from ecrm.effects import CancelTimer, Record, SetTimer, Tag
from reactions.acting import Acting, visit
from story import AYSE, START

HOUR = dt.timedelta(hours=1)


def set_or_cancel(interaction, _):
    """Record that it was seen, and set the timer an hour on, or cancel it, as the visit's id says."""
    yield Record(events.Custom("Seen", {"visit": interaction.source_id}))
    if interaction.source_id.startswith("cancel"):
        yield CancelTimer("wake", key="k")
    else:
        yield SetTimer("wake", key="k", at=interaction.at + HOUR, details={"by": interaction.source_id})


def record_woken(due, ask):
    yield Record(
        events.Custom("Woken", {"by": due.details["by"], "visits": len(ask.timeline(kinds=["Store Visited"]))})
    )


@pytest.fixture
def crm(opened):
    return opened(Acting(set_or_cancel, fire=record_woken))


def tell_history(crm, clock):
    """Import visits of last year: one timer is put off, one is cancelled, one wakes, one is not due yet."""
    year = 60 * 24 * 365
    for name, age in (("set1", year), ("set2", year - 30), ("set3", year - 600), ("cancel4", year - 630), ("set5", 30)):
        visit(crm, clock, name, age=age, live=False)
    crm.work()


def told(crm, kind):
    page = crm.timeline(AYSE, limit=100, kinds=[kind])
    return sorted((one.properties.get("visit") or one.properties["by"], one.at, one.is_live) for one in page)


def state(crm):
    with crm.database.read() as transaction:
        counts = [
            transaction.run(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
            for table in ("ecrm_effect", "ecrm_timer", "ecrm_parked", "ecrm_interaction")
        ]
    return told(crm, "Seen"), told(crm, "Woken"), counts


def test_imported_history_is_seen_by_a_replay_alone(crm, clock):
    tell_history(crm, clock)
    assert told(crm, "Seen") == []
    played = crm.replay("act")
    assert (played.seen, played.fired, played.recorded, played.failed) == (5, 1, 6, 0)
    assert played.counts == {"CancelTimer wake": 1, "Record Seen": 5, "Record Woken": 1, "SetTimer wake": 4}
    assert [name for name, _, _ in told(crm, "Seen")] == ["cancel4", "set1", "set2", "set3", "set5"]


def test_timers_fire_on_the_way_with_what_was_known_then(crm, clock):
    tell_history(crm, clock)
    crm.replay("act")
    second = next(one.at for one in crm.timeline(AYSE, kinds=["Store Visited"]) if one.source_id == "set2")
    (woken,) = crm.timeline(AYSE, kinds=["Woken"])
    assert (woken.at, woken.properties) == (second + HOUR, {"by": "set2", "visits": 2})


def test_what_is_replayed_is_not_live_and_happened_when_it_would_have(crm, clock):
    tell_history(crm, clock)
    crm.replay("act")
    visits = {one.source_id: one.at for one in crm.timeline(AYSE, kinds=["Store Visited"])}
    assert told(crm, "Seen") == sorted((name, at, False) for name, at in visits.items())


def test_a_timer_that_is_not_due_yet_is_set_by_a_replay(crm, clock):
    tell_history(crm, clock)
    crm.replay("act")
    clock.advance(minutes=31)
    crm.work()
    assert [by for by, _, _ in told(crm, "Woken")] == ["set2", "set5"]


def test_a_rehearsal_foresees_a_replay_and_does_nothing(crm, clock):
    tell_history(crm, clock)
    before = state(crm)
    foreseen = crm.dry_run("act")
    assert state(crm) == before
    played = crm.replay("act")
    assert (foreseen.seen, foreseen.fired, foreseen.counts) == (played.seen, played.fired, played.counts)
    assert [(one.at, one.cause_id, one.is_by_timer, one.effect) for one in foreseen.effects] == [
        (one.at, one.cause_id, one.is_by_timer, one.effect) for one in played.effects
    ]
    assert foreseen.recorded == 0


def test_a_second_replay_does_nothing_more(crm, clock):
    tell_history(crm, clock)
    crm.replay("act")
    before = state(crm)
    assert crm.replay("act").recorded == 0
    assert state(crm) == before


def test_what_was_done_live_is_not_done_again(crm, clock):
    visit(crm, clock, "set1")
    crm.work()
    clock.advance(hours=2)
    crm.work()
    before = state(crm)
    assert crm.replay("act").recorded == 0
    assert state(crm) == before


def test_a_span_ends_before_its_end(crm, clock):
    tell_history(crm, clock)
    ats = sorted(one.at for one in crm.timeline(AYSE, kinds=["Store Visited"]))
    played = crm.replay("act", since=ats[0], until=ats[2])
    assert (played.seen, played.fired) == (2, 1)
    assert crm.dry_run("act", since=ats[1], until=ats[1]).seen == 0


def test_a_timer_between_the_end_of_a_span_and_today_is_left_alone(crm, clock):
    tell_history(crm, clock)
    ats = sorted(one.at for one in crm.timeline(AYSE, kinds=["Store Visited"]))
    assert crm.replay("act", until=ats[1]).fired == 0
    crm.work()
    assert told(crm, "Woken") == []


def test_progress_is_told_to_the_end(crm, clock):
    tell_history(crm, clock)
    told_of = []
    crm.replay("act", progress=lambda done, of: told_of.append((done, of)))
    assert told_of == [(5, 5)]


@pytest.mark.parametrize("is_rehearsed", [True, False])
def test_what_fails_on_the_way_is_told_and_the_walk_goes_on(opened, clock, is_rehearsed):
    def react(interaction, _):
        if interaction.source_id == "v1":
            raise LookupError("canary@example.org")
        return [Tag("vip")] if interaction.source_id == "v2" else [SetTimer("nobody", key="k", at=interaction.at)]

    crm = opened(Acting(react))
    for number in (1, 2, 3):
        visit(crm, clock, f"v{number}", age=60 * 24 * 30 - number)
    crm.work()
    played = (crm.dry_run if is_rehearsed else crm.replay)("act")
    assert (played.seen, played.failed, played.counts) == (3, 2, {"Tag": 1})
    assert "canary" not in repr(played)
    assert len(crm.parked()) == (0 if is_rehearsed else 2)
    assert crm.customers.find(AYSE).tags == (set() if is_rehearsed else {"vip"})


def test_an_effect_that_can_not_be_stored_fails_alone(opened, clock):
    def react(interaction, _):
        at = START.replace(tzinfo=None) if interaction.source_id == "v1" else START
        return [Record(events.Custom("Seen", {"visit": interaction.source_id}, at=at))]

    crm = opened(Acting(react))
    for number in (1, 2):
        visit(crm, clock, f"v{number}", age=60 * 24 * 30)
    crm.work()
    played = crm.replay("act")
    assert (played.seen, played.recorded, played.failed) == (2, 1, 1)


def test_voided_visits_are_not_replayed(crm, clock):
    tell_history(crm, clock)
    wrong = next(one for one in crm.timeline(AYSE, kinds=["Store Visited"]) if one.source_id == "set2")
    crm.void(wrong, because="wrong card")
    assert crm.replay("act").seen == 4
    assert [by for by, _, _ in told(crm, "Woken")] == ["set1"]


def test_a_replay_of_what_is_not_there_or_of_no_span_is_refused(crm, clock):
    with pytest.raises(NotFoundError, match="act"):
        crm.replay("nobody")
    with pytest.raises(InvalidError):
        crm.replay("act", since=clock(), until=clock() - HOUR)
    with pytest.raises(InvalidError):
        crm.replay("act", since=clock().replace(tzinfo=None))
