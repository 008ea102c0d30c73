"""Surveys: who is asked what, what their answers are worth, and how it ends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.surveys import (
    AtLeast,
    AtMost,
    Consent,
    Ending,
    Equals,
    IsAnswered,
    LongText,
    Matrix,
    Message,
    Nps,
    ShortText,
    Single,
    Survey,
    YesNo,
)
from ecrm.values.open_values import thaw
from questionnaires import ANSWERS, FACTS, surveys

SCORE = Nps("score", "Would you recommend us?", is_required=True)
WHY = LongText("why", "What went wrong?", is_required=True, when=AtMost("answer.score", 6))
CALL = YesNo("call", "May we call?", when=IsAnswered("answer.why"))


def survey(*questions, **more):
    return Survey("nps", "Opinion", questions or [SCORE, WHY, CALL], **more)


def asked(of, answers, facts=(), seed=""):
    return [question.key for question in of.path(answers, dict(facts), seed=seed)]


def outcome(of, *given_answers, **options):
    try:
        return of.checked(*given_answers, **options), None
    except InvalidError as error:
        return None, error


def draw_answers(data, of):
    keys = [question.key for question in of.questions]
    return data.draw(st.dictionaries(st.sampled_from(keys), ANSWERS))


@given(surveys(), FACTS, st.text(max_size=3), st.data())
def test_a_path_asks_nothing_twice_and_nothing_else(of, facts, seed, data):
    path = of.path(draw_answers(data, of), facts, seed=seed)
    keys = [question.key for question in path]
    assert len(keys) == len(set(keys))
    assert set(path) <= set(of.questions)


@given(surveys(), FACTS, st.text(max_size=3), st.data())
def test_going_through_a_survey_question_by_question_ends(of, facts, seed, data):
    answers, seen = {}, set()
    for _ in range(len(of.questions) + 1):
        ahead = [question for question in of.path(answers, facts, seed=seed) if question.key not in seen]
        if not ahead:
            break
        seen.add(ahead[0].key)
        try:
            answer = ahead[0].checked(data.draw(ANSWERS))
        except InvalidError:
            continue
        answers |= {} if answer is None else {ahead[0].key: answer}
    assert not [question for question in of.path(answers, facts, seed=seed) if question.key not in seen]


@given(surveys(), FACTS, st.booleans(), st.data())
def test_checked_answers_are_checked_again_as_they_are(of, facts, is_partial, data):
    given_answers = draw_answers(data, of)
    clean, error = outcome(of, given_answers, facts, is_partial=is_partial)
    if error is not None:
        assert set(error.fields) <= {question.key for question in of.questions}
        return
    assert of.checked(clean, facts, is_partial=is_partial) == clean
    assert of.checked(json.loads(json.dumps(thaw(clean))), facts, is_partial=is_partial) == clean
    assert set(clean) <= {question.key for question in of.path(clean, facts)}


@given(surveys(), ANSWERS)
def test_whatever_is_given_for_answers_is_taken_or_refused(of, garbage):
    clean, error = outcome(of, garbage, is_partial=True)
    assert clean == {} if error is None else error.fields


@given(surveys(), st.sampled_from(["SECRET-7f3", "SECRET-7f3\0", "SECRET-7f3" * 3_000]))
def test_no_error_repeats_what_was_answered(of, secret):
    for value in (secret, [secret], {"other": secret + "\ud800"}, {secret: secret}):
        for question in of.questions:
            _, error = outcome(of, {question.key: value}, is_partial=True)
            assert error is None or "SECRET" not in str(error) + str(error.fields)


@given(surveys(), FACTS, st.data())
def test_every_text_is_said_whatever_was_answered(of, facts, data):
    answers = draw_answers(data, of)
    for _, wording in of.wordings():
        assert of.said(wording, "en-GB", answers, facts)
        assert "<" not in of.said(wording, "tr", answers, facts, is_html=True)


def test_a_question_is_asked_where_its_condition_holds():
    assert asked(survey(), {}) == ["score"]
    assert asked(survey(), {"score": 9}) == ["score"]
    assert asked(survey(), {"score": 3}) == ["score", "why"]
    assert asked(survey(), {"score": 3, "why": "Late"}) == ["score", "why", "call"]


def test_an_answer_to_a_question_that_is_no_longer_asked_counts_for_nothing():
    assert asked(survey(), {"score": 9, "why": "Late"}) == ["score"]
    assert survey().checked({"score": 9, "why": "Late", "call": True}) == {"score": 9}


def test_a_fact_decides_too():
    of = survey(SCORE, LongText("more", "More?", when=AtLeast("fact.orders.count", 2)))
    assert asked(of, {}, {"orders.count": 2}) == ["score", "more"]
    assert asked(of, {}, {"orders.count": 1}) == asked(of, {}, {}) == ["score"]


def test_a_missing_answer_is_told_unless_more_is_to_come():
    with pytest.raises(InvalidError, match="required") as caught:
        survey().checked({"call": True})
    assert caught.value.fields == {"score": ["answer it in full: it is required"]}
    assert survey().checked({}, is_partial=True) == {}
    assert survey().checked({"score": 3}, is_partial=True) == {"score": 3}


def test_all_that_is_wrong_is_told_at_once():
    of = survey(SCORE, YesNo("call", "May we call?"))
    with pytest.raises(InvalidError) as caught:
        of.checked({"score": 11, "call": "perhaps"})
    assert caught.value.fields == {"score": ["give a whole number from 0 to 10"], "call": ["answer yes or no"]}


@pytest.mark.parametrize("answers", [None, [], "score", {"colour": "red"}, {7: 7}])
def test_answers_to_something_else_are_refused_without_being_named(answers):
    with pytest.raises(InvalidError) as caught:
        survey().checked(answers)
    assert list(caught.value.fields) == ["answers"]
    assert "red" not in str(caught.value)


def test_a_score_is_the_one_of_the_first_scale_or_of_the_one_that_is_named():
    second = Nps("second", "And your friends?")
    assert survey(SCORE, second).score({"score": 3, "second": 9}).value == 3
    assert survey(SCORE, second).score({"second": 9}) is None
    assert survey(SCORE, second, scored_by="second").score({"score": 3, "second": 9}).value == 9
    assert survey(SCORE, second, scored_by="second").score({"score": 3}) is None


def test_an_ending_is_the_first_that_holds():
    sorry = Ending("sorry", "Sorry", when=AtMost("answer.score", 6))
    of = survey(endings=[sorry, Ending("thanks", "Thanks")])
    assert [of.ending(answers).key for answers in ({"score": 3}, {"score": 9}, {})] == ["sorry", "thanks", "thanks"]
    assert survey().ending({}).title.said("tr") == "Teşekkür ederiz"


def test_a_block_is_shuffled_by_the_seed_and_the_rest_stays():
    middle = [YesNo(f"question_{index}", "Yes?", block="middle") for index in range(6)]
    of = survey(SCORE, *middle, YesNo("middle", "The last?"))
    orders = {tuple(asked(of, {}, seed=str(seed))) for seed in range(20)}
    assert len(orders) > 10
    assert {order[0] for order in orders} == {"score"}
    assert {order[-1] for order in orders} == {"middle"}
    assert asked(of, {}, seed="7") == asked(of, {}, seed="7")
    assert asked(of, {}) == [question.key for question in of.questions]


def test_texts_are_filled_with_answers_as_they_are_said():
    grid = Matrix("grid", "How was", rows={"speed": "Speed"}, choices={"good": {"tr": "İyi", "en": "Good"}})
    text = "{answer.score}, {answer.grid.speed|?}, {answer.why|nothing}, {fact.customer.name|you}"
    of = survey(SCORE, grid, LongText("why", "Why?"), LongText("more", {"tr": text, "en": text}), default_language="tr")
    answers = {"score": 3, "grid": {"speed": "good"}}
    assert of.said(of["more"].asks, "tr", answers, {"customer.name": "Ayşe"}) == "3, İyi, nothing, Ayşe"
    assert of.said(of["more"].asks, "de", {}) == ", ?, nothing, you"


def test_a_survey_names_the_facts_it_looks_at():
    of = survey(
        SCORE,
        LongText("why", "Why, {fact.customer.name|you}?", when=AtLeast("fact.orders.count", 2)),
        endings=[Ending("vip", "Hi", when=Equals("fact.tier", "gold")), Ending("thanks", "Thanks")],
    )
    assert of.facts == {"customer.name", "orders.count", "tier"}


def test_languages_are_those_in_which_everything_is_said():
    both, three = {"tr": "Evet", "en": "Yes"}, {"tr": "Evet", "en": "Yes", "de": "Ja"}
    of = Survey("nps", both, [Nps("score", three), LongText("why", "0–10")], default_language="tr")
    assert of.languages == ("tr", "en")


def test_a_new_version_leaves_the_old_as_it_was():
    first = survey()
    second = first.next_version(questions=[SCORE], version=9)
    assert (first.version, second.version) == (1, 2)
    assert len(first.questions) == 3


def test_a_question_is_got_by_its_key():
    assert survey()["why"] is WHY
    with pytest.raises(KeyError):
        survey()["colour"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"version": 0}, "version"),
        ({"version": True}, "version"),
        ({"default_language": "Turkish"}, "default_language"),
        ({"scored_by": "why"}, "scored_by"),
        ({"scored_by": "colour"}, "scored_by"),
        ({"scored_by": None}, "scored_by"),
    ],
)
def test_a_survey_that_can_not_be_is_refused(more, field):
    with pytest.raises(InvalidError) as caught:
        survey(**more)
    assert list(caught.value.fields) == [field]


def test_one_question_needs_no_list():
    assert Survey("nps", "Opinion", SCORE).questions == (SCORE,)


def test_what_is_personal_is_not_in_a_repr():
    of = survey(Single("why", "Why?", choices={"late": "It was late"}), Message("hello", "Hello"), SCORE)
    assert "It was late" not in repr(of)


def test_a_tick_that_is_not_set_says_nothing():
    of = survey(SCORE, Consent("news", "News?", purpose="marketing"), ShortText("name", "Your name?"))
    assert of.checked({"score": 9, "news": "off", "name": " "}) == {"score": 9}
