from __future__ import annotations

import pytest

from ecrm.errors import InvalidError
from ecrm.imports import load_mapping, read_mapping
from ecrm.imports.column import Column
from ecrm.imports.condition import Condition
from ecrm.imports.notation import Notation

SHORTEST = """
source = "till"
[orders]
id = "no"
at = "day"
amount = "total"
"""


def test_a_column_is_stripped_and_empty_means_nothing():
    assert Column(("a",)).take({"a": "  x "}) == "x"
    assert Column(("a",)).take({"a": "  "}) is None


def test_columns_are_joined_without_the_empty_ones():
    assert Column(("a", "b", "c"), join="-").take({"a": "1", "b": " ", "c": "3"}) == "1-3"


def test_words_of_the_file_become_words_of_ours_and_others_stay():
    column = Column(("a",), words={"Kadın": "female"})
    assert [column.take({"a": word}) for word in ("Kadın", "Diğer")] == ["female", "Diğer"]


def test_a_column_is_a_name_or_a_value_and_not_both():
    with pytest.raises(InvalidError):
        Column(("a",), value="b")
    with pytest.raises(InvalidError):
        Column()


@pytest.mark.parametrize(
    ("wanted", "cell", "holds"),
    [
        ("C*", "C536379", True),
        ("C*", "c536379", False),
        ("", "", True),
        ("", "17850", False),
        ("< 0", "-1", True),
        ("< 0", "0", False),
        ("= 0", "0.00", True),
        (">= 10", "10", True),
        ("< 0", "abc", False),
        ("gift_*", "gift_0001_40", True),
    ],
)
def test_a_condition_holds_by_pattern_or_by_comparison(wanted, cell, holds):
    assert Condition({"a": wanted}).holds({"a": cell}, Notation()) is holds


def test_all_of_a_condition_must_hold():
    condition = Condition({"a": "x", "b": "< 0"})
    assert not condition.holds({"a": "x", "b": "1"}, Notation())
    with pytest.raises(InvalidError):
        Condition({})


def test_a_mapping_lists_the_columns_a_file_must_have():
    text = SHORTEST + 'customer.email = "mail"\n[[orders.becomes]]\nevent = "Order Refunded"\nwhen = { kind = "R" }'
    assert read_mapping(text).columns() == ["no", "day", "mail", "total", "kind"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("source =", "mapping"),
        ('source = "till"', "mapping"),
        (SHORTEST.replace("till", "my till"), "source"),
        (SHORTEST + 'colour = "x"', "orders.colour"),
        (SHORTEST.replace('at = "day"', ""), "orders.at"),
        (SHORTEST.replace('amount = "total"', ""), "orders"),
        (SHORTEST + 'customer.mail = "x"', "orders"),
        (SHORTEST.replace("[orders]", 'zone = "Europe/Atlantis"\n[orders]'), "mapping"),
        (SHORTEST.replace("[orders]", 'currency = "XYZ"\n[orders]'), "mapping"),
        (SHORTEST + "[file]\nencoding = 'utf-9'", "mapping"),
        (SHORTEST + "[file]\ndelimiter = ';;'", "mapping"),
        (SHORTEST + "[file]\ncolumns = ['a', 'a']", "mapping"),
        (SHORTEST + "[file]\ndecimal = '!'", "mapping"),
        (SHORTEST + '[[orders.becomes]]\nevent = "Party"\nwhen = { a = "b" }', "orders.becomes.0"),
        (SHORTEST + '[[leave_out]]\nbecause = "x"\nwhen = {}', "leave_out.0.when"),
        ('source = "a"\n[customers]\nname = "b"', "customers"),
        ('source = "a"\n[customers]\ncustomer.email = "m"\nattributes.x = { column = "x", type = "colour" }',
         "customers"),
    ],
)  # fmt: skip
def test_what_a_mapping_can_not_say_is_refused_with_its_place(text, path):
    with pytest.raises(InvalidError) as refused:
        read_mapping(text)
    assert list(refused.value.fields) == [path]


def test_a_mapping_that_can_not_be_read_is_wrong_input(tmp_path):
    with pytest.raises(InvalidError):
        load_mapping(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b"source = '\xff'")
    with pytest.raises(InvalidError):
        load_mapping(tmp_path / "latin.toml")
