from __future__ import annotations

import datetime as dt
import json

import pytest

from ecrm.errors import InvalidError
from ecrm.http import Response
from ecrm.plugins.whatsapp.plugin import Whatsapp
from ecrm.testing import Arrival, ChannelCase, ChannelContract, ChannelStage, FrozenLine, Loopback

NUMBER, TOKEN = "106540352242922", "EAAJB a token of sixteen or more"
REFUSED = "+905321110000"
NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def failed(code, status=400):
    return Response.json({"error": {"message": "(#1) x", "type": "OAuthException", "code": code}}, status)


def answer(request, _):
    """Be Meta."""
    if request.path != f"/v23.0/{NUMBER}/messages" or request.method != "POST":
        return failed(100)
    if request.headers["authorization"] != f"Bearer {TOKEN}":
        return failed(190, 401)
    body = json.loads(request.body)
    if f"+{body['to']}" == REFUSED:
        return failed(131026)
    contacts = [{"input": body["to"], "wa_id": body["to"]}]
    return Response.json({"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": "wamid.1"}]})


@pytest.fixture
def server():
    with Loopback(answer).open() as opened:
        yield opened


def arrived(server):
    bodies = [json.loads(one.body) for one in server.requests]
    return [Arrival(f"+{one['to']}", one["text"]["body"]) for one in bodies if f"+{one['to']}" != REFUSED]


@pytest.fixture
def case(server):
    return ChannelCase(
        Whatsapp(patience_s=0.4),
        ["+905321112233", "+4915112345678"],
        lambda: arrived(server),
        {"phone_number_id": NUMBER, "api_url": server.url},
        {"access_token": TOKEN},
        bad=["905321112233", "ayse"],
        refused=REFUSED,
        nowhere={"api_url": "http://127.0.0.1:9"},
        server=server,
        message={"last_heard_at": NOW - dt.timedelta(hours=1)},
    )


class TestContract(ChannelContract):
    """To somebody who wrote an hour ago."""

    @pytest.fixture
    def channel(self, case):
        return case


@pytest.fixture
def stage(case):
    return ChannelStage(case)


@pytest.mark.parametrize("hours", [24, 25, None])
def test_after_24_hours_only_templates_go_out(stage, server, hours):
    heard = None if hours is None else NOW - dt.timedelta(hours=hours)
    [receipt] = stage.deliver(stage.message(last_heard_at=heard))
    assert (receipt.status, receipt.reason) == ("refused", "expired")
    assert "template" in receipt.raw
    assert server.requests == []

    more = {"template": "order_sent", "parameters": ["Ayşe", "1001"]}
    [receipt] = stage.deliver(stage.message(last_heard_at=heard, **more))
    assert (receipt.status, receipt.provider_id) == ("accepted", "wamid.1")
    told = json.loads(server.requests[0].body)
    assert told["template"] == {
        "name": "order_sent",
        "language": {"code": "tr"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Ayşe"}, {"type": "text", "text": "1001"}]}
        ],
    }


def test_just_within_24_hours_a_text_goes_out(stage):
    heard = NOW - dt.timedelta(hours=24) + dt.timedelta(seconds=1)
    assert [one.status for one in stage.deliver(stage.message(last_heard_at=heard))] == ["accepted"]


def test_meta_is_given_the_id_to_give_back(stage, server):
    message = stage.message()
    stage.deliver(message)
    assert json.loads(server.requests[0].body)["biz_opaque_callback_data"] == message.id.hex


def test_a_text_that_is_too_long_is_refused(stage, server):
    [receipt] = stage.deliver(stage.message(text="x" * 4_097))
    assert (receipt.status, receipt.reason) == ("refused", "content")
    assert server.requests == []


@pytest.mark.parametrize(
    ("code", "status", "wanted"),
    [
        (131026, 400, ("refused", "address")),
        (131047, 400, ("refused", "expired")),
        (131050, 400, ("refused", "blocked")),
        (132001, 404, ("refused", "content")),
        (130429, 429, ("delayed", "limit")),
        (190, 401, ("delayed", "account")),
        (2, 503, ("delayed", "away")),
        (131000, 500, ("uncertain", None)),
        ("x", 400, ("refused", "other")),
    ],
)
def test_each_code_has_its_meaning(stage, server, code, status, wanted):
    server.answer_next(failed(code, status))
    [receipt] = stage.deliver(stage.message())
    assert (receipt.status, receipt.reason) == wanted


@pytest.mark.parametrize("settings", [{"phone_number_id": "1/../2"}, {"api_version": "v1/x"}])
def test_what_can_not_be_set_is_refused(settings):
    with pytest.raises(InvalidError):
        FrozenLine.of(Whatsapp, settings)
