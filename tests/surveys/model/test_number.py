"""Numbers as answers hold them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.surveys.model.number import bound_of, number_of, whole_number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7), ("7", 7), (" +7 ", 7), ("-7.50", Decimal("-7.5")), (7.0, 7), (0.1, Decimal("0.1")),
        (Decimal("1E+2"), 100),
        (0, 0), (Decimal("0E-50"), 0),
        (True, None), (None, None), ([], None), ("", None), ("seven", None), ("1,5", None), ("1e5", None), ("٣", None),
        (float("nan"), None), (float("inf"), None), (1e300, None), (1e-300, None), (10**30, None), (10**4_000, None),
        (Decimal("sNaN"), None), ("9" * 31, None), ("9" * 9_999, None), ("0." + "1" * 31, None),
    ],
)  # fmt: skip
def test_a_number_is_read_or_is_none(value, number):
    assert number_of(value) == number


@given(st.one_of(st.integers(), st.floats(), st.decimals(), st.text(max_size=40)))
def test_a_number_that_was_read_is_read_again_as_it_is(value):
    number = number_of(value)
    assert number is None or (number_of(number) == number and number_of(str(number)) in (number, None))


@given(st.one_of(st.integers(), st.floats(), st.decimals()))
def test_a_bound_is_the_same_after_json(value):
    bound = bound_of(value)
    assert bound is None or bound_of(float(bound)) == bound


def test_a_whole_number_is_whole():
    assert (whole_number("10"), whole_number(7.0), whole_number("7.5")) == (10, 7, None)
