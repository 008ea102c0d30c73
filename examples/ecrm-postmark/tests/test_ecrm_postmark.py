"""The contract every channel keeps, against a Postmark on this machine, and what this one promises."""

from __future__ import annotations

import json

import pytest
from ecrm_postmark import Postmark

from ecrm.http import Response
from ecrm.testing import Arrival, ChannelCase, ChannelContract, ChannelStage, Loopback

KEY = "a token of sixteen or more"
REFUSED = "nobody@example.com"


def answer(request, _):
    """Be Postmark."""
    if request.headers.get("x-postmark-server-token") != KEY:
        return Response.json({"ErrorCode": 10, "Message": "No such token"}, 401)
    if json.loads(request.body)["To"] == REFUSED:
        return Response.json({"ErrorCode": 406, "Message": "It is inactive"}, 422)
    return Response.json({"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a"})


@pytest.fixture
def server():
    with Loopback(answer).open() as opened:
        yield opened


@pytest.fixture
def case(server):
    def arrived():
        bodies = [json.loads(one.body) for one in server.requests]
        return [Arrival(one["To"], f"{one['Subject']}\n{one['TextBody']}") for one in bodies if one["To"] != REFUSED]

    return ChannelCase(
        Postmark(patience_s=0.4),
        to=["ayse@example.com", "mehmet@example.com"],
        arrived=arrived,
        settings={"sender": "shop@example.com", "api_url": server.url},
        secrets={"token": KEY},
        bad=["nobody", "one@example.com, other@example.com"],
        refused=REFUSED,
        nowhere={"api_url": "http://127.0.0.1:9"},
        server=server,
    )


class TestContract(ChannelContract):
    """Let it keep what every channel keeps."""

    @pytest.fixture
    def channel(self, case):
        return case


def test_both_bodies_go_along(case, server):
    stage = ChannelStage(case)
    [receipt] = stage.deliver(stage.message(html="<p>Merhaba</p>", text="Merhaba"))
    told = json.loads(server.requests[0].body)
    assert receipt.provider_id == "b7bc2f4a"
    assert (told["HtmlBody"], told["TextBody"]) == ("<p>Merhaba</p>", "Merhaba")


def test_what_the_shop_can_mend_is_tried_again(case, server):
    server.answer_next(Response.json({"ErrorCode": 400, "Message": "The sender is not known"}, 422))
    stage = ChannelStage(case)
    [receipt] = stage.deliver(stage.message())
    assert (receipt.status, receipt.reason) == ("delayed", "account")
