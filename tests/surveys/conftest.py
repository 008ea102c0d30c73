"""A CRM that sends by pigeon, with a survey that is live."""

from __future__ import annotations

import pytest

from ecrm import CRM, Who, events
from ecrm.surveys import AtMost, Consent, LongText, Nps, Survey
from messages.pigeon import Pigeons

AYSE = Who(email="ayse@example.org")
MEHMET = Who(email="mehmet@example.org")


def mood() -> Survey:
    """Give a survey of three questions."""
    return Survey(
        "mood",
        {"en": "Your opinion", "tr": "Görüşünüz"},
        [
            Nps("score", {"en": "Would you recommend us?", "tr": "Bizi önerir misiniz?"}),
            LongText("why", {"en": "What went wrong?", "tr": "Ne oldu?"}, when=AtMost("answer.score", 6)),
            Consent("news", {"en": "May we write?", "tr": "Yazalım mı?"}, purpose="marketing", channel="pigeon"),
        ],
        default_language="en",
    )


def delivered(who=AYSE, order_id="7", **more):
    """Say that an order was delivered."""
    return events.OrderDelivered(order_id=order_id, customer=who, **more)


def token_in(sent) -> str:
    """Read the token from what was sent."""
    return next(word for word in sent.text.split() if "/survey/" in word).rpartition("/")[2]


@pytest.fixture
def pigeons():
    return Pigeons()


@pytest.fixture
def opened(database_url, clock):
    """Open CRMs with plugins of the test's; they close at its end."""
    found = []

    def open_(*plugins, **more):
        made = CRM(database_url, clock=clock, plugins=list(plugins), on_error="raise", **more)
        found.append(made)
        made.messages.configure(
            delivery="live", public_url="https://shop.example/crm", channels=["pigeon", "raven"], caps=[]
        )
        made.surveys.write(mood())
        made.surveys.publish("mood")
        return made

    yield open_
    for made in found:
        made.close()


@pytest.fixture
def crm(opened, pigeons):
    return opened(pigeons)


@pytest.fixture
def wait(crm, clock):
    """Let time go by, day by day, with the worker at work."""

    def wait_(days):
        for _ in range(days):
            clock.advance(days=1)
            crm.work()

    return wait_
