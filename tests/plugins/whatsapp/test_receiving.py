from __future__ import annotations

import json
from pathlib import Path

import pytest

from ecrm.hookspecs import Delivery
from ecrm.http import Request
from ecrm.plugins.whatsapp.receiving import translate
from ecrm.signatures import signature
from ecrm.testing import FrozenCRM, SourceCase, SourceContract

SECRETS = {"app_secret": "an app secret of 16 or more", "verify_token": "a token of sixteen or more"}
SET = {"phone_number_id": "1122334455667"}
ID = "019b76daa80070008000000000000001"
SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "inbound" / "meta" / "pywa_updates"


def body_of(number="1122334455667", **value):
    metadata = {"display_phone_number": "905320000000", "phone_number_id": number}
    whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    entry = [{"id": "1", "changes": [{"value": whole, "field": "messages"}]}]
    return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()


def status(word, **more):
    told = {"id": "wamid.1", "status": word, "timestamp": "1767268800", "recipient_id": "905321112233", **more}
    return body_of(statuses=[told])


WRITTEN = body_of(
    messages=[
        {
            "from": "905321112233",
            "id": "wamid.2",
            "timestamp": "1767268801",
            "type": "text",
            "text": {"body": "Nerede?"},
            "context": {"id": "wamid.1"},
        }
    ]
)


def hook(body, secrets):
    signed = "sha256=" + signature(secrets["app_secret"], body, form="hex")
    return Request("POST", "/webhooks/whatsapp", body, {"x-hub-signature-256": signed})


class TestContract(SourceContract):
    """Meta signs the bytes."""

    @pytest.fixture
    def source(self):
        bodies = [status("delivered"), WRITTEN]
        return SourceCase("whatsapp", SECRETS, SET, bodies=bodies, sign=hook, personal=["905321112233", "Nerede"])


@pytest.fixture
def crm(tmp_path):
    url, secrets = f"sqlite:///{tmp_path / 'crm.db'}", {f"whatsapp.{name}": one for name, one in SECRETS.items()}
    with FrozenCRM(url, plugins=["whatsapp"], secrets=secrets) as opened:
        opened.plugins.configure("whatsapp", **SET)
        yield opened


def told(crm, body):
    assert crm.receive("whatsapp", hook(body, SECRETS)).status == 200
    crm.work()
    return list(crm.timeline("+905321112233"))


def test_what_became_of_a_message_belongs_to_it(crm):
    [delivered] = told(crm, status("delivered", biz_opaque_callback_data=ID))
    assert (delivered.kind, delivered.channel) == ("Message Delivered", "whatsapp")
    assert delivered.properties["message_id"] == "019b76da-a800-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("word", "kind"), [("sent", "Message Sent"), ("read", "Message Opened"), ("failed", "Message Refused")]
)
def test_each_status_has_its_event(crm, word, kind):
    more = {"errors": [{"code": 131026, "title": "Message undeliverable"}]} if word == "failed" else {}
    [event] = told(crm, status(word, **more))
    assert event.kind == kind
    assert event.properties.get("reason") == ("address" if word == "failed" else None)


def test_what_a_customer_writes_is_on_the_timeline_once(crm):
    told(crm, WRITTEN)
    [written] = told(crm, WRITTEN)
    assert (written.kind, written.properties["text"]) == ("Message Received", "Nerede?")
    assert written.properties["conversation_id"] == "wamid.1"


@pytest.mark.parametrize(("value", "kinds"), [("stop", ["Unsubscribed"]), ("resume", [])])
def test_who_asks_meta_to_stop_is_unsubscribed(crm, value, kinds):
    wish = {"wa_id": "905321112233", "category": "marketing_messages", "value": value, "timestamp": 1767268800}
    body = body_of(user_preferences=[wish]).replace(b'"field": "messages"', b'"field": "user_preferences"')
    assert [one.kind for one in told(crm, body)] == kinds


def test_a_number_of_somebody_else_is_not_ours(crm):
    assert told(crm, body_of("999", messages=json.loads(WRITTEN)["entry"][0]["changes"][0]["value"]["messages"])) == []


def test_shops_that_share_an_app_are_told_apart_by_the_number(tmp_path):
    url, secrets = f"sqlite:///{tmp_path / 'crm.db'}", {"whatsapp.app_secret": SECRETS["app_secret"]}
    with FrozenCRM(url, plugins=["whatsapp"], secrets=secrets) as crm:
        one, other = crm.for_shop("one"), crm.for_shop("other")
        one.plugins.configure("whatsapp", phone_number_id="1")
        other.plugins.configure("whatsapp", phone_number_id="1122334455667")
        assert crm.receive("whatsapp", hook(WRITTEN, SECRETS)).status == 200
        assert crm.receive("whatsapp", hook(body_of("3"), SECRETS)).status == 200
        crm.work()
        assert one.customers.find("+905321112233") is None
        assert len(other.timeline("+905321112233")) == 1


@pytest.mark.parametrize(("token", "wanted"), [(SECRETS["verify_token"], 200), ("wrong", 405), ("", 405)])
def test_the_handshake_is_answered_to_who_knows_the_token(crm, token, wanted):
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}
    answer = crm.receive("whatsapp", Request("GET", "/webhooks/whatsapp", query=query))
    assert answer.status == wanted
    assert (answer.body == b"1158201444") == (wanted == 200)


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample requests are not here")
@pytest.mark.parametrize(
    ("file", "name", "kind", "text"),
    [
        ("message_status", "delivered", "Message Delivered", None),
        ("message_status", "read", "Message Opened", None),
        ("message_status", "failed", "Message Refused", None),
        ("message_status", "played", None, None),
        ("message_status", "group", None, None),
        ("message", "text", "Message Received", "Body Text"),
        ("message", "video", "Message Received", "caption"),
        ("message", "reply", "Message Received", "replied text"),
        ("message", "reaction", "Message Received", "😮"),
        ("message", "chosen_location", "Message Received", "Facebook HQ"),
        ("message", "unsupported", None, None),
        ("callback_button", "button", "Message Received", "title"),
        ("callback_button", "quick_reply", "Message Received", "title"),
        ("callback_selection", "callback", "Message Received", "title"),
        ("system", "phone_number_change", None, None),
        ("template_status_update", None, None, None),
    ],
)
def test_sample_webhooks_are_read(file, name, kind, text):
    whole = json.loads((SAMPLES / f"{file}.json").read_text(encoding="utf-8"))
    body = whole[name] if name else next(iter(whole.values()))
    found = list(translate(body, Delivery("main")))
    assert [one.event_name for one in found] == ([kind] if kind else [])
    assert [getattr(one, "text", None) for one in found] == ([text] if kind else [])


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample requests are not here")
def test_every_sample_is_read_without_an_error():
    for path in SAMPLES.glob("*.json"):
        for body in json.loads(path.read_text(encoding="utf-8")).values():
            if isinstance(body, dict) and "entry" in body and path.stem != "outgoing_message":
                for event in translate(body, Delivery("main")):
                    assert event.customer.phone
