from __future__ import annotations

import json

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.moving.digest import one_spelling

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def postgresql(postgresql_server):
    with psycopg.connect(postgresql_server.address) as connection:
        yield connection


@given(value=VALUES)
def test_json_is_spelled_alike_before_and_after_postgresql_rewrote_it(postgresql, value):
    text = json.dumps(value)
    rewritten = postgresql.execute("SELECT (%s::jsonb)::text", (text,)).fetchone()[0]
    assert one_spelling(rewritten) == one_spelling(text)


@given(one=VALUES, other=VALUES)
def test_two_values_are_spelled_alike_only_where_they_are_equal(one, other):
    alike = one_spelling(json.dumps(one)) == one_spelling(json.dumps(other))
    assert alike == (_exact(one) == _exact(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "true"), ("1", '"1"'), ("null", '"null"'), ("[]", "{}"), ("0.1", "0.10000000000000001"), ("[1,2]", "[2,1]")],
)
def test_values_that_are_not_the_same_are_spelled_apart(one, other):
    assert one_spelling(one) != one_spelling(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.0", "1"), ("1e2", "100"), ("-0.0", "0"), ("2.50", "2.5"), ('{"a":1,"b":2}', '{"b": 2, "a": 1}')],
)
def test_spellings_of_one_value_are_alike(one, other):
    assert one_spelling(one) == one_spelling(other)


def _exact(value):
    # Python takes True for 1 and 1 for 1.0; JSON's true is no number.
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return (type(value).__name__, value)
    if isinstance(value, list):
        return ("list", [_exact(one) for one in value])
    if isinstance(value, dict):
        return ("dict", {name: _exact(one) for name, one in value.items()})
    return ("number", value)
