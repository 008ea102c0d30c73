"""Any plugin may say no to a contact; one that does not answer counts as a no, and hurts no other."""

from __future__ import annotations

import sys
import time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.deadlines import Runner
from ecrm.hookspecs import Contact
from ecrm.registry import Answer, Objection, ask_contact

CONTACT = Contact("main", UUID(int=1), "email", "marketing")


def raising(_):
    raise KeyError("ayse@example.com")


def leaving(_):
    sys.exit("ayse@example.com")


def hanging(_):
    until = time.monotonic() + 5
    while time.monotonic() < until:
        time.sleep(0.01)


def ask(deadline_s=2.0, **answers):
    return ask_contact(answers, CONTACT, Runner(), deadline_s)


def test_nobody_who_objects_is_a_yes():
    assert ask() == Answer()
    assert ask(one=lambda _: None, other=lambda _: None).is_allowed


def test_every_objection_is_told_with_who_has_it():
    answer = ask(one=lambda _: "it is late", two=lambda _: None, three=lambda contact: f"no {contact.channel}")
    assert not answer.is_allowed
    assert answer.reasons == (Objection("one", "it is late"), Objection("three", "no email"))
    assert str(answer.reasons[0]) == "one: it is late"


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (raising, "failed with KeyError"),
        (leaving, "end the program"),
        (hanging, "did not answer within 0.05 s"),
        (lambda _: True, "answered with bool"),
        (lambda _: False, "answered with bool"),
        (lambda _: "", "answered with str"),
        (lambda _: ["no"], "answered with list"),
    ],
)
def test_a_plugin_that_does_not_answer_counts_as_a_no_and_the_others_are_heard(function, said):
    answer = ask(0.05, before=lambda _: None, broken=function, after=lambda _: "it is late")
    assert [one.plugin for one in answer.reasons] == ["broken", "after"]
    assert said in answer.reasons[0].reason
    assert "counts as a no" in answer.reasons[0].reason
    assert "ayse" not in str(answer)


@given(st.lists(st.one_of(st.none(), st.text(min_size=1).filter(str.strip), st.integers())))
def test_any_no_wins(said):
    answer = ask(**{f"plugin_{place}": (lambda _, value=value: value) for place, value in enumerate(said)})
    assert answer.is_allowed == all(value is None for value in said)
    assert len(answer.reasons) == sum(value is not None for value in said)


@pytest.mark.parametrize("wrong", [{"channel": ""}, {"purpose": " "}, {"purpose": None}])
def test_a_contact_says_how_and_what_for(wrong):
    with pytest.raises(InvalidError):
        Contact(**{"shop": "main", "customer_id": UUID(int=1), "channel": "email", "purpose": "marketing"} | wrong)
