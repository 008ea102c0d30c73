"""How much a shop says and when: caps, quiet hours, closed days and what mutes it; no zone and no clock breaks it."""

from __future__ import annotations

import datetime as dt
import random
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.messages.model.pressure import Cap, Go, Policy, Sent, Suppress, Wait, may_go
from ecrm.messages.model.quiet import ClosedDays, QuietHours

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
HOUR, DAY, WEEK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=7)
ZONES = sorted(available_timezones() - {"localtime"})
MONTH = dt.timedelta(days=30)
YEARS = (dt.datetime(1990, 1, 1, tzinfo=dt.UTC), dt.datetime(2037, 1, 1, tzinfo=dt.UTC))

zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(YEARS[0].replace(tzinfo=None), YEARS[1].replace(tzinfo=None), timezones=st.just(dt.UTC))
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0))
quiet = st.tuples(walls, walls).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: QuietHours(*pair))
closed = st.sets(st.integers(0, 6), max_size=5).map(ClosedDays)
caps = st.builds(
    Cap,
    st.integers(1, 3),
    st.sampled_from([HOUR, DAY, WEEK]),
    purpose=st.sampled_from([None, "marketing", "surveys"]),
    channel=st.sampled_from([None, "sms", "email"]),
    counts_transactional=st.booleans(),
)
policies = st.builds(
    Policy,
    caps=st.lists(caps, max_size=3),
    quiet_hours=st.none() | quiet,
    closed_days=st.none() | closed,
    patience=st.sampled_from([DAY, WEEK, MONTH]),
    transactional_exempt_from=st.sets(st.sampled_from(["caps", "quiet_hours", "closed_days", "muted"])),
)
kinds = st.fixed_dictionaries(
    {
        "is_commercial": st.booleans(),
        "purpose": st.sampled_from(["marketing", "surveys"]),
        "channel": st.sampled_from(["sms", "email"]),
    }
)


def ask(policy, now=NOON, zone=dt.UTC, sent=(), **more):
    told = {"is_commercial": True, "purpose": "marketing", "channel": "sms", **more}
    return may_go(policy, now, zone, sent, **told)


def ago(*lengths, **more):
    return [Sent(NOON - length, "marketing", "sms", **more) for length in lengths]


def test_nothing_speaks_against_a_message_where_nothing_is_said():
    assert ask(Policy()) == Go()


def test_a_used_up_budget_is_open_again_when_the_oldest_is_old_enough():
    policy = Policy(caps=[Cap(2, DAY)])
    assert ask(policy, sent=ago(HOUR)) == Go()
    waits = ask(policy, sent=ago(HOUR, 5 * HOUR, 9 * HOUR))
    assert waits == Wait(NOON + 19 * HOUR, "the budget is used up: 2 in 1 day")
    assert ask(policy, sent=ago(DAY, DAY)) == Go()


@pytest.mark.parametrize(
    ("cap", "is_full"),
    [
        (Cap(1, DAY), True),
        (Cap(1, DAY, purpose="marketing"), True),
        (Cap(1, DAY, purpose="surveys"), False),
        (Cap(1, DAY, channel="sms"), True),
        (Cap(1, DAY, channel="email"), False),
        (Cap(1, DAY, purpose="marketing", channel="email"), False),
    ],
)
def test_a_cap_is_of_a_purpose_of_a_channel_or_of_all_together(cap, is_full):
    assert isinstance(ask(Policy(caps=[cap]), sent=ago(HOUR)), Wait if is_full else Go)


def test_service_messages_take_up_room_where_the_shop_says_so():
    sent = ago(HOUR, is_commercial=False)
    assert ask(Policy(caps=[Cap(1, DAY)]), sent=sent) == Go()
    assert isinstance(ask(Policy(caps=[Cap(1, DAY, counts_transactional=True)]), sent=sent), Wait)


