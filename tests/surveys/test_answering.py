"""What is kept of an answer that is not finished, of every kind of question; and what a link for everybody takes."""

from __future__ import annotations

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


@pytest.mark.parametrize("location_id", ["", " ", "a\nb", "a\0b", "x" * 256, ["kadikoy"]])
def test_a_link_from_a_place_that_no_answer_could_carry_is_not_made(crm, location_id):
    with pytest.raises(InvalidError):
        crm.surveys.link("mood", location_id=location_id)


def test_a_link_carries_the_longest_place_there_is(crm):
    link = crm.surveys.link("mood", location_id="ş" * 255).rpartition("/")[2]
    taken = crm.surveys.answer(crm.surveys.open(link).token, {"score": 9})
    assert taken.interaction.context["location_id"] == "ş" * 255


def test_of_eight_who_open_a_link_for_everybody_at_once_each_answers_once(crm):
    link = crm.surveys.link("mood", location_id="kadikoy").rpartition("/")[2]

    def answer(score):
        try:
            token = crm.surveys.open(link).token
            crm.surveys.answer(token, {"score": score})
            with pytest.raises(ConflictError):
                crm.surveys.answer(token, {"score": score})
        finally:
            crm.database.release()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, [3, 9] * 8))
    found = crm.surveys.results("mood", by="location_id").groups["kadikoy"]
    assert (found.n, found.score.promoters, found.score.detractors) == (16, 8, 8)


def test_an_invitation_that_another_clock_ended_already_is_late(crm, pigeons, wait, clock):
    crm.surveys.start("mood", after="Order Delivered", expires="2 days")
    crm.record(delivered())
    wait(4)
    token = token_in(pigeons.sent[0])
    clock.advance(days=-3)
    assert crm.surveys.open(token).state == "late"
    with pytest.raises(ConflictError, match="can not be answered any more"):
        crm.surveys.answer(token, {"score": 9})
