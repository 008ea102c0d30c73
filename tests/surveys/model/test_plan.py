"""How a survey is asked can be kept and read back; who is in a sample is decided once and for all."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.surveys.model.fatigue import Past, why_left_alone, why_over
from ecrm.surveys.model.plan import Plan, days_and_more, is_in_sample, read_plan

NOW = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
lengths = st.integers(0, 300).map(lambda days: dt.timedelta(days=days))
plans = st.builds(
    Plan,
    after=st.just("Order Delivered"),
    delay=lengths,
    sample=st.floats(0.001, 1),
    quota=st.none() | st.integers(1, 1_000),
    ends_at=st.none() | st.just(NOW),
    rest=lengths,
    again=lengths,
    language=st.sampled_from([None, "tr", "en-GB"]),
)


@given(plans)
def test_a_plan_is_read_as_it_was_kept(plan):
    assert read_plan(plan.to_json()) == plan


@given(st.uuids(), st.floats(0.001, 1), st.floats(0.001, 1))
def test_who_is_in_a_small_sample_is_in_each_larger_one(customer, one, other):
    small, large = sorted((one, other))
    assert not is_in_sample("nps", customer, small) or is_in_sample("nps", customer, large)


def test_a_sample_holds_its_share_and_surveys_choose_apart():
    customers = [UUID(int=number) for number in range(2_000)]
    nps = {one for one in customers if is_in_sample("nps", one, 0.25)}
    csat = {one for one in customers if is_in_sample("csat", one, 0.25)}
    assert 400 < len(nps) < 600
    assert 60 < len(nps & csat) < 190


@pytest.mark.parametrize(("text", "length"), [
    ("3 days", dt.timedelta(days=3)), ("1 hour", dt.timedelta(hours=1)), ("2 weeks", dt.timedelta(days=14)),
])  # fmt: skip
def test_lengths_are_read_as_they_are_said(text, length):
    assert days_and_more(text) == length


@pytest.mark.parametrize("wrong", ["3", "days", "-1 days", "99999 weeks", 3, None, dt.timedelta(days=-1)])
def test_what_is_no_length_is_refused(wrong):
    with pytest.raises(InvalidError):
        days_and_more(wrong)


@given(plans, lengths, st.integers(0, 400))
def test_nobody_is_asked_within_the_rest_and_everybody_after_all_of_it(plan, rest, days):
    past = [Past("nps", NOW - dt.timedelta(days=days))]
    longest = max(plan.rest, rest, plan.again)
    because = why_left_alone(plan, "nps", NOW, past, rest)
    assert (because is None) == (dt.timedelta(days=days) >= longest)
    assert why_left_alone(plan, "nps", NOW, [], rest) is None


def test_an_end_and_a_quota_end_it():
    assert why_over(Plan(ends_at=NOW), NOW, 0) == "the survey has ended"
    assert why_over(Plan(ends_at=NOW), NOW - dt.timedelta(seconds=1), 0) is None
    assert why_over(Plan(quota=2), NOW, 1) is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"delay": "3 moons"}, "length"),
        ({"rest": 3}, "length"),
        ({"again": dt.timedelta(days=-1)}, "length"),
        ({"expires": "600 weeks"}, "length"),
        ({"expires": "1 minute"}, "expires"),
        ({"reminders": "3 days"}, "reminders"),
        ({"reminders": 7}, "reminders"),
        ({"reminders": [f"{day} days" for day in range(1, 7)]}, "reminders"),
        ({"reminders": ["40 days"]}, "reminders"),
        ({"reminders": ["0 days"]}, "reminders"),
        ({"language": "Türkçe"}, "language"),
        ({"language": 7}, "language"),
        ({"ends_at": dt.datetime(2026, 3, 1)}, "ends_at"),  # noqa: DTZ001 - a time without a zone is what is wrong
        ({"ends_at": "2026-03-01"}, "ends_at"),
        ({"after": " "}, "after"),
        ({"after": 7}, "after"),
        ({"quota": 0}, "quota"),
        ({"quota": True}, "quota"),
        ({"quota": "many"}, "quota"),
        ({"after": "Order Delivered", "every": "30 days"}, "every"),
        ({"every": "1 hour"}, "every"),
        ({"delay": "3 days"}, "delay"),
    ],
)
def test_a_plan_that_can_not_be_is_refused_by_its_field(wrong, field):
    with pytest.raises(InvalidError) as caught:
        Plan(**wrong)
    assert list(caught.value.fields) == [field]


def test_reminders_go_one_after_the_other_and_end():
    plan = Plan(reminders=["7 days", "3 days"])
    assert [plan.reminder_after(count) for count in range(3)] == [dt.timedelta(3), dt.timedelta(7), None]
