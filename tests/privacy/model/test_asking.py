"""What another system says somebody asked for survives being written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import Who
from ecrm.privacy.model.asking import Asking

people = st.builds(
    Who,
    user_id=st.integers(1),
    email=st.none() | st.emails(),
    phone=st.none() | st.just("+905321112233"),
    source=st.just("shopify"),
)


@given(st.none() | people, st.lists(st.text(min_size=1, max_size=9), max_size=3), st.text(max_size=9))
def test_it_is_read_as_it_was_written(who, orders, reference):
    asking = Asking("shopify", who, tuple(orders), reference)
    assert Asking.read(asking.written()) == asking


@given(people)
def test_the_account_comes_last_so_that_a_failure_before_it_can_be_tried_again(who):
    ways = Asking("shopify", who).ways()
    assert [name for way in ways for name in way.given][-1] == "user_id"
    assert {name: value for way in ways for name, value in way.given.items()} == who.given


@pytest.mark.parametrize("evidence", ["", "mail 7", "{}", "[]", "7", '{"source": "x", "who": {}}'])
def test_what_somebody_noted_in_words_is_none(evidence):
    assert Asking.read(evidence) is None


def test_nobody_is_in_its_repr():
    assert "ayse" not in repr(Asking("shopify", Who(email="ayse@example.com")))


def test_a_request_about_nobody_has_no_way_to_find_them():
    assert Asking("shopify", None).ways() == []
