from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx2
import pytest

from ecrm.errors import InvalidError
from ecrm.http import Request, Response
from ecrm.plugins.sms.plugin import Sms
from ecrm.plugins.sms.twilio import signed_text
from ecrm.signatures import signature
from ecrm.testing import (
    Arrival,
    ChannelCase,
    ChannelContract,
    ChannelStage,
    FrozenCRM,
    FrozenLine,
    Loopback,
    SourceCase,
    SourceContract,
)
from providers import basic

ACCOUNT, TOKEN = "AC00000000000000000000000000000001", "a token of sixteen or more"
CALLBACK = "https://shop.example/webhooks/twilio"
REFUSED, CODES = "+905321110000", {"+905321110000": 21211, "+905321110001": 21610, "+905321110002": 21408}
SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "inbound" / "botbuilder" / "tests" / "Adapters"


def answer(request, _):
    """Be Twilio."""
    if request.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json" or request.method != "POST":
        return Response.json({"code": 20404}, 404)
    if request.headers["authorization"] != basic(ACCOUNT, TOKEN):
        return Response.json({"code": 20003, "message": "Authenticate"}, 401)
    form = dict(parse_qsl(request.body.decode()))
    if form["To"] in CODES:
        return Response.json({"code": CODES[form["To"]], "status": 400}, 400)
    return Response.json({"sid": f"SM{form['To'][1:]}", "status": "queued"}, 201)


@pytest.fixture
def server():
    with Loopback(answer).open() as opened:
        yield opened


def arrived(server):
    forms = [dict(parse_qsl(one.body.decode())) for one in server.requests]
    return [Arrival(form["To"], form["Body"]) for form in forms if form["To"] not in CODES]


def case_of(server, **more):
    given = {"account": ACCOUNT, "sender": "+15005550006", "api_url": server.url, "callback_url": CALLBACK}
    return ChannelCase(
        Sms(patience_s=0.4),
        ["+905321112233", "+905321112244"],
        lambda: arrived(server),
        given | more,
        {"token": TOKEN},
        bad=["905321112233", "+90 532 111 22 33", "ayse@example.com"],
        refused=REFUSED,
        nowhere={"api_url": "http://127.0.0.1:9"},
        server=server,
    )


class TestContract(ChannelContract):
    """By Twilio."""

    @pytest.fixture
    def channel(self, server):
        return case_of(server)


@pytest.fixture
def stage(server):
    return ChannelStage(case_of(server))


def test_twilio_is_told_where_to_tell_what_became_of_it(stage, server):
    message = stage.message()
    [receipt] = stage.deliver(message)
    form = dict(parse_qsl(server.requests[0].body.decode()))
    assert form["StatusCallback"] == f"{CALLBACK}?message={message.id.hex}"
    assert form["From"] == "+15005550006"
    assert receipt.provider_id == "SM905321112233"


def test_a_messaging_service_is_named_as_one(stage, server):
    stage.deliver(stage.message(), line=stage.line(sender="MG1"))
    form = dict(parse_qsl(server.requests[0].body.decode()))
    assert form["MessagingServiceSid"] == "MG1"
    assert "From" not in form


@pytest.mark.parametrize(
    ("status", "code", "wanted"),
    [
        (400, 21211, ("refused", "address")),
        (400, 21610, ("refused", "blocked")),
        (400, 21614, ("refused", "address")),
        (400, 21617, ("refused", "content")),
        (400, 99999, ("refused", "other")),
        (429, 20429, ("delayed", "limit")),
        (401, 20003, ("delayed", "account")),
        (403, None, ("delayed", "account")),
        (301, None, ("delayed", "account")),
        (503, None, ("delayed", "away")),
        (502, None, ("uncertain", None)),
        (200, None, ("uncertain", None)),
    ],
)
def test_each_code_has_its_meaning(stage, server, status, code, wanted):
    server.answer_next(Response.json({"code": code}, status))
    [receipt] = stage.deliver(stage.message())
    assert (receipt.status, receipt.reason) == wanted


def test_a_client_that_is_given_is_used_and_left_open(server):
    stage = ChannelStage(case_of(server))
    with httpx2.Client(trust_env=False) as client:
        plugin = Sms(client)
        line = FrozenLine.of(plugin, stage.case.settings, stage.case.secrets)
        for _ in range(2):
            assert [one.status for one in plugin.deliver([stage.message()], line)] == ["accepted"]
        assert not client.is_closed


@pytest.mark.parametrize("settings", [{"provider": "pigeon"}, {"account": "AC/../x"}])
def test_what_can_not_be_set_is_refused(settings):
    with pytest.raises(InvalidError):
        FrozenLine.of(Sms, settings)


