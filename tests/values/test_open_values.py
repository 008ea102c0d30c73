"""Open values are checked, copied and frozen."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.values.open_values import FrozenDict, freeze, thaw
from ecrm.values.strict_json import read_json

leaves = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False)
open_values = st.dictionaries(st.sampled_from("abcdef"), st.recursive(leaves, st.lists, max_leaves=8))


def deep(levels):
    value = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@given(open_values)
def test_what_is_thawed_reads_back_the_same(value):
    frozen = freeze(value, "")
    assert freeze(read_json(json.dumps(thaw(frozen)).encode()), "") == frozen


def test_the_caller_can_change_its_own_mapping_only():
    given_mapping = {"a": [1, {"b": 2}]}
    frozen = freeze(given_mapping, "properties")
    given_mapping["a"].append(3)
    assert frozen == {"a": (1, {"b": 2})}
    for change in (
        lambda: frozen.update(a=1),
        lambda: frozen.pop("a"),
        frozen.clear,
        frozen.popitem,
        lambda: frozen.setdefault("z", 1),
        lambda: frozen.__setitem__("a", 1),
        lambda: frozen.__delitem__("a"),
        lambda: frozen.__ior__({"z": 1}),
    ):
        with pytest.raises(TypeError):
            change()


def test_a_frozen_mapping_is_a_value():
    frozen = freeze({"a": [1, {"b": 2}]}, "")
    assert hash(frozen) == hash(freeze({"a": (1, {"b": 2})}, ""))
    assert pickle.loads(pickle.dumps(frozen)) == copy.copy(frozen) == copy.deepcopy(frozen)  # noqa: S301
    assert isinstance(pickle.loads(pickle.dumps(frozen)), FrozenDict)  # noqa: S301 - our own bytes


def test_times_days_and_ids_become_text():
    uuid = UUID(int=1)
    frozen = freeze({"t": datetime(2026, 1, 2, tzinfo=UTC), "d": date(2026, 1, 2), "u": uuid, "f": 0.1}, "")
    assert frozen == {
        "t": "2026-01-02T00:00:00+00:00",
        "d": "2026-01-02",
        "u": str(uuid),
        "f": Decimal("0.1"),
    }
    assert thaw(freeze({"n": Decimal("0.12345678901234567890")}, "")) == {"n": "0.12345678901234567890"}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([1], "properties"),
        ({1: 2}, "properties"),
        ({"a\0": 1}, "properties"),
        ({"x" * 256: 1}, "properties"),
        ({"4111111111111111": 1}, "properties"),
        ({"a": float("nan")}, "properties.a"),
        ({"a": float("inf")}, "properties.a"),
        ({"a": Decimal("1e400")}, "properties.a"),
        ({"a": Decimal("1." + "1" * 400)}, "properties.a"),
        ({"a": "\ud800"}, "properties.a"),
        ({"a": [0, "\0"]}, "properties.a.1"),
        ({"a": {"b": "x" * 65_537}}, "properties.a.b"),
        ({"a": b"bytes"}, "properties.a"),
        ({"a": datetime(2026, 1, 1)}, "properties.a"),  # noqa: DTZ001 - the zone is what is missing
        ({"a": "4111 1111 1111 1111"}, "properties.a"),
        ({"a": 4111111111111111}, "properties.a"),
        (deep(33), "properties" + ".a" * 32),
        ({"a": [[["x"]]] and __import__("functools").reduce(lambda inner, _: [inner], range(32), [])}, None),
    ],
)
def test_what_can_not_be_kept_is_refused_by_its_path(value, field):
    with pytest.raises(InvalidError) as caught:
        freeze(value, "properties")
    assert field is None or list(caught.value.fields) == [field]


def test_thousands_of_digits_are_refused():
    with pytest.raises(InvalidError, match="400 digits"):
        freeze({"a": 10**5000}, "properties")


def test_all_of_it_stays_below_a_mebibyte():
    freeze({str(number): "x" * 60_000 for number in range(17)}, "")
    with pytest.raises(InvalidError, match="1 MiB"):
        freeze({str(number): "x" * 60_000 for number in range(18)}, "")


def test_ids_may_have_thirteen_digits_and_cards_may_be_let_through():
    freeze({"product_id": "30569309025904", "variant_id": 30569309025904}, "properties")
    freeze({"note": "4111 1111 1111 1111", "4111111111111111": 4111111111111111}, "context", cards=False)
    assert freeze(deep(32), "")
