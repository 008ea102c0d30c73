"""Our channels behind the delivery, as a shop has them: sent, received, and what became of it on the timeline."""

from __future__ import annotations

import json

import pytest

from ecrm import CRM, Who, events
from ecrm.http import Request, Response
from ecrm.messages import Content, Transactional
from ecrm.plugins.call_task import CallTasks
from ecrm.plugins.email.plugin import Email
from ecrm.plugins.webhook.plugin import Webhook
from ecrm.signatures import signature, standard_key, standard_text
from ecrm.testing import Loopback
from postoffice import PostOffice

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = {
    "email.inbound_key": "a key of sixteen or more", "webhook.secret": KEY, "standard_webhooks.secret": KEY,
}  # fmt: skip
AYSE = Who(email="ayse@example.com", phone="+905321112233")
CHANNELS = ["email", "console", "webhook", "call_task"]


@pytest.fixture
def office():
    with PostOffice().open() as opened:
        yield opened


@pytest.fixture
def server():
    with Loopback(lambda *_: Response(200)).open() as opened:
        yield opened


@pytest.fixture
def crm(database_url, clock, office, server):
    plugins = [Email(2), Webhook(2), "console", "call_task", "standard_webhooks"]
    with CRM(database_url, clock=clock, plugins=plugins, secrets=SECRETS, on_error="raise") as opened:
        opened.upgrade()
        opened.plugins.configure(
            "email", host="127.0.0.1", port=office.port, security="none", sender="shop@example.org",
            bounce_address="bounces@example.org",
        )  # fmt: skip
        opened.plugins.configure("webhook", url=server.url, allows_loopback=True)
        opened.plugins.configure("standard_webhooks", sender="a provider")
        opened.messages.configure(delivery="live", public_url="https://shop.example/crm", channels=CHANNELS, caps=[])
        opened.record(events.StoreVisited(customer=AYSE, source_id="v1"))
        yield opened


def send(crm, channel):
    content = Content(subject="Yolda", text="Siparişiniz yolda")
    message = Transactional(
        to=AYSE, channel=channel, purpose="order_updates", reason="order 7 was shipped", content=content
    )
    id_ = crm.messages.send(message)
    crm.work()
    return id_


def kinds(crm):
    crm.work()
    return [one.kind for one in crm.timeline(AYSE)][::-1]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_goes_out_by_each_channel(crm, office, server, capsys, channel):
    id_ = send(crm, channel)
    assert crm.explain_message(id_).state == "sent", crm.explain_message(id_)
    assert kinds(crm)[-1] == "Message Sent"
    arrived = {
        "email": lambda: str(office.letters[0].mail.get_content()),
        "console": lambda: capsys.readouterr().out,
        "webhook": lambda: json.loads(server.requests[0].body)["data"]["text"],
        "call_task": lambda: crm.service(CallTasks).waiting()[0].script,
    }
    assert "Siparişiniz yolda" in arrived[channel]()


def test_a_bounce_of_a_message_keeps_the_next_one_back(crm, office):
    id_ = send(crm, "email")
    report = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {office.letters[0].sender}\r\nMessage-ID: <b@mx.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; ayse@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    headers = {"authorization": f"Bearer {SECRETS['email.inbound_key']}"}
    assert crm.receive("email", Request("POST", body=report.encode(), headers=headers)).status == 200
    assert kinds(crm)[-1] == "Email Bounced"
    assert crm.timeline(AYSE)[0].properties["message_id"] == str(id_)
    other = send(crm, "email")
    assert crm.explain_message(other).state != "sent"
    assert len(office.letters) == 1


def test_what_a_customer_answers_belongs_to_the_message(crm, office):
    id_ = send(crm, "email")
    answered = office.letters[0].mail["message-id"]
    mail = f"From: ayse@example.com\r\nMessage-ID: <a@example.com>\r\nIn-Reply-To: {answered}\r\n\r\nNe zaman?".encode()
    headers = {"authorization": f"Bearer {SECRETS['email.inbound_key']}"}
    crm.receive("email", Request("POST", body=mail, headers=headers))
    assert kinds(crm)[-1] == "Message Received"
    assert crm.timeline(AYSE)[0].properties["conversation_id"] == str(id_)


def test_a_provider_that_was_away_gets_the_message_later(crm, server, clock):
    server.answer_next(Response(503, headers={"retry-after": "60"}))
    id_ = send(crm, "webhook")
    assert crm.explain_message(id_).state != "sent"
    clock.advance(minutes=10)
    crm.work()
    assert crm.explain_message(id_).state == "sent"
    assert len({one.headers["webhook-id"] for one in server.requests}) == 1


def test_what_a_webhook_tells_of_a_message_belongs_to_it(crm, clock):
    id_ = send(crm, "webhook")
    told = {"channel": "webhook", "to": "ayse@example.com", "message_id": str(id_)}
    body = json.dumps({"type": "message.delivered", "timestamp": clock().isoformat(), "data": told}).encode()
    stamp = str(int(clock().timestamp()))
    shown = f"v1,{signature(standard_key(KEY), standard_text('m-1', stamp, body))}"
    headers = {"webhook-id": "m-1", "webhook-timestamp": stamp, "webhook-signature": shown}
    assert crm.receive("standard_webhooks", Request("POST", body=body, headers=headers)).status == 200
    assert kinds(crm)[-1] == "Message Delivered"
