from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import ssl
import sys

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from ecrm.errors import SetupError, UnavailableError
from ecrm.hookspecs import Delivery
from ecrm.http import Request
from ecrm.plugins.ses.plugin import Ses, translate
from ecrm.plugins.ses.sns import Sns, fetch, signed_text
from ecrm.testing import FrozenCRM, SourceCase, SourceContract
from emailrequests import body_of, samples
from postoffice import make_certificate
from providers import basic, https_server

KEY = "a key of sixteen or more"
TOPIC = "arn:aws:sns:eu-central-1:1234567890:SES_Events"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem"
SUBSCRIBE = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=1"
OURS = "019b76daa80070008000000000000001"
SET = {"topics": TOPIC}


def certified(key):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(start).not_valid_after(start + dt.timedelta(days=365)).sign(key, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM)


AMAZON, FORGER = (rsa.generate_private_key(65537, 2048) for _ in range(2))
PEM = certified(AMAZON)


class Amazon:
    """Give the certificate, and remember what was asked for."""

    def __init__(self, pem=PEM):
        self.asked = []
        self.pem = pem

    def __call__(self, url):
        self.asked.append(url)
        if self.pem is None:
            raise UnavailableError("away")
        return self.pem


def notification(message, id_="m-1", **more):
    told = {"Type": "Notification", "MessageId": id_, "TopicArn": TOPIC, "Message": message}
    return told | {"Timestamp": "2026-01-01T12:00:00.000Z", "SigningCertURL": CERTIFICATE} | more


def signed(told, key=AMAZON, version="2"):
    digest = hashes.SHA1() if version == "1" else hashes.SHA256()  # noqa: S303 - Amazon's own version 1
    made = key.sign(signed_text(told), padding.PKCS1v15(), digest)
    return json.dumps(told | {"SignatureVersion": version, "Signature": base64.b64encode(made).decode()}).encode()


def posted(body, key=KEY):
    return Request("POST", "/webhooks/ses", body, {"authorization": basic("sns", key), "content-type": "text/plain"})


def hook(body, secrets):
    with contextlib.suppress(ValueError, TypeError, AttributeError, RecursionError, KeyError):
        body = signed(json.loads(body))
    return posted(body, secrets["webhook_key"])


MAIL = {
    "timestamp": "2026-01-01T11:59:58.000Z", "messageId": "0107-1", "destination": ["ayse@example.com"],
    "commonHeaders": {"messageId": f"<{OURS}@shop.example>"},
}  # fmt: skip


def delivered(to="ayse@example.com"):
    delivery = {"timestamp": "2026-01-01T11:59:59.000Z", "recipients": [to], "smtpResponse": "250 ok"}
    return json.dumps({"eventType": "Delivery", "mail": MAIL, "delivery": delivery})


BODIES = [
    json.dumps(notification(delivered(), "m-1")).encode(),
    json.dumps(notification(delivered("mehmet@example.com"), "m-2")).encode(),
]


class TestContract(SourceContract):
    """What is signed is what JSON says, and not its bytes; the key stands in a header."""

    signs_bodies = False

    @pytest.fixture
    def source(self):
        people = ["ayse@example.com", "mehmet@example.com"]
        return SourceCase(Ses(Amazon()), {"webhook_key": KEY}, SET, bodies=BODIES, sign=hook, personal=people)


@pytest.fixture
def amazon():
    return Amazon()


@pytest.fixture
def crm(tmp_path, amazon):
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    with FrozenCRM(url, plugins=[Ses(amazon)], secrets={"ses.webhook_key": KEY}) as opened:
        opened.plugins.configure("ses", **SET)
        yield opened


def status(crm, body, key=KEY):
    return crm.receive("ses", posted(body, key)).status


def told(crm, *messages):
    for place, message in enumerate(messages):
        text = message if isinstance(message, str) else json.dumps(message)
        assert status(crm, signed(notification(text, f"m-{place}"))) == 200
    crm.work()
    return list(crm.timeline("ayse@example.com"))


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_amazon_signed_is_taken_in_either_version(crm, version):
    assert status(crm, signed(notification(delivered()), version=version)) == 200
    crm.work()
    [kept] = crm.timeline("ayse@example.com")
    assert kept.kind == "Email Delivered"
    assert kept.properties["message_id"] == "019b76da-a800-7000-8000-000000000001"


