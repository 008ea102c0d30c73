from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.messages.letters.letter import read_letter
from ecrm.messages.letters.naming import bounce_address_of, id_in, message_id_of
from ecrm.messages.letters.status import MailStatus

OURS = "019b76daa80070008000000000000001"


def dsn(action="failed", status="5.1.1", diagnostic="smtp; 550 5.1.1 User unknown", to=f"bounces+{OURS}@shop.example"):
    return f"""\
From: MAILER-DAEMON@mx.example.net
To: {to}
Message-ID: <bounce-1@mx.example.net>
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; Ayse@example.com
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

Final-Recipient: rfc822; <mehmet@example.com>
Action: delivered
Status: 2.0.0

--b
Content-Type: message/rfc822

From: shop@shop.example
To: ayse@example.com
Message-ID: <{OURS}@shop.example>
Subject: Selam

Merhaba
--b--
""".replace("\n", "\r\n").encode()


COMPLAINT = f"""\
From: fbl@isp.example
To: abuse@shop.example
Message-ID: <arf-1@isp.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

Spam.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1
Original-Rcpt-To: ayse@example.com

--b
Content-Type: text/rfc822-headers

From: shop@shop.example
To: ayse@example.com
Message-ID: <{OURS}@shop.example>
--b--
""".replace("\n", "\r\n").encode()


def written(*headers, body="Merhaba"):
    lines = ["From: Ayşe <ayse@example.com>", "Message-ID: <answer-1@example.com>", *headers, "", body]
    return "\r\n".join(lines).encode()


def test_a_bounce_is_of_the_recipient_and_of_the_message_that_its_address_names():
    bounced, delivered = read_letter(dsn(), "email")
    assert (bounced.event_name, bounced.is_hard, bounced.reason) == ("Email Bounced", True, "address")
    assert bounced.customer.email == "Ayse@example.com"
    assert bounced.message_id == "019b76da-a800-7000-8000-000000000001"
    assert bounced.raw == "5.1.1 smtp; 550 5.1.1 User unknown"
    assert (delivered.event_name, delivered.customer.email) == ("Email Delivered", "mehmet@example.com")
    assert bounced.source_id != delivered.source_id


def test_a_bounce_names_its_message_by_what_it_returns_too():
    bounced, _ = read_letter(dsn(to="shop@shop.example"), "email")
    assert bounced.message_id == "019b76da-a800-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("status", "diagnostic", "is_hard", "reason"),
    [
        ("5.2.2", "smtp; 552 5.2.2 Full", False, "limit"),
        ("5.7.1", "smtp; 554 5.7.1 Spam", False, "blocked"),
        ("5.0.0", "smtp; 550 No such user", True, "address"),
        ("4.4.7", "smtp; 450 later", False, "expired"),
        ("5.1.2", "dns; no such domain", True, "address"),
    ],
)
def test_whether_a_bounce_is_for_good_is_told_by_its_status(status, diagnostic, is_hard, reason):
    bounced, _ = read_letter(dsn(status=status, diagnostic=diagnostic), "email")
    assert (bounced.is_hard, bounced.reason) == (is_hard, reason)


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", "nonsense"])
def test_what_is_not_known_yet_is_no_event(action):
    assert [one.event_name for one in read_letter(dsn(action), "email")] == ["Email Delivered"]


def test_a_complaint_is_of_the_recipient():
    [complained] = read_letter(COMPLAINT, "email")
    assert complained.event_name == "Email Marked as Spam"
    assert complained.customer.email == "ayse@example.com"
    assert complained.message_id == "019b76da-a800-7000-8000-000000000001"


def test_a_complaint_that_was_a_mistake_is_no_event():
    assert read_letter(COMPLAINT.replace(b"Type: abuse", b"Type: not-spam"), "email") == []


def test_a_complaint_may_name_its_recipient_in_what_it_returns():
    raw = COMPLAINT.replace(b"Original-Rcpt-To: ayse@example.com\r\n", b"").replace(
        b"text/rfc822-headers", b"message/rfc822"
    )
    [complained] = read_letter(raw, "email")
    assert complained.customer.email == "ayse@example.com"


