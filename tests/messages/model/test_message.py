"""A message that can not be is refused where it is made, and comes back from its wire form as it was."""

from __future__ import annotations

import datetime as dt

import pytest

from ecrm.errors import InvalidError
from ecrm.messages import Commercial, Content, Message, Transactional
from ecrm.messages.model.message import read_message
from story import AYSE

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
SAID = Content(subject="Hello", text="Hello.", html="<p>Hello.</p>", parameters=("7",))


def note(**more):
    return Transactional(**{"purpose": "account", "content": SAID, "reason": "reset", **more})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "A B"}, "purpose"),
        ({"reason": " "}, "reason"),
        ({"reason": None}, "reason"),
        ({"content": None}, "template"),
        ({"template": "hello"}, "template"),
        ({"channel": "E-Mail"}, "channel"),
        ({"variables": {"at": NOON}}, "variables"),
        ({"variables": [1]}, "variables"),
        ({"variables": {"text": "a" * 100_001}}, "variables"),
        ({"details": {"at": NOON}}, "variables"),
        ({"send_at": dt.datetime(2026, 1, 1)}, "send_at"),  # noqa: DTZ001 - what has no zone is refused
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"send_at": NOON, "expires_at": NOON}, "expires_at"),
    ],
)
def test_a_message_that_can_not_be_is_refused(changes, field):
    with pytest.raises(InvalidError) as refused:
        note(**changes)
    assert list(refused.value.fields) == [field]


def test_which_it_is_must_be_said():
    with pytest.raises(InvalidError, match="say which it is"):
        Message(purpose="account", content=SAID, reason="reset")


@pytest.mark.parametrize(
    "message",
    [
        note(),
        note(content=None, template="hello", variables={"order": {"id": 7}}, language="tr", channel="sms"),
        note(send_at=NOON, expires_at=NOON + dt.timedelta(hours=1), answers="<m@shop>", details={"script": "Hello"}),
        Commercial(purpose="marketing", template="spring", reason="spring"),
    ],
)
def test_a_message_comes_back_as_it_was(message):
    assert read_message(message.purpose, message.to_wire()) == message


@pytest.mark.parametrize(
    "wire",
    [
        None,
        "hello",
        {},
        {"class": "other"},
        {"class": "transactional", "reason": "x", "colour": "red"},
        {"class": "transactional", "reason": "x", "template": "t", "send_at": "tomorrow"},
        {"class": "transactional", "reason": "x", "template": "t", "send_at": 7},
        {"class": "transactional", "reason": "x", "content": {"colour": "red"}},
        {"class": "transactional", "reason": "x", "content": 7},
        {"class": "transactional", "reason": "", "template": "t"},
    ],
)
def test_what_is_no_message_is_refused(wire):
    with pytest.raises(InvalidError):
        read_message("account", wire)


def test_a_message_says_nothing_personal_of_itself():
    assert repr(note(to=AYSE)) == "<Transactional account content>"
    assert repr(note(content=None, template="hello")) == "<Transactional account hello>"
