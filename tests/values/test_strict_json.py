"""JSON from outside is read strictly."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.values.strict_json import read_json

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**300), 10**300) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=10,
)


@given(values)
def test_what_is_fit_is_read_as_it_was_written(value):
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_with_a_point_are_exact(number):
    assert read_json(json.dumps(number).encode()) == Decimal(repr(number))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw):
    with contextlib.suppress(InvalidError):
        read_json(raw)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "body"),
        (b"x", "body"),
        (b"\xff", "body"),
        (b"{}{}", "body"),
        (b"NaN", "body"),
        (b'{"a": NaN}', "a"),
        (b'{"a": [1, -Infinity]}', "a.1"),
        (b'{"a": {"b": 1e400}}', "a.b"),
        (b'{"a": 1e-400}', "a"),
        (b'[{"a": 1, "a": 2}]', "0.a"),
        (b'{"a": "\\u0000"}', "a"),
        (b'{"a\\u0000": 1}', "body"),
        (b'{"a": {"\\ud800": 1}}', "a"),
        (b'{"a": ["\\udfff"]}', "a.0"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a"),
        (b'{"a": 0.' + b"1" * 5000 + b"}", "a"),
        (b"[" * 33 + b"]" * 33, "body"),
        (b"[" * 500_000, "body"),
        (b'"' + b"x" * 1_048_576 + b'"', "body"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:12]),
)
def test_what_a_lax_parser_lets_through_is_refused_by_its_path(raw, field):
    with pytest.raises(InvalidError) as caught:
        read_json(raw)
    assert list(caught.value.fields) == [field]


def test_brackets_in_texts_do_not_nest():
    assert read_json(b'["' + b"[" * 40 + b'\\""]') == ["[" * 40 + '"']
    assert read_json(b"[" * 32 + b"]" * 32)
    assert read_json(b"[" + b"[]," * 50 + b"{}]")
