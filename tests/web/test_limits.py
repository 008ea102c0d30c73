"""How often something may be done: never more than allowed, no clock, no endless memory; and who is counted as whom."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.http import Request
from ecrm.web.doorkeeping import Doorkeeper, network_of
from ecrm.web.limits import Limit, Limits


class Moment:
    """Seconds that go on when a test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@given(
    st.integers(1, 5), st.integers(1, 30), st.lists(st.floats(0, 5), min_size=1, max_size=80),
)  # fmt: skip
def test_no_stretch_of_time_sees_more_than_it_may(at_once, a_minute, pauses):
    moment, limit, passed = Moment(), Limit(a_minute, at_once), []
    limits = Limits(moment)
    for pause in pauses:
        moment.now += pause
        wait_s = limits.wait_s("ayse", limit)
        if not wait_s:
            passed.append(moment.now)
        else:
            # Whoever waits as long as told passes, and not before.
            assert 0 < wait_s <= limit.pause_s + 1e-6
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            allowed = at_once + (passed[last] - passed[first]) / limit.pause_s
            assert last - first + 1 <= allowed + 1e-6


def test_whoever_waits_as_told_passes():
    moment, limit = Moment(), Limit(a_minute=6, at_once=2)
    limits = Limits(moment)
    assert [limits.wait_s("ayse", limit) for _ in range(3)] == [0.0, 0.0, 10.0]
    moment.now += 10
    assert [limits.wait_s("ayse", limit) for _ in range(2)] == [0.0, 10.0]
    assert limits.wait_s("mehmet", limit) == 0.0


def test_it_keeps_no_more_than_it_may():
    limits = Limits(Moment(), most=50)
    for number in range(500):
        limits.wait_s(f"token {number}", Limit(60, 1))
        # Who is seen all the time is not forgotten for those who come once.
        assert limits.wait_s("busy", Limit(60, 1)) == 0.0 or number
    assert len(limits) == 50
    assert limits.wait_s("busy", Limit(60, 1)) > 0


def test_of_many_at_once_no_more_pass_than_may():
    limits, passed = Limits(Moment()), []

    def try_it():
        passed.extend(1 for _ in range(50) if not limits.wait_s("ayse", Limit(60, 20)))

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 20


def test_a_limit_allows_something():
    for wrong in ((0, 1), (1, 0)):
        with pytest.raises(InvalidError):
            Limit(*wrong)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("8.8.8.8", "8.8.8.8"), ("::ffff:8.8.8.8", "8.8.8.8"), ("2001:4860:4860:0:1::1", "2001:4860:4860::/64"),
        ("10.0.0.7", ""), ("127.0.0.1", ""), ("::1", ""), ("100.64.3.4", ""), ("", ""), ("unix:", ""),
        ("8.8.8.8, 1.1.1.1", ""),
    ],
)  # fmt: skip
def test_who_is_behind_an_address_is_counted_as_one_and_a_proxy_as_nobody(address, counted):
    assert network_of(address) == counted


def times_passed(requests, *, is_link=False):
    keeper, passed = Doorkeeper(Limits(Moment())), 0
    for request, token in requests:
        passed += not keeper.wait_s(request, token, is_link=is_link)
    return passed


def test_one_token_is_answered_so_often_and_no_more():
    assert times_passed([(Request("POST", "/survey/a"), "a")] * 100) == 60
    assert times_passed([(Request("GET", "/survey/a"), "a")] * 100) == 100


def test_one_address_is_counted_over_all_tokens_and_no_header_is_believed():
    forged = {"X-Forwarded-For": "1.1.1.1", "Forwarded": "for=1.1.1.1", "X-Real-IP": "1.1.1.1"}
    many = [(Request("POST", "/x", headers=forged, remote_address="8.8.8.8"), f"token {n}") for n in range(400)]
    assert times_passed(many) == 240
    apart = [
        (
            Request("POST", "/x", headers={"X-Forwarded-For": "8.8.8.8"}, remote_address=f"8.8.{n // 250}.{n % 250}"),
            f"{n}",
        )
        for n in range(400)
    ]
    assert times_passed(apart) == 400


def test_a_link_for_everybody_is_counted_when_it_is_opened_too():
    opened = [(Request("GET", "/survey/link"), "link")] * 1_500
    assert times_passed(opened, is_link=True) == 1_200
    one = [(Request("GET", "/survey/link", remote_address="8.8.8.8"), "link")] * 1_500
    assert times_passed(one, is_link=True) == 240