@pytest.mark.parametrize(
    "body",
    [
        signed(notification(delivered()), FORGER),
        signed(notification(delivered()), version="1").replace(b'"1"', b'"3"'),
        signed(notification(delivered()), version="1").replace(b'Version": "1"', b'Version": "2"'),
        *(
            json.dumps(json.loads(signed(notification(delivered()))) | changed).encode()
            for changed in (
                {"Message": delivered("mehmet@example.com")}, {"TopicArn": "arn:other"}, {"MessageId": "m-9"},
                {"Timestamp": "2026-01-02T12:00:00.000Z"}, {"Subject": "new"}, {"Signature": "!"}, {"Signature": ""},
                {"Type": "SubscriptionConfirmation"},
            )
        ),
    ],
)  # fmt: skip
def test_what_amazon_did_not_sign_is_refused(crm, body):
    assert status(crm, body) == 401
    assert crm.inbox.counts() == {"waiting": 0, "done": 0, "rejected": 0}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x.pem", "http://sns.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem", "https://sns.evil.example/x.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem", "https://sns.eu-central-1.amazonaws.com:444/x.pem",
        "https://s3.amazonaws.com/x.pem", "https://sns.eu-central-1.amazonaws.com/x.txt", "",
    ],
)  # fmt: skip
def test_a_certificate_of_somebody_else_is_not_even_fetched(crm, amazon, url):
    assert status(crm, signed(notification(delivered(), SigningCertURL=url))) == 401
    assert amazon.asked == []


def test_a_certificate_is_fetched_once(crm, amazon):
    told(crm, delivered(), delivered("mehmet@example.com"))
    assert amazon.asked == [CERTIFICATE]


def test_where_the_certificate_can_not_be_fetched_amazon_tries_again(crm, amazon):
    amazon.pem = None
    assert status(crm, signed(notification(delivered()))) == 503
    amazon.pem = b"no certificate"
    assert status(crm, signed(notification(delivered()))) == 503
    amazon.pem = PEM
    assert status(crm, signed(notification(delivered()))) == 200


def test_a_certificate_of_another_kind_is_refused(crm, amazon):
    amazon.pem = certified(ec.generate_private_key(ec.SECP256R1()))
    assert status(crm, signed(notification(delivered()))) == 401


def test_who_shows_no_key_is_asked_for_it(crm):
    answer = crm.receive("ses", Request("POST", "/webhooks/ses", signed(notification(delivered()))))
    assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Basic realm="ecrm"')
    assert status(crm, signed(notification(delivered())), "another key of sixteen") == 401


def test_a_topic_that_the_shop_does_not_believe_is_refused(crm):
    assert status(crm, signed(notification(delivered(), TopicArn="arn:aws:sns:eu-central-1:666:Other"))) == 403


def subscription(**more):
    return notification("You have chosen…", **more) | {
        "Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": SUBSCRIBE, **more,
    }  # fmt: skip


def test_a_subscription_is_confirmed_once_amazon_signed_it(crm, amazon):
    assert status(crm, signed(subscription())) == 200
    assert amazon.asked == [CERTIFICATE, SUBSCRIBE]
    assert crm.inbox.counts()["waiting"] == 0


def test_a_subscription_leads_nowhere_else(crm, amazon):
    assert status(crm, signed(subscription(SubscribeURL="https://evil.example/"))) == 400
    assert status(crm, signed(subscription(), FORGER)) == 401
    assert amazon.asked == [CERTIFICATE]


def test_that_a_topic_is_unsubscribed_keeps_nothing(crm):
    assert status(crm, signed(subscription(Type="UnsubscribeConfirmation"))) == 200


