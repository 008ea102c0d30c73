from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest

from ecrm.hookspecs import Delivery
from ecrm.http import Request
from ecrm.plugins.mailgun import translate
from ecrm.signatures import signature
from ecrm.testing import FrozenClock, FrozenCRM, SourceCase, SourceContract
from emailrequests import body_of, request_of, samples

KEY = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0"
NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
SET = {"domain": "mg.shop.example"}
OURS = "019b76daa80070008000000000000001"
JSON = {"content-type": "application/json"}


def signed(token, key=KEY, at=NOW):
    stamp = str(int(at.timestamp()))
    return {"timestamp": stamp, "token": token, "signature": signature(key, f"{stamp}{token}".encode(), form="hex")}


def event(kind, **more):
    told = {"event": kind, "id": f"id-{kind}", "timestamp": NOW.timestamp(), "recipient": "ayse@example.com"}
    return told | {"message": {"headers": {"message-id": f"{OURS}@shop.example"}}} | more


def hook(body, secrets):
    token = hashlib.sha256(body).hexdigest()
    try:
        whole = json.loads(body)
        whole["signature"] = signed(token, secrets["signing_key"])
        body = json.dumps(whole).encode()
    except (ValueError, TypeError, RecursionError):
        pass
    return Request("POST", "/webhooks/mailgun", body, JSON)


BODIES = [json.dumps({"event-data": event(kind)}).encode() for kind in ("delivered", "opened")]


class TestContract(SourceContract):
    """The signature stands in the body, and covers a time and a token."""

    signs_bodies = signs_in_headers = False

    @pytest.fixture
    def source(self):
        return SourceCase("mailgun", {"signing_key": KEY}, SET, bodies=BODIES, sign=hook, personal=["ayse@example.com"])


@pytest.fixture
def clock():
    return FrozenClock(NOW)


@pytest.fixture
def crm(tmp_path, clock):
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    with FrozenCRM(url, plugins=["mailgun"], secrets={"mailgun.signing_key": KEY}, clock=clock) as opened:
        opened.plugins.configure("mailgun", **SET)
        yield opened


def told(crm, *events):
    for one in events:
        body = json.dumps({"event-data": one}).encode()
        assert crm.receive("mailgun", hook(body, {"signing_key": KEY})).status == 200
    crm.work()
    return list(crm.timeline("ayse@example.com"))


def test_the_signature_is_mailguns_own():
    # Source: shared/facts/webhooks.md, recomputed.
    token = "5egbgr1vjgqxtrnp65xfznchgdccwh5d6i09vijqi3whgowmn6"  # noqa: S105 - published
    wanted = "9cfc5c41582e51246e73c88d34db3af0a3a2692a76fbab81492842f000256d33"
    assert signature(KEY, f"1403645220{token}".encode(), form="hex") == wanted


@pytest.mark.parametrize(
    ("kind", "more", "name", "properties"),
    [
        ("delivered", {}, "Email Delivered", {"provider_id": "id-delivered"}),
        ("opened", {}, "Email Opened", {"automated": True}),
        ("complained", {}, "Email Marked as Spam", {}),
        ("unsubscribed", {}, "Unsubscribed", {}),
        ("clicked", {"url": "https://shop.example/a"}, "Email Link Clicked", {"link_url": "https://shop.example/a"}),
        (
            "clicked", {"client-info": {"user-agent": "Barracuda Sentinel"}}, "Email Link Clicked",
            {"automated": True},
        ),
        (
            "failed", {"severity": "permanent", "delivery-status": {"code": 550, "message": "5.1.1 nobody"}},
            "Email Bounced", {"is_hard": True, "reason": "address"},
        ),
        (
            "failed", {"severity": "permanent", "delivery-status": {"code": 552, "message": "5.2.2 full"}},
            "Email Bounced", {"is_hard": False, "reason": "limit"},
        ),
    ],
)  # fmt: skip
def test_each_event_of_mailgun_is_kept_as_ours(crm, kind, more, name, properties):
    [kept] = told(crm, event(kind, **more))
    assert (kept.kind, kept.channel) == (name, "email")
    assert kept.properties["message_id"] == "019b76da-a800-7000-8000-000000000001"
    assert properties.items() <= kept.properties.items()


