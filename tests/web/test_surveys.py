"""A survey on its pages: a GET changes nothing, one question at a time or all, in the customer's language."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from ecrm import CRM, Who
from ecrm.hookspecs import QuestionKind, hookimpl
from ecrm.http import Request
from ecrm.surveys import AtMost, Choice, LongText, Matrix, Message, Multiple, Nps, Ranking, Single, Survey, YesNo
from ecrm.web import Site
from story import AYSE


def survey():
    """Give a survey of every shape of form."""
    return Survey(
        "mood",
        {"en": "Your opinion", "tr": "Görüşünüz"},
        [
            Message("hello", {"en": "Two minutes.", "tr": "İki dakika."}),
            Nps("score", {"en": "Recommend <us>?", "tr": "Önerir misiniz?"}, is_required=True),
            LongText("why", {"en": "What went wrong?", "tr": "Ne oldu?"}, when=AtMost("answer.score", 6)),
            Single(
                "who", {"en": "For whom?", "tr": "Kime?"}, choices={"me": {"en": "Me", "tr": "Bana"}}, has_other=True
            ),
            Multiple("liked", "?", choices=[Choice("price", "P"), Choice("speed", "S")]),
            Ranking("order", "?", choices={"price": "P", "speed": "S"}),
            Matrix("grid", "?", choices={"good": "G", "bad": "B"}, rows={"price": "P", "speed": "S"}),
            YesNo("again", "?"),
        ],
        default_language="en",
    )


@pytest.fixture
def site(crm):
    crm.messages.configure(public_url="https://shop.example/crm")
    crm.surveys.write(survey())
    crm.surveys.publish("mood")
    return Site(crm)


@pytest.fixture
def token(crm, site):
    crm.customers.upsert(AYSE, language="tr")
    crm.surveys.start("mood")
    return crm.surveys.url_of(crm.surveys.invite(AYSE, "mood")).rpartition("/")[2]


def get(site, token, **query):
    answer = site.answer(Request("GET", f"/survey/{token}", query=query))
    return answer.status, unescape(answer.body.decode())


def post(site, token, *fields):
    answer = site.answer(Request("POST", f"/survey/{token}", urlencode(fields).encode()))
    return answer.status, unescape(answer.body.decode())


def shown_in(page):
    return re.findall(r'name="shown" value="(\w+)"', page)


def test_a_click_in_a_mail_chooses_the_score_and_answers_nothing(crm, site, token):
    status, page = get(site, token, score="9")
    assert (status, shown_in(page)) == (200, ["hello", "score"])
    assert re.search(r'value="9" checked', page)
    assert "Önerir misiniz?" in page
    assert [one.kind for one in crm.timeline(AYSE)] == ["Customer Updated"]
    assert "checked" not in get(site, token)[1]
    for wrong in ("11", "-1", "x", "٩", "9" * 5_000):
        assert "checked" not in get(site, token, score=wrong)[1]


def test_one_question_comes_after_the_other_and_who_returns_goes_on(crm, site, token):
    status, page = post(site, token, ("shown", "hello"), ("shown", "score"), ("a.score", "3"))
    assert (status, shown_in(page)) == (200, ["why"])
    assert shown_in(get(site, token)[1]) == ["why"]
    _, page = post(site, token, ("shown", "why"), ("a.why", "Geç geldi."))
    assert shown_in(page) == ["who"]
    _, page = post(site, token, ("shown", "who"), ("a.who", "other"), ("a.who.other", "Anneme"))
    assert shown_in(page) == ["liked"]
    _, page = post(site, token, ("shown", "liked"), ("a.liked", "speed"), ("a.liked", "price"))
    _, page = post(site, token, ("shown", "order"), ("a.order.price", "2"), ("a.order.speed", "1"))
    _, page = post(site, token, ("shown", "grid"), ("a.grid.price", "good"), ("a.grid.speed", "bad"))
    assert shown_in(page) == ["again"]
    status, page = post(site, token, ("shown", "again"), ("a.again", "yes"))
    assert (status, "Teşekkür" in page) == (200, True)
    answers = next(one for one in crm.timeline(AYSE) if one.kind == "Survey Answered").properties["answers"]
    assert answers == {
        "score": 3, "why": "Geç geldi.", "who": {"other": "Anneme"}, "liked": ["price", "speed"],
        "order": ["speed", "price"], "grid": {"price": "good", "speed": "bad"}, "again": True,
    }  # fmt: skip
    assert "zaten" in get(site, token)[1]
    assert "zaten" in post(site, token, ("shown", "again"), ("a.again", "no"))[1]


def test_all_questions_stand_on_one_page_and_what_an_answer_opens_comes_after(site, token):
    _, page = get(site, token, all="1")
    shown = [("shown", key) for key in shown_in(page)]
    assert ("shown", "why") not in shown
    assert ("shown", "again") in shown
    _, page = post(site, token, ("all", "1"), *shown, ("a.score", "2"))
    again = [("shown", key) for key in shown_in(page)]
    assert ("shown", "why") in again
    assert "Teşekkür" in post(site, token, ("all", "1"), *again, ("a.score", "2"), ("a.why", "Geç."))[1]


def test_a_bad_answer_is_shown_again_and_marked(crm, site, token):
    for fields in ([("a.score", "99")], [], [("a.score", "")]):
        status, page = post(site, token, ("shown", "score"), *fields)
        assert (status, shown_in(page)) == (400, ["score"])
        assert 'role="alert"' in page
    assert post(site, token, ("shown", "nothing"), ("a.nothing", "1"))[0] in {200, 400}
    assert [one.state for one in crm.surveys.invitations()] == ["asked"]


def test_what_a_customer_wrote_is_escaped(site, token):
    post(site, token, ("shown", "score"), ("a.score", "1"))
    post(site, token, ("shown", "why"), ("a.why", "<script>alert(1)</script>"))
    answer = site.answer(Request("GET", f"/survey/{token}", query={"all": "1"}))
    assert b"<script>" not in answer.body
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_link_for_everybody_is_answered_by_each_who_opens_it(crm, site):
    link = crm.surveys.link("mood", location_id="kadikoy").rpartition("/")[2]
    status, page = get(site, link)
    own = re.search(r'action="([^"]+)"', page)[1]
    assert (status, own != link) == (200, True)
    assert "Recommend <us>?" in page
    assert shown_in(post(site, own, ("shown", "score"), ("a.score", "9"))[1]) == ["who"]
    assert post(site, link, ("shown", "score"), ("a.score", "9"))[0] in {200, 410}


def test_what_is_no_survey_is_gone_and_what_is_too_much_is_refused(site, token):
    assert get(site, "forged")[0] == 410
    assert get(site, token[:-3])[0] == 410
    assert site.answer(Request("PUT", f"/survey/{token}")).status == 405
    assert site.answer(Request("POST", f"/survey/{token}", b"x" * 200_000)).status == 413
    assert site.answer(Request("POST", f"/survey/{token}", b"&a=1" * 3_000)).status == 413


def test_a_customer_who_was_erased_is_told_no_more(crm, site, token):
    crm.privacy.erase(AYSE, because="they asked for it")
    assert get(site, token)[0] == 410
    assert post(site, token, ("shown", "score"), ("a.score", "9"))[0] == 410


def test_a_shop_of_the_same_database_is_served_by_its_own_key(crm, site):
    outlet = crm.for_shop("outlet")
    outlet.messages.configure(public_url="https://outlet.example/crm")
    outlet.surveys.write(survey())
    outlet.surveys.publish("mood")
    link = outlet.surveys.link("mood").rpartition("/")[2]
    assert get(site, link)[0] == 200
    outlet.customers.upsert(Who(email="can@example.org"))
    url = outlet.surveys.url_of(outlet.surveys.invite("can@example.org", "mood"))
    assert post(site, url.rpartition("/")[2], ("shown", "score"), ("a.score", "9"))[0] == 200


def test_answers_that_are_too_long_together_are_told_so_and_the_rest_is_taken(crm, site):
    crm.customers.upsert(AYSE, language="en")
    crm.surveys.write(Survey("long", "Long", [LongText(f"text_{number}", "?") for number in range(20)]))
    crm.surveys.publish("long")
    crm.surveys.start("long")
    token = crm.surveys.url_of(crm.surveys.invite(AYSE, "long")).rpartition("/")[2]
    for number in range(15):
        status, _ = post(site, token, ("shown", f"text_{number}"), (f"a.text_{number}", "ş" * 10_000))
        assert status == 200
    status, page = post(site, token, ("shown", "text_15"), ("a.text_15", "ş" * 10_000))
    assert status == 400
    assert "all your answers together are too long" in page
    fields = [part for number in range(15, 20) for part in (("shown", f"text_{number}"), (f"a.text_{number}", ""))]
    status, page = post(site, token, *fields)
    assert (status, "Thank you" in page) == (200, True)
    assert crm.surveys.results("long").n == 1


class Meanwhile:
    """A plugin whose answers take long enough for something else to happen."""

    name = "meanwhile"

    def __init__(self):
        self.happens = []

    def check(self, answer, _):
        while self.happens:
            self.happens.pop()()
        return str(answer)

    @hookimpl
    def register_question_kinds(self):
        return [QuestionKind("slow", "It takes a while.", self.check)]


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (lambda crm, token: crm.surveys.answer(token, {"word": "no"}), (200, "you have answered this already")),
        (lambda crm, _: crm.privacy.erase(AYSE, because="they asked for it"), (410, "not valid any more")),
    ],
    ids=["answered", "erased"],
)
def test_what_happened_while_a_page_was_read_is_said_and_not_a_failure(database_url, clock, happens, said):
    plugin = Meanwhile()
    with CRM(database_url, clock=clock, plugins=[plugin], on_error="raise") as crm:
        crm.upgrade()
        crm.messages.configure(public_url="https://shop.example/crm")
        crm.customers.upsert(AYSE, language="en")
        asks = {"kind": "slow", "key": "word", "asks": "Which?"}
        crm.surveys.write({"key": "asked", "title": "Asked", "questions": [asks]})
        crm.surveys.publish("asked")
        crm.surveys.start("asked")
        token = crm.surveys.url_of(crm.surveys.invite(AYSE, "asked")).rpartition("/")[2]
        plugin.happens.append(lambda: happens(crm, token))
        status, page = post(Site(crm), token, ("shown", "word"), ("a.word", "yes"))
        assert (status, said[1] in page) == (said[0], True), page
        assert not plugin.happens
