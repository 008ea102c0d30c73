from __future__ import annotations

import datetime as dt

import pytest

from ecrm.messages.weakness import is_weak_click

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


@pytest.mark.parametrize(("seconds", "wanted"), [(-1, True), (0, True), (9, True), (10, False), (3_600, False)])
def test_a_click_in_haste_is_weak(seconds, wanted):
    assert is_weak_click(PHONE, NOON + dt.timedelta(seconds=seconds), NOON) is wanted


@pytest.mark.parametrize("name", ["GoogleImageProxy", "python-requests/2.31", "Mimecast", "curl/8.0", "bingbot/2.0"])
def test_a_click_of_a_program_is_weak_whenever_it_comes(name):
    assert is_weak_click(name, NOON + dt.timedelta(days=1), NOON)


def test_what_is_not_known_is_held_against_nobody():
    assert not is_weak_click(None)
    assert not is_weak_click(PHONE, NOON)
    assert not is_weak_click("", None, NOON)