def test_an_answer_belongs_to_the_message_it_answers():
    references = f"References: <other@x.example>\r\n <{OURS}@shop.example>"
    [event] = read_letter(written("Subject: =?utf-8?b?xLDFn3Rl?=", references), "email")
    assert event.conversation_id == "019b76da-a800-7000-8000-000000000001"
    assert (event.subject, event.text, event.channel, event.direction) == ("İşte", "Merhaba", "email", "in")
    assert event.message_id == "answer-1@example.com"
    assert event.actor is None


def test_an_answer_to_somebody_else_belongs_to_the_mail_that_began_it():
    [event] = read_letter(written("References: <first@x.example> <second@x.example>"), "email")
    assert event.conversation_id == "first@x.example"
    [event] = read_letter(written(), "email")
    assert event.conversation_id == "answer-1@example.com"


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied", "Precedence: auto_reply", "Precedence: bulk", "X-Autoreply: yes"]
)
def test_what_a_program_answers_is_marked(header):
    [event] = read_letter(written(header), "email")
    assert event.actor.kind == "system"
    assert event.context == {"automated": True}


def test_what_a_person_writes_is_not_marked():
    [event] = read_letter(written("Auto-Submitted: no"), "email")
    assert event.actor is None


def test_html_alone_is_read_as_text():
    body = "<style>x</style><p>Merhaba</p><p>d&uuml;nya<br>!</p><script>y</script>"
    [event] = read_letter(written("Content-Type: text/html; charset=utf-8", body=body), "email")
    assert event.text == "Merhaba\ndünya\n!"


def test_attachments_are_named():
    raw = written(
        "MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"',
        body='--b\r\nContent-Type: text/plain\r\n\r\nBak\r\n--b\r\nContent-Type: image/png\r\n'
        'Content-Disposition: attachment; filename="resim.png"\r\n\r\nx\r\n--b--',
    )  # fmt: skip
    [event] = read_letter(raw, "email")
    assert (event.text, event.attachments) == ("Bak", ("resim.png",))


def test_a_charset_nobody_knows_loses_no_mail():
    [event] = read_letter(written("Content-Type: text/plain; charset=klingon"), "email")
    assert event.text == "Merhaba"


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n\r\n", b"From: nobody\r\n\r\nx", b"Return-Path: <>\r\nFrom: a@b.example\r\n\r\nx"]
)
def test_what_comes_from_nobody_is_no_event(raw):
    assert read_letter(raw, "email") == []


def test_the_same_mail_has_the_same_ids():
    raw = b"From: ayse@example.com\r\n\r\nWithout an id"
    assert read_letter(raw, "email") == read_letter(raw, "email")
    assert len(read_letter(raw, "email")[0].source_id) == 64


@given(st.binary(max_size=400), st.sampled_from([dsn(), COMPLAINT, written()]), st.integers(0, 800))
def test_no_bytes_break_the_reader_but_by_an_address_that_is_none(noise, raw, place):
    try:
        read_letter(raw[:place] + noise + raw[place:], "email")
    except ValueError as error:
        assert hasattr(error, "fields")  # noqa: PT017 - what is refused is refused by our own error


@given(st.uuids(version=4).map(lambda one: type(one)(int=(one.int & ~(0xF << 76)) | (7 << 76))))
def test_an_id_is_found_where_it_was_put(id_):
    assert id_in(message_id_of(id_, "shop.example")) == id_
    assert id_in(bounce_address_of(id_, "bounces@shop.example")) == id_
    assert id_in("somebody@shop.example") is None


@pytest.mark.parametrize(
    ("code", "said", "status"),
    [
        (550, "no such user", MailStatus(5, "address")),
        (421, "4.7.0 too many", MailStatus(4, "blocked")),
        (535, "5.7.8 wrong", MailStatus(5, "account")),
        (0, "", MailStatus(0, "other")),
        (552, "5.3.4 too big", MailStatus(5, "content")),
        (550, "10.5.1.1 is an address", MailStatus(5, "address")),
    ],
)
def test_a_reply_is_read_by_its_enhanced_code_first(code, said, status):
    assert MailStatus.of(code, said) == status
