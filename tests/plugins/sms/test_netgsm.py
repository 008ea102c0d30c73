from __future__ import annotations

import json

import attrs
import pytest

from ecrm.http import Response
from ecrm.plugins.sms.plugin import Sms
from ecrm.testing import Arrival, ChannelCase, ChannelContract, ChannelStage, Loopback
from providers import basic

USER, PASSWORD = "8501234567", "a password of sixteen"


def answer(request, _):
    """Be Netgsm."""
    if request.path != "/sms/rest/v2/send" or request.method != "POST":
        return Response(404)
    if request.headers["authorization"] != basic(USER, PASSWORD):
        return Response.json({"code": "30"}, 406)
    return Response.json({"code": "00", "jobid": "17377215342605050417149344", "description": "queued"})


@pytest.fixture
def server():
    with Loopback(answer).open() as opened:
        yield opened


def arrived(server):
    bodies = [json.loads(one.body) for one in server.requests]
    return [Arrival(one["messages"][0]["no"], one["messages"][0]["msg"]) for one in bodies]


@pytest.fixture
def case(server):
    return ChannelCase(
        Sms(patience_s=0.4),
        ["+905321112233", "+4915112345678"],
        lambda: arrived(server),
        {"provider": "netgsm", "account": USER, "sender": "KUSCICEK", "api_url": server.url},
        {"token": PASSWORD},
        bad=["5321112233"],
        nowhere={"api_url": "http://127.0.0.1:9"},
        server=server,
    )


class TestContract(ChannelContract):
    """By Netgsm, which takes any number."""

    refuses_at_once = False

    @pytest.fixture
    def channel(self, case):
        return case


@pytest.fixture
def stage(case):
    return ChannelStage(case)


def test_numbers_are_dialled_from_turkey(stage, server):
    stage.deliver(stage.message(), stage.message("+4915112345678"))
    assert [one.to for one in arrived(server)] == ["5321112233", "004915112345678"]


def test_advertising_is_held_against_the_registry_and_news_is_not(stage, server):
    stage.deliver(stage.message(text="Indirim"), attrs.evolve(stage.message(text="İndirim"), is_commercial=True))
    first, second = [json.loads(one.body) for one in server.requests]
    assert (first["iysfilter"], second["iysfilter"]) == ("0", "11")
    assert ("encoding" in first, second["encoding"]) == (False, "TR")
    assert first["msgheader"] == "KUSCICEK"


@pytest.mark.parametrize(
    ("code", "wanted", "wait_s"),
    [
        ("20", ("refused", "content"), None),
        ("30", ("delayed", "account"), None),
        ("40", ("delayed", "account"), None),
        ("50", ("delayed", "account"), None),
        ("60", ("delayed", "account"), None),
        ("70", ("refused", "other"), None),
        ("80", ("delayed", "limit"), None),
        ("85", ("delayed", "limit"), 60),
        ("99", ("uncertain", None), None),
    ],
)
@pytest.mark.parametrize("status", [200, 406])
def test_each_code_has_its_meaning(stage, server, status, code, wanted, wait_s):
    server.answer_next(Response.json({"code": code}, status))
    [receipt] = stage.deliver(stage.message())
    if code == "99" and status == 406:
        wanted = ("delayed", "account")
    assert (receipt.status, receipt.reason) == wanted
    assert receipt.wait_s == wait_s
