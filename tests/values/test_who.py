"""Who somebody is: at least one identity, and never shown."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.values.who import IDENTITIES, Actor, Who


def test_nobody_is_an_error():
    with pytest.raises(InvalidError, match="give at least one"):
        Who()
    with pytest.raises(InvalidError, match="give at least one"):
        Who(source="shop")


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("value", ["", "  ", "x" * 321, "a\0", "a\nb", "a\x7f", "\ud800", 1.5, True, b"x", ["x"]])
def test_a_bad_identity_is_refused_by_its_name(name, value):
    with pytest.raises(InvalidError) as caught:
        Who(**{name: value})
    assert list(caught.value.fields) == [name]
    assert "x" * 321 not in str(caught.value)


def test_numbers_name_accounts_and_cards_only():
    assert Who(user_id=7, card=8).given == {"user_id": "7", "card": "8"}
    with pytest.raises(InvalidError):
        Who(email=7)
    with pytest.raises(InvalidError, match="320"):
        Who(user_id=10**5000)


def test_identities_are_stripped():
    assert Who(email=" a@b.c ").email == "a@b.c"


@given(st.sampled_from(IDENTITIES), st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=3))
def test_the_repr_shows_no_value(name, value):
    shown = repr(Who(**{name: value[:300]}, source="secretshop"))
    assert shown == f"Who({name}=…)"


def test_verified_names_what_was_proven():
    assert Who(email="a@b.c", phone="1", verified=True).verified == {"email", "phone"}
    assert Who(email="a@b.c", phone="1", verified=["email"]).verified == {"email"}
    assert Who(email="a@b.c", verified=False).verified == frozenset()
    assert Who(email="a@b.c", verified=frozenset()).verified == frozenset()


@pytest.mark.parametrize("verified", [["phone"], "email", ["nonsense"], 7, [["email"]], None])
def test_only_what_is_given_can_be_verified(verified):
    with pytest.raises(InvalidError) as caught:
        Who(email="a@b.c", verified=verified)
    assert list(caught.value.fields) == ["verified"]


def test_a_source_is_filled_in_and_never_replaced():
    who = Who(user_id="7", verified=True)
    assert who.with_source("pos") == Who(user_id="7", source="pos", verified=True)
    assert who.with_source("pos").with_source("web").source == "pos"


def test_who_is_a_value():
    who = Who(email="a@b.c", verified=True)
    assert who != Who(email="a@b.c")
    assert {who, Who(email="a@b.c", verified=["email"])} == {who}
    assert pickle.loads(pickle.dumps(who)) == copy.deepcopy(who) == who  # noqa: S301 - our own bytes
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        who.email = "other"


def test_actors_are_customers_staff_and_systems():
    assert Actor.customer() == Actor("customer")
    assert Actor.staff(7).id == "7"
    assert repr(Actor.staff("ali")) == "Actor(staff)"
    assert Actor.system("import").kind == "system"


@pytest.mark.parametrize(
    ("kind", "name"), [("robot", None), (None, None), (["staff"], None), ("staff", ""), ("staff", "a\nb")]
)
def test_a_bad_actor_is_refused(kind, name):
    with pytest.raises(InvalidError, match="actor"):
        Actor(kind, name)