def test_what_was_sent_before_a_clock_was_set_back_takes_up_room():
    assert ask(Policy(caps=[Cap(1, DAY)]), sent=ago(-2 * HOUR)).until == NOON + 26 * HOUR


def test_all_reasons_are_told_and_the_latest_moment_holds():
    policy = Policy(caps=[Cap(1, 10 * HOUR)], quiet_hours=QuietHours(), closed_days=ClosedDays([1]))
    waits = ask(policy, sent=ago(HOUR))
    assert waits.until == dt.datetime(2026, 6, 3, 8, tzinfo=dt.UTC)
    assert waits.reason == (
        "the budget is used up: 1 in 10 hours; quiet hours 21:00-08:00 where the recipient is; "
        "a day on which the shop does not write"
    )


def test_where_the_zone_is_not_known_each_that_may_be_must_allow_it():
    zones = [ZoneInfo("America/New_York"), ZoneInfo("Pacific/Honolulu")]
    policy = Policy(quiet_hours=QuietHours())
    assert ask(policy, zone=zones).until == dt.datetime(2026, 6, 1, 18, tzinfo=dt.UTC)
    apart = [ZoneInfo("Etc/GMT+12"), dt.UTC]
    assert isinstance(ask(Policy(quiet_hours=QuietHours(dt.time(12))), zone=apart), Suppress)


def test_what_would_wait_for_too_long_is_suppressed():
    policy = Policy(caps=[Cap(1, MONTH)], patience=DAY)
    assert ask(policy, sent=ago(HOUR)) == Suppress(
        "the budget is used up: 1 in 30 days, for longer than it may wait (1 day)"
    )
    assert isinstance(ask(Policy(closed_days=ClosedDays()), holidays=lambda _: True), Suppress)
    assert isinstance(ask(Policy(closed_days=ClosedDays([0]), patience=dt.timedelta(0))), Suppress)


def test_a_fact_mutes_the_shop():
    policy = Policy(muted_by=["complaints.open"])
    assert ask(policy, facts={"complaints.open": 1}) == Suppress("muted while complaints.open holds")
    for facts in (None, {}, {"complaints.open": 0}, {"complaints.open": None}):
        assert ask(policy, facts=facts) == Go()
    assert ask(policy, facts={"complaints.open": 1}, is_commercial=False) == Go()


def test_service_messages_go_at_any_time_unless_the_shop_says_otherwise():
    night = NOON + 12 * HOUR
    held = {"quiet_hours": QuietHours(), "caps": [Cap(1, DAY)], "closed_days": ClosedDays([1])}
    assert ask(Policy(**held), night, sent=ago(HOUR), is_commercial=False) == Go()
    strict = Policy(**held, transactional_exempt_from=["caps", "closed_days"])
    assert isinstance(ask(strict, night, sent=ago(HOUR), is_commercial=False), Wait)
    assert ask(Policy(quiet_hours=QuietHours(channels=["phone"])), night) == Go()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Cap(0, DAY),
        lambda: Cap(1, dt.timedelta(0)),
        lambda: Cap(1, 7),
        lambda: Policy(transactional_exempt_from=["all"]),
        lambda: Policy(transactional_exempt_from="caps"),
        lambda: Policy(muted_by="complaints.open"),
        lambda: Policy(patience=dt.timedelta(days=61)),
        lambda: Policy(patience=7),
        lambda: ask(Policy(), NOON.replace(tzinfo=None)),
    ],
)
def test_what_can_not_be_is_refused(make):
    with pytest.raises(InvalidError):
        make()


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (dt.timedelta(minutes=90), "1 in 90 minutes"),
        (dt.timedelta(seconds=1.5), "1 in 1.5 seconds"),
        (2 * HOUR, "1 in 2 hours"),
    ],
)
def test_a_cap_is_said_in_words(length, said):
    assert str(Cap(1, length)) == said
    assert str(Cap(1, length, "marketing", "sms")).startswith("1 for marketing by sms in")


