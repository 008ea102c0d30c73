"""A survey with every kind of question, and answers to it."""

from __future__ import annotations

import itertools

import pytest

from ecrm import Who, events
from ecrm.hookspecs import QuestionKind, hookimpl
from ecrm.surveys import (
    AtMost,
    Consent,
    Csat,
    Date,
    Email,
    LongText,
    Matrix,
    Message,
    Multiple,
    Nps,
    Number,
    PluginQuestion,
    Ranking,
    ShortText,
    Single,
    Survey,
    YesNo,
)

COLOUR = QuestionKind("colour", "A colour, or true.", check=lambda answer, _: answer)


def every_kind() -> Survey:
    """Ask in every way there is."""
    return Survey(
        "every",
        {"en": "All of it", "tr": "Hepsi"},
        [
            Message("hello", "Two minutes."),
            Nps("score", {"en": "Recommend us?", "tr": "Önerir misiniz?"}),
            LongText("why", "What went wrong?", when=AtMost("answer.score", 6)),
            Single("reason", "Which?", choices={"late": "Late", "wet": "Wet"}, has_other=True),
            Multiple("liked", "What?", choices={"price": "Price", "speed": "Speed"}, has_other=True),
            Ranking("order", "In which order?", choices={"price": "Price", "speed": "Speed", "taste": "Taste"}),
            Matrix("grid", "How was…", rows={"box": "The box", "mug": "The mug"}, choices={"good": "G", "bad": "B"}),
            YesNo("again", "Again?"),
            Csat("ease", "How easy?"),
            Number("age", "How old?"),
            Date("day", "When?"),
            ShortText("name", "Who?"),
            Email("mail", "Where?"),
            Consent("news", "May we?", purpose="marketing"),
            PluginQuestion("colour", "Which colour?", of=COLOUR),
        ],
        default_language="en",
    )


class Colours:
    """A plugin with a kind of question, and a condition that holds for promoters."""

    name = "colours"

    @hookimpl
    def register_question_kinds(self):
        return [COLOUR]


@pytest.fixture
def crm(opened, pigeons):
    made = opened(pigeons, Colours())
    made.shop.configure(zone="Europe/Istanbul", language="en")
    made.surveys.write(every_kind())
    made.surveys.publish("every")
    return made


@pytest.fixture
def answer(crm, clock):
    """Answer a survey as somebody: on its page, by a link for everybody."""
    cards = itertools.count(1)

    def answer_(answers, survey="every", who=None, seconds=None, location_id=None):
        token = crm.surveys.link(survey, location_id=location_id).rpartition("/")[2]
        opened = crm.surveys.open(token)
        if seconds is not None:
            clock.advance(seconds=seconds)
        customer = who or Who(card=f"card-{next(cards)}")
        stamp = None if seconds is None else opened.stamp
        return crm.surveys.answer(opened.token, answers, customer=customer, stamp=stamp).interaction

    return answer_


def told(number, survey="told", **more):
    """Say that a customer answered somewhere else."""
    who = more.pop("customer", Who(card=f"told-{number}"))
    return events.SurveyAnswered(survey_id=survey, source="kiosk", source_id=f"{survey}:{number}", customer=who, **more)
