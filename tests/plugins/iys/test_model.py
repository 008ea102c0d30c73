"""What is to be told to İYS, when, and what not: its rules, one by one."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.plugins.iys.model import (
    SOURCES,
    Entry,
    Step,
    Word,
    date_of,
    dropped,
    failed,
    is_turkish,
    learn,
    next_step,
    source_of,
    told,
    type_of,
    want,
    written,
)
from ecrm.plugins.iys.workdays import TURKEY, deadline_of, is_workday

# A Tuesday, noon in Turkey.
NOON = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
AYSE = UUID(int=1)
words = st.builds(
    Word,
    st.just("+905321112233"),
    st.just("MESAJ"),
    st.sampled_from(["ONAY", "RET"]),
    st.integers(0, 20).map(lambda seconds: NOON + seconds * SECOND),
    st.just("HS_WEB"),
    st.just(AYSE),
)


def no_holiday(_):
    return False


def word(status="ONAY", at=NOON, **more):
    return Word(**{"recipient": "+905321112233", "type": "MESAJ", "source": "HS_WEB", "profile_id": AYSE, **more,
                   "status": status, "at": at})  # fmt: skip


def wanted(status="ONAY", at=NOON, **more):
    entry = want(None, word(status, at), "BIREYSEL", no_holiday)
    return attrs.evolve(entry, **more)


def step(entry, now=NOON, is_holiday=no_holiday):
    return next_step(entry, now, is_holiday).do


def test_the_third_business_day_ends_the_wait():
    assert deadline_of(NOON, no_holiday) == dt.datetime(2026, 11, 28, tzinfo=TURKEY)
    # From a Thursday over a week-end.
    assert deadline_of(NOON + 2 * DAY, no_holiday) == dt.datetime(2026, 12, 2, tzinfo=TURKEY)
    assert deadline_of(NOON, lambda day: day == dt.date(2026, 11, 25)) == dt.datetime(2026, 12, 1, tzinfo=TURKEY)
    # Late in the evening of UTC it is tomorrow in Turkey.
    late = dt.datetime(2026, 11, 24, 22, tzinfo=dt.UTC)
    assert deadline_of(late, no_holiday) == dt.datetime(2026, 12, 1, tzinfo=TURKEY)


@given(at=st.integers(0, 5_000_000).map(lambda minutes: NOON - dt.timedelta(minutes=minutes)), data=st.data())
def test_between_a_word_and_its_deadline_are_three_business_days(at, data):
    day = at.astimezone(TURKEY).date()
    holidays = data.draw(st.sets(st.integers(0, 20).map(lambda days: day + days * DAY)))
    end = deadline_of(at, holidays.__contains__).astimezone(TURKEY)
    between = [day + n * DAY for n in range(1, (end.date() - day).days)]
    assert sum(is_workday(one, holidays.__contains__) for one in between) == 3
    assert is_workday(between[-1], holidays.__contains__)


def test_a_consent_is_told_in_the_time_of_turkey():
    assert written(wanted(), NOON, no_holiday) == {
        "recipient": "+905321112233",
        "recipientType": "BIREYSEL",
        "type": "MESAJ",
        "status": "ONAY",
        "source": "HS_WEB",
        "consentDate": "2026-11-24 12:00:00",
    }
    assert date_of("2026-11-24 12:00:00") == NOON
    with pytest.raises(ValueError, match="does not match"):
        date_of("24.11.2026")


@pytest.mark.parametrize(
    ("entry", "now", "does"),
    [
        (wanted(), NOON, "push"),
        (wanted(known_status="-"), NOON, "push"),
        (wanted(known_status="RET"), NOON, "push"),
        (wanted(known_status="ONAY"), NOON, "drop"),
        (wanted("RET"), NOON, "ask"),
        (wanted("RET", known_status="-"), NOON, "drop"),
        (wanted("RET", known_status="RET"), NOON, "drop"),
        (wanted("RET", known_status="ONAY"), NOON, "push"),
        (wanted(at=NOON + SECOND), NOON, "wait"),
        (wanted(), dt.datetime(2026, 11, 27, 23, 59, tzinfo=TURKEY), "push"),
        (wanted(), dt.datetime(2026, 11, 28, tzinfo=TURKEY), "refuse"),
        (wanted("RET", known_status="ONAY"), dt.datetime(2026, 12, 24, tzinfo=TURKEY), "push"),
        (wanted(at=dt.datetime(2015, 4, 30, 20, tzinfo=dt.UTC)), dt.datetime(2015, 5, 2, tzinfo=dt.UTC), "refuse"),
        (wanted(at=dt.datetime(2015, 5, 1, tzinfo=TURKEY)), dt.datetime(2015, 5, 2, tzinfo=dt.UTC), "push"),
        (wanted(is_refused=True), NOON, "refuse"),
        (wanted(next_try_at=NOON + SECOND), NOON, "wait"),
        (wanted(next_try_at=NOON), NOON, "push"),
        (dropped(wanted()), NOON, "drop"),
    ],
)
def test_what_is_done_follows_the_rules(entry, now, does):
    assert step(entry, now) == does


def test_a_late_refusal_is_told_as_the_shops_decision_of_today():
    late = NOON + 30 * DAY
    entry = wanted("RET", known_status="ONAY")
    assert next_step(entry, late, no_holiday) == Step("push", "it is late, and told as the shop's decision of today")
    consent = written(entry, late, no_holiday)
    assert (consent["source"], consent["consentDate"]) == ("HS_KARAR", "2026-12-24 12:00:00")


@given(heard=st.lists(words, min_size=1, max_size=5), data=st.data())
def test_the_newest_word_counts_in_whatever_order_they_come(heard, data):
    entry = None
    for one in data.draw(st.permutations(heard)):
        entry = want(entry, one, "BIREYSEL", no_holiday)
    newest = max(one.at for one in heard)
    assert entry.wanted_at == newest
    assert entry.wanted_status in {one.status for one in heard if one.at == newest}


def test_what_is_not_newer_than_what_iys_holds_is_not_told():
    held = learn(None, word("RET"), "BIREYSEL", no_holiday)
    assert want(held, word("ONAY", NOON), "BIREYSEL", no_holiday).due_at is None
    assert want(held, word("ONAY", NOON + SECOND), "BIREYSEL", no_holiday).due_at is not None
    assert want(held, word("ONAY", NOON + SECOND / 2), "BIREYSEL", no_holiday).due_at is None


def test_what_iys_tells_overtakes_an_older_word_and_not_a_newer_one():
    pending = wanted("ONAY", NOON)
    assert learn(pending, word("RET", NOON + SECOND), "BIREYSEL", no_holiday).due_at is None
    kept = learn(pending, word("RET", NOON - SECOND), "BIREYSEL", no_holiday)
    assert (kept.known_status, kept.wanted_status, kept.due_at) == ("RET", "ONAY", pending.due_at)
    assert learn(kept, word("ONAY", NOON - 2 * SECOND), "BIREYSEL", no_holiday) is kept


def test_a_word_that_needed_no_telling_is_told_when_iys_turns_out_to_hold_another():
    settled = dropped(wanted("ONAY", NOON, known_status="ONAY", known_at=NOON - 9 * SECOND))
    reopened = learn(settled, word("RET", NOON - SECOND), "BIREYSEL", no_holiday)
    assert reopened.due_at == deadline_of(NOON, no_holiday)
    assert step(reopened) == "push"
    assert learn(settled, word("ONAY", NOON - SECOND), "BIREYSEL", no_holiday).due_at is None


def test_what_was_taken_is_known_and_wanted_no_more():
    entry = told(wanted(tries=3, error="x"), NOON, NOON + SECOND)
    assert (entry.known_status, entry.known_at, entry.pushed_at) == ("ONAY", NOON, NOON + SECOND)
    assert (entry.due_at, entry.error, entry.tries) == (None, None, 0)


def test_what_failed_is_tried_again_after_longer_and_longer():
    entry, pauses = wanted(), []
    for _ in range(12):
        entry = failed(entry, NOON, None, "away", is_final=False)
        pauses.append((entry.next_try_at - NOON).total_seconds() / 60)
    assert pauses[:3] == [1, 2, 4]
    assert pauses[-1] == 360
    asked = failed(wanted(), NOON, None, "away", is_final=False, wait_s=600)
    assert asked.next_try_at == NOON + dt.timedelta(minutes=10)


def test_what_is_refused_is_not_tried_again_until_the_customer_speaks_anew():
    entry = failed(wanted(), NOON, "H114", "recipient", is_final=True)
    assert (step(entry), entry.next_try_at, entry.error_code) == ("refuse", None, "H114")
    assert step(want(entry, word(at=NOON + SECOND), "BIREYSEL", no_holiday), NOON + SECOND) == "push"


def test_channels_and_ways_to_speak_have_their_names_at_iys():
    assert [type_of(one) for one in ("call", "sms", "whatsapp", "email", "push")] == [
        "ARAMA", "MESAJ", "MESAJ", "EPOSTA", None,
    ]  # fmt: skip
    assert source_of(None, "HS_EORTAM") == "HS_EORTAM"
    assert all(source_of(one, "HS_WEB") == one for one in SOURCES)
    assert source_of("paper", "HS_WEB") == "HS_ISLAK_IMZA"


@pytest.mark.parametrize(
    ("recipient", "type_", "is_one"),
    [
        ("+905321112233", "MESAJ", True),
        ("+902121112233", "ARAMA", True),
        ("+4915112345678", "MESAJ", False),
        ("+90532111223", "MESAJ", False),
        ("ayse@example.com", "EPOSTA", True),
    ],
)
def test_numbers_of_other_countries_are_not_iys_affair(recipient, type_, is_one):
    assert is_turkish(recipient, type_) is is_one


def test_an_entry_and_a_word_show_no_address():
    assert repr(wanted()) == "<Entry MESAJ None ONAY>"
    assert "532" not in repr(word())
    assert isinstance(wanted(), Entry)