@given(policy=policies, now=instants, zone=zones, kind=kinds, data=st.data())
def test_a_message_that_waits_may_go_when_its_wait_is_over(policy, now, zone, kind, data):
    ages = data.draw(st.lists(st.timedeltas(-HOUR, WEEK), max_size=6))
    sent = [Sent(now - age, "marketing", "sms") for age in ages]
    answer = may_go(policy, now, zone, sent, **kind)
    if isinstance(answer, Wait):
        assert now < answer.until <= now + policy.patience
        assert may_go(policy, answer.until, zone, sent, **kind) == Go()
    if isinstance(answer, Go) and kind["is_commercial"]:
        assert_allowed(policy, now, zone)


@given(
    policy=policies,
    start=instants,
    zone=zones,
    steps=st.lists(st.timedeltas(-DAY, DAY), max_size=30),
    kind=kinds,
)
def test_however_the_clock_jumps_no_stretch_of_time_holds_more_than_its_cap(policy, start, zone, steps, kind):
    now, sent = start, []
    for step in steps:
        now += step
        if may_go(policy, now, zone, sent, **kind) == Go():
            sent.append(Sent(now, kind["purpose"], kind["channel"], kind["is_commercial"]))
    if not kind["is_commercial"] and "caps" in policy.transactional_exempt_from:
        return
    for cap in policy.caps:
        if cap.concerns(kind["purpose"], kind["channel"]) and (kind["is_commercial"] or cap.counts_transactional):
            for one in sent:
                assert sum(one.at - cap.within < other.at <= one.at for other in sent) <= cap.most


def test_in_no_zone_and_at_no_moment_is_anybody_written_to_in_quiet_hours(points):
    """Fifty pairs a point: `--points 200` tries 10,000; half of them stand within a day of a change of the clocks."""
    assert walk_through_zones(points, ask) == points * 150


@pytest.mark.parametrize(
    "told_as",
    [lambda *_: dt.UTC, lambda zone, now: dt.timezone(now.astimezone(zone).utcoffset())],
    ids=["the clock of another zone", "the offset of now"],
)
def test_the_walk_through_zones_sees_whoever_reads_a_wrong_clock(points, told_as):
    with pytest.raises(AssertionError):
        walk_through_zones(max(points, 20), lambda policy, now, zone: ask(policy, now, told_as(zone, now)))


def walk_through_zones(points, ask):
    chance = random.Random(points)  # noqa: S311 - chance that repeats itself
    policy = Policy(quiet_hours=QuietHours(), closed_days=ClosedDays([6]))
    went = 0
    for index in range(points * 50):
        zone = ZoneInfo(chance.choice(ZONES))
        now = YEARS[0] + chance.random() * (YEARS[1] - YEARS[0])
        now = next_change(zone, now) + chance.uniform(-1, 1) * DAY if index % 2 else now
        for _ in range(3):
            answer = ask(policy, now, zone)
            assert not isinstance(answer, Suppress)
            if isinstance(answer, Wait):
                assert answer.until > now
                assert ask(policy, answer.until, zone) == Go()
                now = answer.until
            assert_allowed(policy, now, zone)
            went += 1
            now += chance.uniform(-2, 2) * DAY
    return went


def next_change(zone, at):
    """Give the next day on which a zone changes its clocks, or the moment itself where it does not within a year."""
    for day in range(366):
        ahead = at + day * DAY
        if (ahead + DAY).astimezone(zone).utcoffset() != ahead.astimezone(zone).utcoffset():
            return ahead
    return at


def assert_allowed(policy, now, zone):
    # In other words than the rules are written in: by minutes of the wall clock.
    there = now.astimezone(zone)
    minute = there.hour * 60 + there.minute
    if policy.quiet_hours is not None:
        start, end = ((wall.hour * 60 + wall.minute) for wall in (policy.quiet_hours.start, policy.quiet_hours.end))
        assert (minute - start) % 1440 >= (end - start) % 1440
    if policy.closed_days is not None:
        assert there.weekday() not in policy.closed_days.weekdays
