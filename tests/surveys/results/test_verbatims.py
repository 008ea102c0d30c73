"""What people wrote is found by what is in it, newest first, with who wrote it and how they scored."""

from __future__ import annotations

import datetime as dt

import pytest

from ecrm.errors import InvalidError
from surveys.conftest import AYSE
from surveys.results.conftest import told


def texts(crm, survey="every", **how):
    return [one.text for one in crm.surveys.verbatims(survey, **how)]


@pytest.fixture
def written(answer, clock):
    for answers in (
        {"score": 2, "why": "ISPARTA'ya geç geldi.", "name": "Ali", "mail": "ali@example.com"},
        {"score": 9, "reason": {"other": "İstanbul is far"}, "liked": ["price", {"other": "the CAT"}]},
        {"score": 7, "colour": "red"},
    ):
        answer(answers)
        clock.advance(hours=1)


def test_the_newest_stand_first_with_who_wrote_them_and_their_band(crm, written, answer):
    answer({"score": 0, "why": "Never again."}, who=AYSE)
    first, *rest = crm.surveys.verbatims("every")
    assert (first.text, first.question, first.kind, first.score, first.band, first.version) == (
        "Never again.", "why", "nps", 0, "detractor", "1",
    )  # fmt: skip
    assert first.customer_id == crm.customers.find(AYSE).id
    assert first.interaction_id == crm.timeline(AYSE)[0].id
    assert first.at == crm.timeline(AYSE)[0].at
    assert [one.text for one in rest] == ["İstanbul is far", "the CAT", "ISPARTA'ya geç geldi.", "Ali"]
    assert "Never" not in repr(first)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ısparta", 1), ("isparta", 1), ("İSPARTA", 1), ("GEÇ", 1), ("istanbul IS", 1), ("cat", 1), ("ali@", 0),
        ("", 4), ("%", 0), ("red", 0),
    ],
)  # fmt: skip
def test_case_and_the_dots_of_turkish_letters_do_not_matter(crm, written, search, found):
    assert len(texts(crm, search=search)) == found


def test_they_are_narrowed_by_band_time_and_number(crm, written, clock):
    assert texts(crm, band="detractor") == ["ISPARTA'ya geç geldi.", "Ali"]
    assert texts(crm, band="promoter", search="cat") == ["the CAT"]
    assert texts(crm, band="satisfied") == []
    assert texts(crm, limit=1) == ["İstanbul is far"]
    later = clock() - dt.timedelta(hours=2, minutes=30)
    assert texts(crm, since=later) == ["İstanbul is far", "the CAT"]
    assert texts(crm, until=later) == ["ISPARTA'ya geç geldi.", "Ali"]
    for wrong in ({"band": "angry"}, {"limit": 0}, {"limit": 1_001}, {"since": "today"}):
        with pytest.raises(InvalidError):
            crm.surveys.verbatims("every", **wrong)


def test_what_events_told_of_is_among_them(crm):
    crm.record(told(1, kind="csat", score=1, text="It broke."))
    crm.record(told(2, text=""))
    (one,) = crm.surveys.verbatims("told")
    assert (one.text, one.question, one.band, one.version) == ("It broke.", "text", "unsatisfied", None)


def test_answers_that_are_no_text_are_not_shown(crm):
    crm.record(told(1, "every", answers={"why": 7, "reason": {"other": 7}, "liked": "x", "name": ["a"]}))
    assert texts(crm) == []
