"""What is kept of an answer that is not finished, of every kind of question; and what a link for everybody takes."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from ecrm.errors import ConflictError, InvalidError
from ecrm.hookspecs import QuestionKind, hookimpl
from ecrm.surveys import (
    Ces,
    Consent,
    Csat,
    Date,
    Email,
    LongText,
    Matrix,
    Multiple,
    Nps,
    Number,
    Phone,
    PluginQuestion,
    Ranking,
    ShortText,
    Single,
    Survey,
    YesNo,
)
from surveys.conftest import delivered, token_in

CHOICES = {"late": "Late", "wet": "Wet"}
SHARE = QuestionKind("share", "A share.", check=lambda answer, _: Decimal(str(answer)))
ANSWERS = {
    "nps": 9,
    "csat": 4,
    "ces": 7,
    "one": {"other": "ıslak 🎉"},
    "many": ("late", {"other": "مكسور"}),
    "order": ("wet", "late"),
    "grid": {"speed": "late"},
    "again": False,
    "line": "İstanbul",
    "text": "İki\nsatır",
    "price": Decimal("1.5"),
    "exact": Decimal("123456789012345678.25"),
    "day": "2026-02-28",
    "email": "ayse@example.org",
    "phone": "+905321112233",
    "news": True,
    "share": Decimal("0.25"),
}


def every_kind() -> Survey:
    """Give a survey that asks a question of each kind."""
    return Survey(
        "all",
        "All",
        [
            Nps("nps", "?"),
            Csat("csat", "?"),
            Ces("ces", "?"),
            Single("one", "?", choices=CHOICES, has_other=True),
            Multiple("many", "?", choices=CHOICES, has_other=True),
            Ranking("order", "?", choices=CHOICES),
            Matrix("grid", "?", rows={"speed": "Speed"}, choices=CHOICES),
            YesNo("again", "?"),
            ShortText("line", "?"),
            LongText("text", "?"),
            Number("price", "?"),
            Number("exact", "?"),
            Date("day", "?"),
            Email("email", "?"),
            Phone("phone", "?", country="TR"),
            Consent("news", "?", purpose="marketing"),
            PluginQuestion("share", "?", of=SHARE),
        ],
    )


class Shares:
    """Bring a kind of question whose answers are decimal numbers."""

    name = "shares"

    @hookimpl
    def register_question_kinds(self):
        return [SHARE]


@pytest.fixture
def asked(opened, pigeons):
    """Ask a survey of every kind; give the CRM and the token of a link for everybody."""
    crm = opened(pigeons, Shares())
    crm.surveys.write(every_kind())
    crm.surveys.publish("all")
    return crm, crm.surveys.link("all").rpartition("/")[2]


def test_an_answer_of_any_kind_is_kept_one_by_one_and_taken_as_it_was(asked):
    crm, link = asked
    token = crm.surveys.open(link).token
    for key, answer in ANSWERS.items():
        kept = crm.surveys.save(token, {key: answer}).answers
    again = crm.surveys.open(token)
    assert again.survey.checked(again.answers) == again.survey.checked(ANSWERS) == again.survey.checked(kept)
    taken = crm.surveys.answer(token, {})
    assert again.survey.checked(taken.interaction.properties["answers"]) == again.survey.checked(ANSWERS)
