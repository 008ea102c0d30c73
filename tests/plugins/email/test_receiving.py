from __future__ import annotations

import base64

import pytest

from ecrm.http import Request
from ecrm.testing import FrozenCRM, SourceCase, SourceContract

KEY = "a key of sixteen or more"
SET = {"sender": "shop@example.org"}


def mail(number, name="ayse@example.com"):
    return f"From: {name}\r\nSubject: Selam {number}\r\nMessage-ID: <{number}@example.com>\r\n\r\nNerede?".encode()


def posted(body, secrets, kind="Bearer"):
    shown = secrets["inbound_key"]
    if kind == "Basic":
        shown = base64.b64encode(f"post:{shown}".encode()).decode()
    return Request("POST", "/webhooks/email", body, {"authorization": f"{kind} {shown}"})


class TestContract(SourceContract):
    """A key covers no body."""

    signs_bodies = False

    @pytest.fixture
    def source(self):
        bodies = [mail(1), mail(2, "Mehmet <mehmet@example.com>")]
        people = ["ayse@example.com", "mehmet@example.com", "Nerede"]
        return SourceCase("email", {"inbound_key": KEY}, SET, bodies=bodies, sign=posted, personal=people)


@pytest.fixture
def crm(tmp_path):
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    with FrozenCRM(url, plugins=["email"], secrets={"email.inbound_key": KEY}) as opened:
        opened.plugins.configure("email", **SET)
        yield opened


def test_what_a_customer_writes_is_on_the_timeline(crm):
    assert crm.receive("email", posted(mail(1), {"inbound_key": KEY}, "Basic")).status == 200
    crm.work()
    [written] = crm.timeline("ayse@example.com")
    assert written.kind == "Message Received"
    assert written.properties["text"] == "Nerede?"


def test_a_mail_that_comes_twice_is_there_once(crm):
    for number in (1, 1, 2):
        crm.receive("email", posted(mail(number), {"inbound_key": KEY}))
    crm.work()
    assert len(crm.timeline("ayse@example.com")) == 2
