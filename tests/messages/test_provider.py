from __future__ import annotations

import sys

import pytest

from ecrm.errors import SetupError
from ecrm.hookspecs import Receipt
from ecrm.http import Response
from ecrm.messages.provider import Answer, Meaning, Provider
from ecrm.testing import FrozenLine, Loopback


@pytest.fixture
def server():
    with Loopback(lambda *_: Response.json({"id": "1"})).open() as opened:
        yield opened


def asked(server, *answers):
    server.answer_next(*answers)
    with Provider(FrozenLine(), 0.4) as provider:
        return provider.post(f"{server.url}/messages", json={})


def test_an_answer_is_given_as_it_is(server):
    answer = asked(server)
    assert (answer.status, answer.is_good, answer.body) == (200, True, {"id": "1"})


@pytest.mark.parametrize(
    ("value", "wait_s"), [("120", 120), ("Thu, 01 Jan 2026 12:01:00 GMT", 60), ("9" * 12, 2_678_400), ("soon", None)]
)
def test_how_long_to_wait_is_read_from_either_form(server, value, wait_s):
    answer = asked(server, Response(429, headers={"retry-after": value}))
    assert answer.failed() == Receipt("delayed", reason="limit", wait_s=wait_s)


@pytest.mark.parametrize(("url", "status"), [("http://127.0.0.1:9/", "delayed"), ("ftp://127.0.0.1/", "delayed")])
def test_where_nothing_was_sent_it_is_delayed(url, status):
    with Provider(FrozenLine(), 0.4) as provider:
        assert provider.post(url, json={}).status == status


@pytest.mark.parametrize("answer", [None, 5.0])
def test_where_no_answer_came_it_is_uncertain(server, answer):
    assert asked(server, answer).status == "uncertain"


@pytest.mark.parametrize(
    ("status", "wanted"),
    [(200, "uncertain"), (302, "delayed"), (400, "refused"), (401, "delayed"), (404, "delayed"), (500, "uncertain")],
)
def test_an_answer_without_a_code_is_judged_by_its_status(status, wanted):
    assert Answer(status, "[]").failed().status == wanted
    assert Answer(status, "[]").body == {}


def test_what_is_refused_waits_for_nothing():
    assert Answer(400, "", 30).failed(Meaning("refused", "address")).wait_s is None
    assert Answer(400, "").failed(Meaning("delayed", "limit", 60)).wait_s == 60


def test_an_id_that_is_none_is_no_acceptance():
    assert [Answer(200, "{}").accepted(id_).status for id_ in ("1", "", None, 7)] == ["accepted"] + ["uncertain"] * 3


def test_the_client_is_asked_for_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with Provider(FrozenLine(), 1) as provider, pytest.raises(SetupError, match=r"ecrm\[http\]"):
        provider.post("http://127.0.0.1:9/")
