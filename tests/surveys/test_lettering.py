"""What a mail about a survey says: each step of its scale is a link, the text has one, in Turkish and English."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest

from ecrm import Money, Who, events
from ecrm.http import Request
from ecrm.surveys import AtLeast, Ces, Csat, LongText, Message, Nps, Survey
from ecrm.surveys.lettering import READY
from ecrm.web import Site

AYSE = Who(email="ayse@example.org")


@pytest.fixture
def mailed(crm, pigeons):
    """Have a survey asked, and give the mail."""

    def mail(*questions, language="en", **more):
        crm.customers.upsert(AYSE, language=language)
        title = {"en": "Your opinion", "tr": "Görüşünüz"}
        crm.surveys.write(Survey("asked", title, list(questions), default_language="en"))
        crm.surveys.publish("asked")
        crm.surveys.start("asked", channel="pigeon", **more)
        crm.surveys.invite(AYSE, "asked")
        crm.work()
        return pigeons.sent[-1]

    return mail


def links_in(mail):
    return [unescape(one) for one in re.findall(r'href="([^"]+\?score=\d+)"', mail.html)]


@pytest.mark.parametrize(
    ("scale", "steps"), [(Nps, range(11)), (Csat, range(1, 6)), (Ces, range(1, 8))], ids=["nps", "csat", "ces"]
)
def test_each_step_of_the_scale_is_a_link_that_chooses_it(crm, mailed, scale, steps):
    mail = mailed(
        Message("hello", "Two minutes."),
        scale("score", "How was <it>?", low="Bad", high="Good"),
        LongText("why", "Why?"),
    )
    links = links_in(mail)
    assert [int(link.rpartition("=")[2]) for link in links] == list(steps)
    assert "How was &lt;it&gt;?" in mail.html
    assert f"{steps[0]}: Bad · {steps[-1]}: Good" in mail.html
    # To follow one chooses, and answers nothing.
    path, _, score = links[-1].removeprefix("https://shop.example/crm").partition("?score=")
    page = Site(crm).answer(Request("GET", path, query={"score": score})).body.decode()
    assert re.search(rf'value="{steps[-1]}" checked', page)
    assert crm.surveys.invitations(AYSE)[0].state == "sent"


@pytest.mark.parametrize(("language", "said"), [("tr", "Anketi açın"), ("en", "Open the survey")])
def test_the_text_has_one_link_and_the_mail_speaks_the_readers_language(mailed, language, said):
    mail = mailed(Nps("score", {"en": "Recommend us?", "tr": "Önerir misiniz?"}), language=language)
    assert mail.text.count("/survey/") == 1
    assert "?score" not in mail.text
    assert said in mail.html
    assert {"tr": "Önerir misiniz?", "en": "Recommend us?"}[language] in mail.html


@pytest.mark.parametrize(
    "questions",
    [
        (LongText("why", "Why?"), Nps("score", "How was it?")),
        (Nps("score", "How was it?", when=AtLeast("fact.orders.count", 2)), LongText("why", "Why?")),
        (Nps("score", "How was it?", block="one"), LongText("why", "Why?", block="one")),
    ],
    ids=["another question is first", "for some alone", "in random order"],
)
def test_a_survey_that_does_not_begin_with_a_scale_has_one_link(mailed, questions):
    mail = mailed(*questions)
    assert links_in(mail) == []
    assert mail.html.count("/survey/") == 1


def test_a_reminder_has_the_steps_too(crm, clock, mailed, pigeons):
    mailed(Nps("score", "How was it?"), reminders=["3 days"])
    clock.advance(days=3)
    crm.work()
    assert len(pigeons.sent) == 2
    assert len(links_in(pigeons.sent[-1])) == 11


def test_every_ready_mail_says_what_it_needs():
    assert {(one.name, one.language) for one in READY} == {
        (name, language) for name in ("survey_invitation", "survey_reminder") for language in ("tr", "en")
    }
    for one in READY:
        # Nothing of the frame of a mail is left open.
        assert re.findall(r"(?<!\{)\{\w+\}", one.html) == []
        assert "{{ preferences_url }}" in one.html


def test_the_mail_and_the_page_say_what_is_known_of_whom_they_ask(crm, pigeons):
    crm.shop.configure(zone="Europe/Istanbul")
    crm.customers.upsert(AYSE, name="Ayşe", language="en")
    late = dt.datetime(2025, 12, 30, 22, 30, tzinfo=dt.UTC)
    crm.record(events.OrderCompleted(order_id="7", total=Money("10.00", "TRY"), customer=AYSE, at=late))
    asks = "Is it better than your first {fact.orders.count|some}?"
    crm.surveys.write(Survey("asked", "Your order of {fact.orders.last_at|late}", [Nps("score", asks)]))
    crm.surveys.publish("asked")
    crm.surveys.start("asked", channel="pigeon")
    crm.surveys.invite(AYSE, "asked")
    crm.work()
    assert pigeons.sent[-1].subject == "Your order of 31 December 2025"
    assert "better than your first 1?" in pigeons.sent[-1].html
    path = re.search(r"/survey/\S+", pigeons.sent[-1].text).group()
    assert "Your order of 31 December 2025" in Site(crm).answer(Request("GET", path)).body.decode()
