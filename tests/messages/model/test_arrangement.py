"""What a shop arranges about its messages, how long a channel rests, and how fast it goes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.messages import Arrangement
from ecrm.messages.model.circuit import BURST, backoff_s, rest_s, taken

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"delivery": "perhaps"}, "delivery"),
        ({"delivery": "redirect"}, "redirect_to"),
        ({"redirect_to": {"email": ""}}, "sender"),
        ({"sender": {7: "x"}}, "sender"),
        ({"sender": {"x": "a" * 501}}, "sender"),
        ({"public_url": "http://shop.example"}, "public_url"),
        ({"public_url": "shop.example"}, "public_url"),
        ({"public_url": "https://shop.example?x=1"}, "public_url"),
        ({"public_url": "https://[shop"}, "public_url"),
        ({"public_url": 7}, "public_url"),
        ({"channels": "email"}, "channels"),
        ({"uncertain": "hope"}, "uncertain"),
        ({"expires_after_h": 0}, "expires_after_h"),
        ({"most_tries": 101}, "most_tries"),
    ],
)
def test_an_arrangement_that_can_not_be_is_refused(changes, field):
    with pytest.raises(InvalidError) as refused:
        Arrangement(**changes)
    assert list(refused.value.fields) == [field]


def test_an_arrangement_comes_back_as_it_was():
    held = Arrangement(delivery="live", public_url="http://127.0.0.1:8000/crm", channels=["sms"], sender={"a": "b"})
    assert Arrangement(**held.to_json()) == held


def test_a_channel_rests_longer_the_longer_it_fails():
    rests = [rest_s(failures) for failures in range(30)]
    assert rests[:3] == [None, None, None]
    assert rests[3:] == sorted(rests[3:])


@given(st.integers(1, 100), st.one_of(st.none(), st.floats(0, 1e6)), st.floats(0, 1))
def test_nobody_is_asked_again_sooner_than_they_said(tries, wait_s, jitter):
    waits = backoff_s(tries, wait_s, jitter)
    assert waits >= (wait_s or 30.0)


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 50)), max_size=30), st.sampled_from([0.2, 1.0, 5.0, 33.0]))
def test_no_more_go_than_the_rate_and_a_burst(turns, per_second):
    now, free_at, went = NOON, None, []
    for pause_s, wanted in turns:
        now += dt.timedelta(seconds=pause_s)
        count, after = taken(free_at, now, wanted, per_second)
        assert 0 <= count <= wanted
        free_at = after if count else free_at
        went += [now] * count
    for place, first in enumerate(went):
        within = sum(1 for at in went[place:] if at - first <= dt.timedelta(seconds=10))
        assert within <= per_second * (10 + 2 * BURST.total_seconds()) + 1
