"""Of each field the newest trustworthy value holds, in whatever order values came."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.customers.model.trait import Attribute, Customer, Trait, fold_traits, traits_of
from ecrm.errors import InvalidError
from story import minute

ID = UUID(int=1)


def trait(name: str, value, after: float = 0, *, is_trusted: bool = True, key: str = "web:1") -> Trait:
    return Trait(name, value, minute(after), key, is_trusted, "web")


def test_the_newest_value_holds():
    assert fold_traits(ID, [trait("name", "New", 2), trait("name", "Old", 1)]).name == "New"


def test_a_trusted_value_goes_before_a_newer_one_nobody_vouches_for():
    said = [trait("name", "Typed", 9, is_trusted=False), trait("name", "Known", 1)]
    assert fold_traits(ID, said).name == "Known"


def test_an_untrusted_value_is_better_than_none():
    assert fold_traits(ID, [trait("name", "Typed", is_trusted=False)]).name == "Typed"


def test_nothing_takes_a_value_back():
    assert fold_traits(ID, [trait("language", "tr", 1), trait("language", None, 2)]).language is None
    assert fold_traits(ID, [trait("language", "tr", 2), trait("language", None, 1)]).language == "tr"


def test_values_of_one_moment_are_settled_by_their_keys():
    said = [trait("name", "B", key="web:2"), trait("name", "A", key="web:1")]
    assert fold_traits(ID, said) == fold_traits(ID, said[::-1])
    assert fold_traits(ID, said).name == "B"


def test_tags_attributes_and_birthday_are_folded():
    said = [
        trait("tag:vip", True, 1), trait("tag:vip", None, 2), trait("tag:b2b", True, 1),
        trait("attribute:size", 38), trait("birthday", "1990-02-28"), trait("attribute:gone", None),
    ]  # fmt: skip
    customer = fold_traits(ID, said)
    assert customer.tags == {"b2b"}
    assert customer.attributes == {"size": 38}
    assert customer.birthday == dt.date(1990, 2, 28)
    assert fold_traits(ID, []) == Customer(ID)


def test_a_customer_is_found_by_the_words_of_the_name():
    assert Customer(ID, name="Ayşe  YILMAZ").words == {"ayse", "yilmaz"}
    assert Customer(ID).words == frozenset()
    assert "Ay" not in repr(Customer(ID, name="Ayşe"))


@pytest.mark.parametrize(
    ("actor", "is_proven", "is_trusted"),
    [
        (None, False, True),
        ({"kind": "staff", "id": "ali"}, False, True),
        ({"kind": "customer"}, False, False),
        ({"kind": "customer"}, True, True),
    ],
)
def test_only_what_a_customer_says_without_proof_is_not_trusted(actor, is_proven, is_trusted):
    (said,) = traits_of({"name": "A"}, minute(0), "web:1", "web", actor, is_proven=is_proven)
    assert said.is_trusted is is_trusted


def test_properties_become_traits_with_their_actor():
    properties = {
        "birthday": "1990-01-01",
        "attributes": {"size": 1},
        "tags_added": ["a"],
        "tags_removed": ["b"],
        "other": 5,
    }
    said = traits_of(properties, minute(0), "k", "web", {"kind": "staff", "id": "ali"}, is_proven=False)
    assert [(t.name, t.value) for t in said] == [
        ("birthday", "1990-01-01"), ("attribute:size", 1), ("tag:a", True), ("tag:b", None),
    ]  # fmt: skip
    assert {t.actor for t in said} == {"staff:ali"}
    assert "1990" not in repr(said)


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("text", "x", "x"), ("integer", 3, 3), ("number", 3, 3.0), ("number", "2.5", 2.5), ("boolean", True, True),
        ("day", dt.date(2026, 1, 2), "2026-01-02"), ("day", "2026-01-02", "2026-01-02"), ("text", None, None),
    ],
)  # fmt: skip
def test_an_attribute_keeps_values_of_its_type(kind, value, kept):
    assert Attribute("x", kind).check(value) == kept


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 3), ("integer", "3"), ("integer", True), ("number", False), ("number", "much"), ("boolean", 1),
        ("day", "tomorrow"), ("day", 5), ("integer", 2.5), ("number", 10**400), ("number", "nan"), ("number", "inf"),
        ("day", dt.datetime(2026, 1, 2, tzinfo=dt.UTC)),
    ],
)  # fmt: skip
def test_an_attribute_refuses_values_of_other_types_by_its_name(kind, value):
    with pytest.raises(InvalidError) as caught:
        Attribute("shoe", kind).check(value)
    assert list(caught.value.fields) == ["shoe"]


@pytest.mark.parametrize("name", ["", "1st", "shoe size", "a-b", "a.b"])
def test_an_attribute_has_a_name_a_program_can_write(name):
    with pytest.raises(InvalidError):
        Attribute(name, "text")


def test_an_attribute_is_of_a_type_there_is():
    with pytest.raises(InvalidError, match="text, integer"):
        Attribute("x", "colour")


traits = st.builds(
    trait,
    st.sampled_from(["name", "language", "tag:a", "attribute:b"]),
    st.sampled_from(["x", "y", None]),
    st.integers(0, 3),
    is_trusted=st.booleans(),
    key=st.integers(0, 99).map(str),
)


@given(st.lists(traits, max_size=8, unique_by=lambda t: (t.name, t.key)), st.randoms(use_true_random=False))
def test_the_fold_is_the_same_in_any_order_and_with_duplicates(said, random):
    again = [*said, *said]
    random.shuffle(again)
    assert fold_traits(ID, again) == fold_traits(ID, said)