@pytest.mark.parametrize(
    ("kind", "more"), [("accepted", {}), ("failed", {"severity": "temporary"}), ("something_new", {})]
)
def test_what_tells_nothing_new_is_not_kept(crm, kind, more):
    assert told(crm, event(kind, **more)) == []


def test_what_mailgun_does_not_send_is_told(crm):
    suppressed = event("failed", severity="permanent", reason="suppress-complaint")
    [kept] = told(crm, suppressed)
    assert (kept.kind, kept.properties.get("reason")) == ("Message Refused", "blocked")


def test_a_token_is_taken_once(crm):
    first, other = (
        json.dumps({"event-data": event(kind), "signature": signed("t" * 50)}) for kind in ("opened", "delivered")
    )
    for body in (first, other):
        assert crm.receive("mailgun", Request("POST", "/", body.encode(), JSON)).status == 200
    crm.work()
    assert [one.kind for one in crm.timeline("ayse@example.com")] == ["Email Opened"]


@pytest.mark.parametrize(("hours", "wanted"), [(0, 200), (11, 200), (13, 401), (-1, 401)])
def test_what_was_signed_long_ago_is_refused(crm, hours, wanted):
    at = NOW - dt.timedelta(hours=hours)
    body = json.dumps({"event-data": event("opened"), "signature": signed("t" * 50, at=at)}).encode()
    assert crm.receive("mailgun", Request("POST", "/", body, JSON)).status == wanted


ROWS = samples("mailgun/tracking")
OLD = [row for row in ROWS if row["content_type"].startswith("application/json")]
# The others are about a second key, or about passwords that only that library asks for.
ELSEWHERE = ("defaults_webhook_signing_to_api_key", "supports_credential_rotation", "missing_auth", "bad_auth")
SIGNED = [row for row in OLD if not row["test"].endswith(ELSEWHERE)]


@pytest.mark.parametrize("row", SIGNED, ids=[row["test"] for row in SIGNED])
def test_a_sample_is_believed_or_not_as_a_trusted_library_does(tmp_path, row):
    stamp = int(json.loads(body_of(row)).get("signature", {}).get("timestamp", 0))
    clock = FrozenClock(dt.datetime.fromtimestamp(stamp, dt.UTC))
    url, secrets = f"sqlite:///{tmp_path / 'crm.db'}", {"mailgun.signing_key": "TEST_WEBHOOK_SIGNING_KEY"}
    with FrozenCRM(url, plugins=["mailgun"], secrets=secrets, clock=clock) as crm:
        crm.plugins.configure("mailgun", **SET)
        is_taken = crm.receive("mailgun", request_of(row)).status == 200
    assert is_taken == (row["status"] == 200)


@pytest.mark.skipif(not ROWS, reason="the sample requests are not here")
def test_samples_are_translated():
    found = {}
    for row in OLD:
        whole = json.loads(body_of(row))
        if whole.get("event-data", {}).get("timestamp"):
            made = translate(body_of(row), Delivery("main", context=JSON))
            found[row["test"].partition(":")[2]] = [one.event_name for one in made]
    assert found["test_delivered_event"] == ["Email Delivered"]
    assert found["test_failed_permanent_event"] == ["Email Bounced"]
    assert found["test_failed_temporary_event"] == found["test_failed_greylisted_event"] == []
    assert found["test_rejected_event"] == ["Message Refused"]
    assert found["test_opened_event"] == ["Email Opened"]
    assert found["test_clicked_event"] == ["Email Link Clicked"]
    assert found["test_complained_event"] == ["Email Marked as Spam"]
    assert found["test_unsubscribed_event"] == ["Unsubscribed"]


@pytest.mark.skipif(not ROWS, reason="the sample requests are not here")
@pytest.mark.parametrize("name", ["test_inbound_basics", "test_inbound_mime"])
def test_sample_mails_that_a_route_forwards_are_read(name):
    row = next(row for row in samples("mailgun/inbound") if row["test"].endswith(name))
    [written] = translate(body_of(row), Delivery("main", context={"content-type": row["content_type"]}))
    assert written.event_name == "Message Received"
    assert "@example.org" in written.customer.email
    assert written.text
