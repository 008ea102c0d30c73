"""The report says what the results say, on one page that fetches nothing, and reads nobody's words as markup."""

from __future__ import annotations

import datetime as dt
import re
import sys
from html.parser import HTMLParser

import pytest

from ecrm import Money, Who, events
from ecrm.errors import InvalidError, NotFoundError, SetupError
from ecrm.surveys import Choice, Csat, Date, LongText, Matrix, Multiple, Nps, Number, Ranking, Single, Survey, YesNo

DAY = dt.timedelta(days=1)
BOTH = [Choice("a", "Price <b>"), Choice("b", "Service")]
MEAN = '<script>alert("x")</script> & "so" on'


class Reading(HTMLParser):
    """Collect what a page is made of."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.addresses, self.text = set(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href", "action", "data"}]

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def told(crm, clock):
    """A survey of many kinds that two hundred answered, some of whom bought again."""
    crm.shop.configure(currency="TRY", zone="Europe/Istanbul")
    crm.surveys.write(Survey("wide", "How <was> it?", [
        Nps("score", "Would you recommend us?"), Csat("parcel", "And the parcel?"), LongText("why", "Why?"),
        Single("reason", "For what?", choices=BOTH, has_other=True), Multiple("liked", "Liked?", choices=BOTH),
        Ranking("order", "Which first?", choices=BOTH), YesNo("again", "Again?"), Number("age", "How old?"),
        Matrix("grid", "How was", rows=BOTH, choices=BOTH), Date("day", "Which day?"),
    ]))  # fmt: skip
    crm.surveys.publish("wide")
    start, made = clock() - 200 * DAY, []
    for number in range(200):
        who, at = Who(user_id=number), start + (number % 90) * DAY
        score = (10, 8, 2, 9)[number % 4]
        made.append(events.OrderCompleted(order_id=f"a{number}", total=Money(100, "TRY"), customer=who, at=at))
        made.append(events.SurveyAnswered(
            survey_id="wide", version="1", kind="nps", score=score, nps=score, at=at + DAY, customer=who,
            source_id=str(number), answers={
                "score": score, "parcel": 1 + number % 5, "why": MEAN, "reason": "a", "liked": ["a", "b"],
                "order": ["b", "a"], "again": number % 2 == 0, "age": 20 + number % 50,
                "grid": {"a": "a", "b": "b"}, "day": "2026-01-05",
            },
        ))  # fmt: skip
        if score > 8 or number % 8 == 2:
            made.append(
                events.OrderCompleted(order_id=f"b{number}", total=Money(300, "TRY"), customer=who, at=at + 20 * DAY)
            )
    assert not crm.record_many(made).rejected
    return crm


def test_every_section_is_there_and_says_what_the_results_say(told):
    results, did = told.surveys.results("wide", by="orders.count"), told.surveys.said_versus_did("wide")
    page = Reading(told.surveys.report("wide", by="orders.count", verbatims=2))
    text = " ".join(page.text)
    for title in ("Score", "Who answered", "Question by question", "What moves with the score", "By orders.count",
                  "Said versus did", "In their own words", "By week"):  # fmt: skip
        assert title in text
    assert str(results.score.headline) in text
    assert did.sentence in text
    assert "Promoters who left" in text
    assert all(str(group.score.headline) in text for group in results.groups.values())
    assert text.count(MEAN) == 2
    assert "TRY" in text


def test_the_page_runs_and_fetches_nothing_and_no_words_become_markup(told):
    page = Reading(told.surveys.report("wide", verbatims=5))
    assert page.tags & {"script", "iframe", "img", "link", "b"} == set()
    assert all(address.startswith("#") for address in page.addresses)
    assert "How <was> it?" in page.text
    assert "Price <b>" in page.text


def test_a_span_of_days_counts_only_what_is_in_it_and_is_named(told, clock):
    since = (clock() - 100 * DAY).date()
    page = told.surveys.report("wide", since, has_charts=False)
    assert f"{told.surveys.results('wide', since).n:,} answers from {since:%Y-%m-%d}" in page


def test_without_verbatims_nobodys_words_are_on_it(told):
    assert "alert(" not in told.surveys.report("wide", has_charts=False)


def test_charts_are_there_unless_they_are_not_wanted(told, monkeypatch):
    assert told.surveys.report("wide").count("<svg") >= 5
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SetupError, match=r"ecrm\[plots\]"):
        told.surveys.report("wide")
    assert "<svg" not in told.surveys.report("wide", has_charts=False)


def test_a_survey_that_nobody_answered_says_so(crm):
    page = crm.surveys.report("mood", has_charts=False)
    assert "no answers yet" in page
    assert re.search(r"0 answers", page)


def test_a_survey_without_a_score_has_no_score_and_nothing_beside_it(crm):
    crm.surveys.write(Survey("plain", "Plain", [LongText("why", "Why?")]))
    crm.surveys.publish("plain")
    page = crm.surveys.report("plain", has_charts=False)
    assert "Said versus did" not in page
    assert "<h2>Score</h2>" not in page


def test_a_survey_that_another_system_asks_is_reported_by_its_key(crm):
    who = Who(email="ayse@example.org")
    crm.record(events.SurveyAnswered(survey_id="kiosk", kind="csat", score=4, csat=4, customer=who, source_id="1"))
    page = crm.surveys.report("kiosk", has_charts=False)
    assert "<h1>kiosk</h1>" in page
    assert "CSAT 100.0 %" in page


def test_what_can_not_be_reported_says_why(crm):
    with pytest.raises(NotFoundError, match="no such survey"):
        crm.surveys.report("nothing")
    with pytest.raises(NotFoundError):
        crm.surveys.report("mood", by="colour")
    with pytest.raises(InvalidError, match="zone"):
        crm.surveys.report("mood", dt.datetime(2026, 1, 1))  # noqa: DTZ001 - without a zone, as it may come
