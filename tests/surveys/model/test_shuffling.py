"""Random order that repeats itself."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ecrm.surveys.model.shuffling import shuffled


@given(st.lists(st.text(), unique=True), st.text())
def test_nothing_is_lost_and_the_order_repeats_itself(things, seed):
    order = shuffled(things, seed, str)
    assert sorted(order) == sorted(things)
    assert order == shuffled(reversed(things), seed, str) or not seed


def test_without_a_seed_things_stay_as_they_are():
    assert shuffled("cab", "", str) == ("c", "a", "b")


def test_each_thing_comes_first_about_as_often():
    first = Counter(shuffled("abcd", str(seed), str)[0] for seed in range(2_000))
    assert all(400 <= count <= 600 for count in first.values())