@pytest.mark.parametrize(
    ("told_", "kind", "properties"),
    [
        (
            {"eventType": "Bounce", "bounce": {
                "bounceType": "Permanent", "bounceSubType": "General", "timestamp": "2026-01-01T12:00:00Z",
                "bouncedRecipients": [{"emailAddress": "ayse@example.com", "diagnosticCode": "smtp; 550 5.1.1"}]}},
            "Email Bounced", {"is_hard": True, "reason": "address", "raw": "smtp; 550 5.1.1"},
        ),
        (
            {"eventType": "Bounce", "bounce": {
                "bounceType": "Transient", "bounceSubType": "MailboxFull",
                "bouncedRecipients": [{"emailAddress": "ayse@example.com"}]}},
            "Email Bounced", {"is_hard": False, "reason": "limit"},
        ),
        (
            {"eventType": "Complaint", "complaint": {
                "complainedRecipients": [{"emailAddress": "ayse@example.com"}], "complaintFeedbackType": "abuse"}},
            "Email Marked as Spam", {"raw": "abuse"},
        ),
        ({"eventType": "Open", "open": {"timestamp": "2026-01-01T12:00:00Z"}}, "Email Opened", {"automated": True}),
        (
            {"eventType": "Click", "click": {
                "timestamp": "2026-01-01T12:30:00Z", "link": "https://shop.example/", "userAgent": "Mozilla/5.0"}},
            "Email Link Clicked", {"link_url": "https://shop.example/"},
        ),
        (
            {"eventType": "Click", "click": {
                "timestamp": "2026-01-01T12:00:00Z", "link": "https://shop.example/", "userAgent": "Mozilla/5.0"}},
            "Email Link Clicked", {"automated": True},
        ),
        ({"eventType": "Reject", "reject": {"reason": "Bad content"}}, "Message Refused", {"reason": "content"}),
        (
            {"eventType": "Rendering Failure", "failure": {"errorMessage": "no name"}}, "Message Refused",
            {"raw": "no name"},
        ),
        (
            {"eventType": "Subscription", "subscription": {"newTopicPreferences": {"unsubscribeAll": True}}},
            "Unsubscribed", {},
        ),
    ],
)  # fmt: skip
def test_each_event_of_ses_is_kept_as_ours(crm, told_, kind, properties):
    [kept] = told(crm, told_ | {"mail": MAIL})
    assert kept.kind == kind
    assert properties.items() <= kept.properties.items()
    assert kept.properties["provider_id"] == "0107-1"


def test_a_reader_that_clicks_is_no_program(crm):
    click = {"timestamp": "2026-01-01T12:30:00Z", "link": "https://shop.example/", "userAgent": "Mozilla/5.0"}
    [kept] = told(crm, {"eventType": "Click", "click": click, "mail": MAIL})
    assert "automated" not in kept.properties


def test_what_tells_nothing_new_is_not_kept(crm):
    assert told(crm, {"eventType": "Send", "mail": MAIL, "send": {}}, "Successfully validated SNS topic") == []


ROWS = [row for row in samples("amazon_ses") if "Notification" in row["body"]]


def names_of(row):
    return [one.event_name for one in translate(json.loads(body_of(row)), Delivery("main"))]


@pytest.mark.skipif(not ROWS, reason="the sample requests are not here")
def test_samples_are_translated():
    found = {row["test"].partition(":")[2]: names_of(row) for row in ROWS if row["test"].startswith("test_amazon")}
    assert found["test_bounce_event"] == ["Email Bounced"]
    assert found["test_multiple_bounce_event"] == ["Email Bounced"] * 2
    assert found["test_complaint_event"] == ["Email Marked as Spam"]
    assert found["test_delivery_event"] == ["Email Delivered"]
    assert found["test_open_event"] == ["Email Opened"]
    assert found["test_click_event"] == ["Email Link Clicked"]
    assert found["test_reject_event"] == found["test_rendering_failure_event"] == ["Message Refused"]
    assert found["test_send_event"] == found["test_sns_confirmation_success_notification"] == []
    assert found["test_inbound_sns_utf8"] == found["test_inbound_sns_base64"] == ["Message Received"]
    assert found["test_inbound_s3"] == []


def test_a_signature_of_amazon_needs_its_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.x509", None)
    with pytest.raises(SetupError, match="secrets"):
        Sns(Amazon()).is_signed(json.loads(signed(notification(delivered()))))


def test_what_is_fetched_comes_whole_and_from_who_it_says_it_is(tmp_path):
    server_context, trusting = make_certificate(tmp_path)
    with https_server(server_context, {"/a.pem": PEM}) as (port, asked):
        url = f"https://localhost:{port}/a.pem"
        assert fetch(url, lambda: trusting) == PEM
        assert fetch(f"{url}?Action=Confirm", lambda: trusting) == PEM
        for wrong, context in (
            (f"https://localhost:{port}/b.pem", lambda: trusting),
            (url, ssl.create_default_context),
        ):
            with pytest.raises(UnavailableError):
                fetch(wrong, context)
    assert asked == ["/a.pem", "/a.pem?Action=Confirm", "/b.pem"]
    with pytest.raises(UnavailableError):
        fetch("https://localhost:9/a.pem", lambda: trusting)
