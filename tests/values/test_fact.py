"""A declared fact says how it adds up, and which values it keeps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ecrm.errors import InvalidError
from ecrm.values.fact import Fact

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
SECRET = "ayse@example.org"  # noqa: S105 - stands for what must not be shown


def kept(type_: str) -> Fact:
    return Fact("acme.it", type_, "things", "What it is.", "kept")


@pytest.mark.parametrize(
    ("type_", "value", "held"),
    [
        ("integer", 0, 0), ("integer", -(2**63), -(2**63)), ("integer", 2**63 - 1, 2**63 - 1),
        ("number", 1, 1.0), ("number", 0.5, 0.5), ("number", Decimal("0.5"), 0.5),
        ("text", "", ""), ("text", "ş" * 500, "ş" * 500), ("boolean", True, True), ("boolean", False, False),
        ("time", NOON.astimezone(dt.timezone(dt.timedelta(hours=3))), NOON), ("day", NOON.date(), NOON.date()),
    ],
)  # fmt: skip
def test_a_value_of_the_facts_type_is_kept(type_, value, held):
    found = kept(type_).check(value)
    assert found == held
    assert type(found) is type(held)
    if type_ == "time":
        assert found.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("integer", True), ("integer", 1.0), ("integer", "1"), ("integer", 2**63), ("integer", None),
        ("number", True), ("number", "1"), ("number", float("nan")), ("number", float("inf")),
        ("number", Decimal("1e400")), ("number", Decimal("sNaN")), ("number", 10**400), ("number", None),
        ("text", SECRET * 50), ("text", SECRET + "\0"), ("text", SECRET + "\ud800"), ("text", 1), ("text", None),
        ("boolean", 1), ("boolean", "True"), ("boolean", None),
        ("time", NOON.replace(tzinfo=None)), ("time", NOON.isoformat()), ("time", NOON.date()), ("time", None),
        ("time", dt.datetime.min.replace(tzinfo=dt.UTC)), ("time", dt.datetime.max.replace(tzinfo=dt.UTC)),
        ("day", NOON), ("day", "2026-01-01"), ("day", None),
    ],
)  # fmt: skip
def test_another_value_is_refused_without_being_shown(type_, value):
    with pytest.raises(InvalidError, match=r"acme\.it") as told:
        kept(type_).check(value)
    assert list(told.value.fields) == ["acme.it"]
    assert SECRET not in str(told.value)


def test_what_the_core_works_out_is_kept_by_nobody():
    spent = Fact("orders.spent", "money", "TRY", "All of it.", "derived")
    with pytest.raises(InvalidError, match="the core works it out"):
        spent.check(1)


@pytest.mark.parametrize(
    ("how", "type_", "adds_up"),
    [
        ("count", "integer", True), ("sum", "number", True), ("days", "integer", True), ("order", "integer", True),
        ("order", "time", False), ("min", "integer", False), ("last", "integer", False), ("kept", "integer", False),
    ],
)  # fmt: skip
def test_what_is_counted_from_nought_adds_up(how, type_, adds_up):
    assert Fact("acme.it", type_, "things", "What it is.", how).adds_up is adds_up


@pytest.mark.parametrize("name", ["orders", "Orders.count", "orders.", "orders count", "", None])
def test_a_name_is_words_joined_by_a_dot(name):
    with pytest.raises(InvalidError, match="name"):
        Fact(name, "integer", "orders", "How many.", "count")


@pytest.mark.parametrize("field", ["unit", "about"])
def test_a_fact_says_what_it_counts_and_what_it_means(field):
    said = {"unit": "orders", "about": "How many.", field: " "}
    with pytest.raises(InvalidError, match=field):
        Fact("orders.many", "integer", how="count", **said)


def test_kinds_are_several_and_not_one_text():
    with pytest.raises(InvalidError, match="kinds"):
        Fact("orders.many", "integer", "orders", "How many.", "count", "Order Completed")
