"""What is read of a property: a value of the fact's type, or nothing."""

from __future__ import annotations

import datetime as dt
import decimal
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.interactions.model.measure import MILLION, measure, summand
from ecrm.values.fact import Fact

UTC = dt.UTC


def of(type_: str, how="last") -> Fact:
    return Fact("acme.it", type_, "things", "What it is.", how, field="it")


@pytest.mark.parametrize(
    ("type_", "told", "value"),
    [
        ("integer", 7, 7), ("integer", "7", 7), ("integer", "7.00", 7), ("integer", 7.0, 7), ("integer", "1e3", 1000),
        ("integer", "7.5", None), ("integer", 7.5, None), ("integer", True, None), ("integer", 2**63, None),
        ("integer", -(2**63), -(2**63)), ("integer", "1e999", None), ("integer", "\u0661", None),
        ("integer", "1_0", None),
        ("integer", " 7", None), ("integer", None, None), ("integer", [7], None), ("integer", float("nan"), None),
        ("number", 7, 7.0), ("number", "149.90", 149.9), ("number", 0.1, 0.1), ("number", "-2E-3", -0.002),
        ("number", "1e999", None), ("number", "NaN", None), ("number", "Infinity", None), ("number", False, None),
        ("number", "", None), ("number", {"it": 1}, None), ("number", 10**400, None),
        ("text", "red", "red"), ("text", "", ""), ("text", "x" * 500, "x" * 500), ("text", "x" * 501, None),
        ("text", "a\0", None), ("text", "\ud800", None), ("text", 7, None),
        ("boolean", True, True), ("boolean", False, False), ("boolean", 1, None), ("boolean", "true", None),
        ("time", "2026-01-01T10:00:00+03:00", dt.datetime(2026, 1, 1, 7, tzinfo=UTC)),
        ("time", "2026-01-01T10:00:00", None), ("time", "soon", None), ("time", 1767250800, None),
        ("time", "0001-01-01T00:00:00+14:00", None),
        ("day", "2026-01-31", dt.date(2026, 1, 31)), ("day", "2026-02-31", None), ("day", 20260131, None),
    ],
)  # fmt: skip
def test_a_property_is_a_value_of_the_facts_type_or_nothing(type_, told, value):
    found = measure(of(type_), told)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("type_", "told", "added"),
    [
        ("integer", 7, 7), ("integer", "7", 7), ("integer", "7.5", None), ("integer", 10**12, 10**12),
        ("integer", 10**12 + 1, None), ("integer", True, None), ("integer", "x", None), ("integer", None, None),
        ("number", "0.1", 100_000), ("number", 0.1, 100_000), ("number", 7, 7 * MILLION),
        ("number", "-1.5", -1_500_000), ("number", "0.0000004", 0),
        ("number", "1e999", None), ("number", "1e-999", 0), ("number", "1e13", None),
        ("number", float("inf"), None),
    ],
)  # fmt: skip
def test_a_property_that_is_no_number_adds_nothing(type_, told, added):
    assert summand(of(type_, "sum"), told) == added


numbers = st.decimals(-(10**12), 10**12, places=6)


@given(st.lists(numbers, max_size=10), st.randoms(use_true_random=False))
def test_a_sum_of_numbers_is_exact_in_any_order_and_whatever_the_thread_rounds_to(told, random):
    fact = of("number", "sum")
    exact = sum(int(number.scaleb(6)) for number in told)
    random.shuffle(told)
    with decimal.localcontext(prec=2):
        assert sum(summand(fact, str(number)) for number in told) == exact


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | numbers.map(str),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@given(json_values, st.sampled_from(["integer", "number", "text", "boolean", "time", "day"]))
def test_whatever_a_property_is_it_is_read_as_it_comes_back_from_the_log(told, type_):
    again = json.loads(json.dumps(told))
    assert measure(of(type_), told) == measure(of(type_), again)
    assert summand(of("number", "sum"), told) == summand(of("number", "sum"), again)
