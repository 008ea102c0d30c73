from __future__ import annotations

import json
import socket

import pytest

from ecrm.errors import InvalidError
from ecrm.http import Response
from ecrm.plugins.webhook.plugin import Webhook
from ecrm.signatures import signature, standard_key, standard_text
from ecrm.testing import Arrival, ChannelCase, ChannelContract, ChannelStage, FrozenLine, Loopback
from postoffice import make_certificate
from providers import https_server

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def answer(request, _):
    """Be a shop that looks at signatures."""
    headers = request.headers
    text = standard_text(headers["webhook-id"], headers["webhook-timestamp"], request.body)
    is_ours = headers["webhook-signature"] == f"v1,{signature(standard_key(KEY), text)}"
    return Response.json({"ok": True}) if is_ours else Response(401)


@pytest.fixture
def server():
    with Loopback(answer).open() as opened:
        yield opened


def arrived(server):
    found = [(one.headers["webhook-id"], json.loads(one.body)["data"]) for one in server.requests]
    return [Arrival(data["to"], data["text"], id_) for id_, data in found]


def case_of(server, **more):
    plugin = Webhook(patience_s=0.4, **more)
    return ChannelCase(
        plugin,
        ["ayse@example.com", "+905321112233"],
        lambda: arrived(server),
        {"url": f"{server.url}/messages?key=1", "allows_loopback": True},
        {"secret": KEY},
        nowhere={"url": "http://127.0.0.1:9/messages"},
        server=server,
        # Whatever it says with a 200 is a yes: what says nothing is an answer of another kind.
        mishaps={"garbage": lambda: server.answer_next(Response(302, headers={"location": f"{server.url}/other"}))},
    )


class TestContract(ChannelContract):
    """To the shop itself, whoever the message is to."""

    knows_addresses = refuses_at_once = False

    @pytest.fixture
    def channel(self, server):
        return case_of(server)


@pytest.fixture
def stage(server):
    return ChannelStage(case_of(server))


def test_it_says_all_there_is_of_a_message(stage, server):
    message = stage.message(html="<p>x</p>", details={"script": "Sor"})
    stage.deliver(message)
    told = json.loads(server.requests[0].body)
    assert told["type"] == "message.requested"
    assert told["data"]["id"] == str(message.id)
    assert (told["data"]["html"], told["data"]["details"]) == ("<p>x</p>", {"script": "Sor"})
    assert server.requests[0].query == {"key": "1"}


def test_a_redirect_is_not_followed(stage, server):
    server.answer_next(Response(307, headers={"location": "http://127.0.0.1:1/inside"}))
    [receipt] = stage.deliver(stage.message())
    assert (receipt.status, receipt.reason) == ("delayed", "account")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (204, ("accepted", None)),
        (400, ("refused", "other")),
        (410, ("delayed", "account")),
        (500, ("uncertain", None)),
        (503, ("delayed", "away")),
    ],
)
def test_each_status_has_its_meaning(stage, server, status, wanted):
    server.answer_next(Response(status))
    [receipt] = stage.deliver(stage.message())
    assert (receipt.status, receipt.reason) == wanted


def test_an_address_inside_is_refused_and_not_connected_to(stage, server):
    receipts = stage.deliver(stage.message(), line=stage.line(allows_loopback=False))
    receipts += stage.deliver(stage.message(), line=stage.line(url="https://169.254.169.254/latest"))
    assert [(one.status, one.reason) for one in receipts] == [("refused", "blocked")] * 2
    assert server.requests == []


def test_a_name_that_leads_elsewhere_afterwards_is_still_connected_to_as_it_was_checked(server):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    stage = ChannelStage(case_of(server, look_up=lambda *_: next(answers)))
    line = stage.line(url=f"http://rebound.example:{server.url.rpartition(':')[2]}/")
    receipts = stage.deliver(stage.message(), stage.message(), line=line)
    assert [one.status for one in receipts] == ["accepted", "refused"]
    assert server.requests[0].headers["host"].startswith("rebound.example:")


def test_the_certificate_is_of_the_name_and_not_of_the_address(tmp_path):
    context, trusting = make_certificate(tmp_path)
    names = []
    context.sni_callback = lambda _, name, __: names.append(name)
    with https_server(context, {"/messages": b"{}"}) as (port, asked):
        plugin = Webhook(1, lambda *_: ["127.0.0.1"], lambda: trusting)
        for host, wanted in (("localhost", "accepted"), ("other.example", "delayed")):
            given = {"url": f"https://{host}:{port}/messages", "allows_loopback": True}
            line = FrozenLine.of(plugin, given, {"secret": KEY})
            [receipt] = plugin.deliver([ChannelStage(case_of(Loopback(answer))).message()], line)
            assert receipt.status == wanted
    assert names == ["localhost", "other.example"]
    assert asked == ["/messages"]


def test_the_second_address_is_tried_where_the_first_takes_no_connection(server):
    with socket.socket() as closed:
        closed.bind(("127.0.0.2", 0))
    stage = ChannelStage(case_of(server, look_up=lambda *_: ["127.0.0.2", "127.0.0.1"]))
    [receipt] = stage.deliver(stage.message())
    assert receipt.status == "accepted"


@pytest.mark.parametrize("secret", ["whsec_short000000000", "whsec_!!!!!!!!!!!!!!!!!!!!", "whsec_AAAA"])
def test_a_secret_that_can_be_guessed_is_refused(secret):
    with pytest.raises(InvalidError):
        FrozenLine.of(Webhook, {}, {"secret": secret})
