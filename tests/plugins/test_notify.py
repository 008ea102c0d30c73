from __future__ import annotations

import json
import sys

import pytest

from ecrm.errors import SetupError
from ecrm.http import Response
from ecrm.plugins.notify import Notify
from ecrm.testing import Arrival, ChannelCase, ChannelContract, ChannelStage, FrozenLine, Loopback


@pytest.fixture
def server():
    with Loopback(lambda *_: Response(200)).open() as opened:
        yield opened


def urls_of(server):
    return f"{server.url.replace('http', 'json')}/a/secret/place?rto=0.4&cto=0.4"


@pytest.fixture
def case(server):
    def arrived():
        return [Arrival("", json.loads(one.body)["message"]) for one in server.requests]

    return ChannelCase(
        Notify,
        ["ayse@example.com", "+905321112233"],
        arrived,
        secrets={"urls": urls_of(server)},
        server=server,
        # A 200 is a yes, whatever it says.
        mishaps={"garbage": lambda: server.answer_next(Response(418, b"hello"))},
    )


class TestContract(ChannelContract):
    """Apprise says yes or no, and not why."""

    knows_addresses = refuses_at_once = tells_failures_apart = False
    # Where messages go is a secret: the test below has another.
    test_a_provider_that_is_away_delays = None

    @pytest.fixture
    def channel(self, case):
        return case


@pytest.fixture
def stage(case):
    return ChannelStage(case)


def told(stage, urls, message=None):
    line = FrozenLine.of(Notify, {"title": "Shop"}, {"urls": urls})
    return list(stage.channel.deliver([message or stage.message()], line))


def test_a_service_that_is_away_leaves_it_uncertain(stage):
    assert [one.status for one in told(stage, "json://127.0.0.1:9/")] == ["uncertain"]


def test_one_service_of_several_that_fails_leaves_it_uncertain(stage, server):
    assert [one.status for one in told(stage, f"{urls_of(server)} json://127.0.0.1:9/")] == ["uncertain"]
    assert len(server.requests) == 1


def test_a_message_has_its_subject_as_its_title_or_that_of_the_shop(stage, server):
    for subject in ("Selam", None):
        told(stage, urls_of(server), stage.message(subject=subject))
    assert [json.loads(one.body)["title"] for one in server.requests] == ["Selam", "Shop"]


def test_an_address_that_apprise_does_not_know_is_told_by_its_place(stage, server):
    with pytest.raises(SetupError, match="address 2") as raised:
        told(stage, f"{urls_of(server)} pigeon://a/secret")
    assert "pigeon" not in str(raised.value)


def test_apprise_is_asked_for_where_it_is_missing(stage, monkeypatch, server):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(SetupError, match=r"ecrm\[notify\]"):
        told(stage, urls_of(server))