# ------------------------------------------------------------------ webhooks

SET = {"provider": "twilio", "account": ACCOUNT, "callback_url": CALLBACK}
ID = "019b76daa80070008000000000000001"


def hook(body, secrets, message=None):
    url = CALLBACK if message is None else f"{CALLBACK}?message={message}"
    form = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    signed = signature(secrets["token"], signed_text(url, form), digest="sha1")
    query = {} if message is None else {"message": message}
    return Request("POST", "/webhooks/twilio", body, {"x-twilio-signature": signed}, query)


def status(word, **more):
    return urlencode({"MessageSid": "SM1", "MessageStatus": word, "To": "+905321112233", **more}).encode()


INBOUND = urlencode(
    {"MessageSid": "SM2", "SmsStatus": "received", "From": "+905321112233", "Body": "Nerede?", "NumMedia": "0"}
).encode()


class TestSource(SourceContract):
    """Twilio signs the form."""

    @pytest.fixture
    def source(self):
        people = ["+905321112233", "Nerede"]
        return SourceCase(
            "sms", {"token": TOKEN}, SET, bodies=[status("delivered"), INBOUND], sign=hook, personal=people
        )


@pytest.fixture
def crm(tmp_path):
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    with FrozenCRM(url, plugins=["sms"], secrets={"sms.token": TOKEN}) as opened:
        opened.plugins.configure("sms", **SET)
        yield opened


def told(crm, body, message=None):
    assert crm.receive("twilio", hook(body, {"token": TOKEN}, message)).status == 200
    crm.work()
    return list(crm.timeline("+905321112233"))


def test_the_signature_is_twilios_own():
    # Source: shared/facts/webhooks.md, recomputed.
    form = {
        "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309",
        "To": "+18005551212",
    }  # fmt: skip
    text = signed_text("https://mycompany.com/myapp.php?foo=1&bar=2", list(form.items()))
    assert signature("12345", text, digest="sha1") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_delivery_belongs_to_its_message(crm):
    [delivered] = told(crm, status("delivered"), ID)
    assert (delivered.kind, delivered.channel) == ("Message Delivered", "sms")
    assert delivered.properties["message_id"] == "019b76da-a800-7000-8000-000000000001"
    assert delivered.properties["provider_id"] == "SM1"


@pytest.mark.parametrize(
    ("word", "code", "kind", "properties"),
    [
        ("undelivered", "30005", "Message Bounced", {"is_hard": True, "reason": "address"}),
        ("undelivered", "30003", "Message Bounced", {"is_hard": False, "reason": "away"}),
        ("failed", "30008", "Message Refused", {"reason": "other"}),
    ],
)
def test_what_did_not_arrive_has_its_reason(crm, word, code, kind, properties):
    [told_] = told(crm, status(word, ErrorCode=code))
    assert told_.kind == kind
    assert properties.items() <= told_.properties.items()


@pytest.mark.parametrize("word", ["queued", "sending", "sent", "accepted"])
def test_what_is_on_its_way_is_not_told(crm, word):
    assert told(crm, status(word)) == []


def test_what_a_customer_writes_is_on_the_timeline_once(crm):
    told(crm, INBOUND)
    [written] = told(crm, INBOUND)
    assert (written.kind, written.properties["text"]) == ("Message Received", "Nerede?")


def test_who_asks_to_stop_is_unsubscribed(crm):
    found = told(crm, INBOUND.replace(b"Nerede%3F", b"STOP") + b"&OptOutType=STOP")
    assert {(one.kind, one.channel) for one in found} == {("Message Received", "sms"), ("Unsubscribed", "sms")}


def test_another_message_than_the_signed_one_is_refused(crm):
    request = hook(status("delivered"), {"token": TOKEN}, ID)
    forged = Request("POST", request.path, request.body, request.headers, {"message": ID[::-1]})
    assert crm.receive("twilio", forged).status == 401


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample requests are not here")
@pytest.mark.parametrize("name", ["MediaPayload.txt", "NoMediaPayload.txt"])
def test_sample_messages_are_read(crm, name):
    from ecrm.hookspecs import Delivery
    from ecrm.plugins.sms.twilio import translate

    folder = SAMPLES / "Microsoft.Bot.Builder.Adapters.Twilio.Tests" / "Files"
    [written] = translate((folder / name).read_bytes().strip(), Delivery("main"))
    assert (written.text, written.message_id, written.customer.phone) == ("Hello", "3333", "+2222")
    assert written.attachments == (("www.contoso.com",) if name == "MediaPayload.txt" else ())
