"""The surveys that are ready to ask."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError, NotFoundError
from ecrm.messages.model.tone import Tone, check_tone
from ecrm.surveys import Choice, Multiple, Nps, Ranking, Scale, Single
from ecrm.surveys.library import READY, ready
from ecrm.surveys.library.wording import both
from ecrm.surveys.schema import survey_from_wire, survey_to_wire

every = pytest.mark.parametrize("key", READY)


@every
def test_a_ready_survey_is_called_as_it_is_asked_for(key):
    assert ready(key).key == key


@every
def test_a_ready_survey_speaks_turkish_and_english_throughout(key):
    survey = ready(key, default_language="tr")
    assert survey.languages == ("tr", "en")
    same = [
        where for where, said in survey.wordings() if said.said("tr") == said.said("en") and "–" not in said.said("tr")
    ]
    assert same == []


@every
def test_a_ready_survey_is_polite_in_turkish(key):
    said = {where: wording.said("tr") for where, wording in ready(key).wordings()}
    assert list(check_tone(Tone(address="siz", most_emoji=0, shouts=False), said)) == []


@every
def test_a_ready_survey_is_short_enough_for_a_phone(key):
    for where, wording in ready(key).wordings():
        assert max(map(len, wording.texts.values())) <= (60 if ".choices." in where else 120), where


@every
def test_a_ready_survey_is_the_same_after_json(key):
    survey = ready(key)
    assert survey_from_wire(json.loads(json.dumps(survey_to_wire(survey)))) == survey


@pytest.mark.parametrize(
    ("key", "kind"), [("nps", "nps"), ("csat", "csat"), ("ces", "ces"), ("review", "csat"), ("market", "nps")]
)
def test_a_survey_around_a_score_gives_it(key, kind):
    assert ready(key).score({"score": 4}).kind == kind


@given(key=st.sampled_from(sorted(READY)), value=st.integers(0, 10))
def test_answering_what_is_asked_ends_the_survey(key, value):
    survey = ready(key)
    answers = {}
    for question in survey.questions:
        if question in survey.path(answers):
            answers |= {question.key: answer} if (answer := answer_of(question, value)) is not None else {}
    assert survey.checked(answers) == survey.checked(survey.checked(answers))
    assert survey.ending(answers).title.is_said_in("tr")


def answer_of(question, value):
    if isinstance(question, Scale):
        return min(max(value, question.LEAST), question.MOST)
    if isinstance(question, Single):
        return question.choices[value % len(question.choices)].key
    if isinstance(question, Multiple):
        return [question.choices[0].key]
    return [choice.key for choice in question.choices] if isinstance(question, Ranking) else None


@pytest.mark.parametrize(("score", "asked", "ending"), [
    (0, ["score", "wrong", "may_contact"], "sorry"), (6, ["score", "wrong", "may_contact"], "sorry"),
    (7, ["score", "lacking"], "thanks"), (8, ["score", "lacking"], "thanks"), (9, ["score", "liked"], "thanks"),
])  # fmt: skip
def test_nps_asks_each_band_what_it_can_tell(score, asked, ending):
    survey = ready("nps")
    assert [question.key for question in survey.path({"score": score})] == asked
    assert survey.ending({"score": score}).key == ending


def test_nps_says_the_score_that_was_given():
    survey = ready("nps")
    assert survey.said(survey["wrong"].asks, "tr", {"score": 3}) == "3 puan verdiniz. Neyi daha iyi yapmalıydık?"


def test_a_ready_survey_is_changed_without_changing_the_next():
    questions = [*ready("nps").questions, Single("how", both("Nasıl?", "How?"), choices=[Choice("web", "Web")])]
    assert ready("nps", questions=questions, version=2)["how"].kind == "single"
    assert len(ready("nps").questions) == 5
    with pytest.raises(InvalidError, match="score is there twice"):
        ready("nps", questions=[*questions, Nps("score", "Again?")])


@pytest.mark.parametrize(
    ("key", "said"), [("npss", "did you mean nps"), ("horoscope", "there are nps, csat"), (7, "there are nps")]
)
def test_a_survey_that_is_not_ready_is_told_with_those_that_are(key, said):
    with pytest.raises(NotFoundError, match=said):
        ready(key)
