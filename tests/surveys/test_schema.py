"""Surveys as JSON."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.hookspecs import QuestionKind
from ecrm.surveys import Nps, PluginQuestion, Survey
from ecrm.surveys.schema import survey_from_wire, survey_to_wire
from questionnaires import COLOUR, surveys

NPS = {"kind": "nps", "key": "score", "asks": "Would you recommend us?"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def wire(**more):
    return {"key": "nps", "title": "Opinion", "questions": [NPS], **more}


def refused(survey, *kinds):
    with pytest.raises(InvalidError) as caught:
        survey_from_wire(survey, kinds)
    return caught.value.fields


@given(surveys())
def test_a_survey_that_was_written_is_read_as_it_was(survey):
    written = json.loads(json.dumps(survey_to_wire(survey)))
    assert survey_from_wire(written, [COLOUR]) == survey
    assert survey_to_wire(survey_from_wire(written, [COLOUR])) == written


@given(JSON)
def test_what_is_no_survey_is_an_error_and_nothing_else(garbage):
    assert refused(garbage)


@given(surveys(), st.data())
def test_a_survey_with_garbage_somewhere_is_read_or_refused(survey, data):
    written = json.loads(json.dumps(survey_to_wire(survey)))
    place = written
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1))
        if data.draw(st.booleans()) or not isinstance(place[key], dict | list):
            place[key] = data.draw(JSON)
            break
        place = place[key]
    with contextlib.suppress(InvalidError):
        survey_from_wire(written, [COLOUR])


@pytest.mark.parametrize(
    ("survey", "fields"),
    [
        (None, {"survey": ["give a mapping"]}),
        ({}, {"key": ["give a value"], "title": ["give a value"], "questions": ["give a list"]}),
        (wire(colour="red"), {"colour": ["remove it: there is no such field"]}),
        (wire(questions={}), {"questions": ["give a list"]}),
        (wire(questions=[7]), {"questions.0": ["give a mapping"]}),
        (
            wire(questions=[{**NPS, "asks": {"tr": " "}}]),
            {"questions.0.asks.tr": ["say something, or leave the language out"]},
        ),
        (wire(questions=[{**NPS, "most": 7}]), {"questions.0.most": ["remove it: there is no such field"]}),
        (wire(questions=[{**NPS, "is_required": "yes"}]), {"questions.0.is_required": ["give True or False"]}),
        (wire(questions=[{**NPS, "of": "colour"}]), {"questions.0.of": ["remove it: there is no such field"]}),
        (wire(endings=[{"key": "a", "title": "A", "link": "http://example.com", "link_says": "Go"}]),
         {"endings.0.link": ["give an address that begins with https://, without a user name"]}),
        (wire(version="1"), {"version": ["give a whole number from 1 up"]}),
        (wire(questions=[NPS, NPS]), {"questions": ["name each once: score is there twice"]}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_place(survey, fields):
    found = refused(survey)
    assert found == fields


@pytest.mark.parametrize(
    "condition",
    [
        7,
        [],
        {},
        {"of": "fact.a"},
        {"at_most": 7},
        {"of": "fact.a", "at_most": 7, "at_least": 3},
        {"of": "fact.a", "is_answered": False},
        {"of": "fact.a", "like": "a"},
        {"of": "nobody", "equals": 7},
        {"all": {"of": "fact.a", "equals": 7}},
        {"all": []},
        {"all": [7]},
        {"not": []},
        {"of": "fact.a", "equals": None},
        {"of": "fact.a", "one_of": "late"},
        {"of": 7, "all": []},
    ],
)
def test_what_is_no_condition_is_refused_at_its_place(condition):
    found = refused(wire(questions=[NPS, {**NPS, "key": "again", "when": condition}]))
    assert all(place.startswith("questions.1.when") for place in found)


def test_a_condition_without_end_is_refused():
    condition = {"of": "fact.a", "equals": 7}
    for _ in range(5_000):
        condition = {"not": condition}
    assert "questions.0.when" in refused(wire(questions=[{**NPS, "when": condition}]))


def test_a_kind_of_a_plugin_is_read_where_the_plugin_is_there():
    survey = Survey("colours", "Colours", [PluginQuestion("best", "Which colour?", of=COLOUR)])
    written = survey_to_wire(survey)
    assert written["questions"] == [{"kind": "colour", "key": "best", "asks": "Which colour?"}]
    assert survey_from_wire(written, [COLOUR]) == survey
    assert "use one of nps, csat" in refused(written)["questions.0.kind"][0]


def test_a_plugins_check_may_be_anything_that_can_be_called():
    class Reader(list):
        def __call__(self, answer, _):
            return answer

    kind = QuestionKind("read", "What is read.", Reader())
    survey = Survey("read", "Read", [PluginQuestion("what", "What?", of=kind)])
    assert survey_from_wire(survey_to_wire(survey), [kind])["what"].checked("x") == "x"


def test_options_of_a_plugins_question_are_kept_as_they_were():
    stars = QuestionKind("stars", "Stars.", lambda answer, _: answer, lambda _: None)
    survey = Survey(
        "stars", "Stars", [PluginQuestion("best", "How many?", of=stars, options={"most": 10, "by": [0.5]})]
    )
    assert survey_to_wire(survey)["questions"][0]["options"] == {"most": 10, "by": [0.5]}
    assert survey_from_wire(survey_to_wire(survey), [stars]) == survey


def test_one_text_for_everybody_is_written_as_a_text():
    written = survey_to_wire(Survey("nps", {"tr": "Görüş", "en": "Opinion"}, [Nps("score", "0–10")]))
    assert written["title"] == {"tr": "Görüş", "en": "Opinion"}
    assert written["questions"][0]["asks"] == "0–10"
