"""Whether a survey can be asked as it is written."""

import pytest

from ecrm.errors import InvalidError
from ecrm.surveys import (
    AtLeast,
    AtMost,
    Contains,
    Ending,
    Equals,
    IsAnswered,
    LongText,
    Matrix,
    Message,
    Multiple,
    Not,
    Nps,
    OneOf,
    Ranking,
    Single,
    Survey,
    YesNo,
)

SCORE = Nps("score", "Would you?", is_required=True)
WHY = Single("why", "Why?", choices={"late": "Late", "wet": "Wet"})
LIKED = Multiple("liked", "What?", choices={"late": "Late", "wet": "Wet"})
GRID = Matrix("grid", "How?", rows={"speed": "Speed"}, choices={"good": "Good"})
BEFORE = (SCORE, WHY, LIKED, Ranking("first", "First?", choices={"a": "A", "b": "B"}), GRID, Message("hello", "Hello"))


def refused(*questions, **more):
    with pytest.raises(InvalidError) as caught:
        Survey("nps", more.pop("title", "Opinion"), questions, **more)
    (field,) = caught.value.fields
    return field


def asks(text, **more):
    return LongText("more", text, **more)


@pytest.mark.parametrize("questions", [(), (7,), ("score",), (SCORE, None), [YesNo(f"a{n}", "?") for n in range(101)]])
def test_questions_that_are_none_or_too_many_are_refused(questions):
    assert refused(*questions) == "questions"


def test_questions_are_named_once_and_something_is_asked():
    assert refused(SCORE, SCORE) == "questions"
    assert refused(Message("hello", "Hello")) == "questions"


def test_a_block_stands_together_and_knows_nothing_of_itself():
    first, second = YesNo("first", "?", block="b"), YesNo("second", "?", block="b")
    assert Survey("nps", "Opinion", [first, second, SCORE])
    assert refused(first, SCORE, second) == "questions"
    assert refused(first, YesNo("second", "?", block="b", when=Equals("answer.first", True))) == "questions.second.when"
    assert refused(first, YesNo("second", "{answer.first|so}?", block="b")) == "questions.second.asks"
    assert Survey("nps", "Opinion", [first, YesNo("second", "{answer.first|so}?", block="c")])


@pytest.mark.parametrize(
    "when",
    [
        AtMost("answer.score", 6), Equals("answer.why", "late"), OneOf("answer.why", ["late", "wet"]),
        Contains("answer.liked", "late"), Contains("answer.first", "a"), IsAnswered("answer.liked"),
        Equals("answer.grid.speed", "good"), IsAnswered("answer.grid"), IsAnswered("answer.grid.speed"),
        Not(AtLeast("fact.anything.at.all", 7)),
    ],
)  # fmt: skip
def test_a_condition_on_what_comes_before_is_taken(when):
    assert Survey("nps", "Opinion", [*BEFORE, asks("More?", when=when)])


@pytest.mark.parametrize(
    "when",
    [
        IsAnswered("answer.colour"), IsAnswered("answer.more"), IsAnswered("answer.hello"), AtMost("answer.score", 11),
        Equals("answer.score", "late"), Equals("answer.why", "lat"), OneOf("answer.why", ["late", "lat"]),
        Equals("answer.liked", "late"), AtLeast("answer.first", 1), Contains("answer.liked", "lat"),
        Equals("answer.grid", "good"), Equals("answer.grid.late", "good"), Equals("answer.grid.speed", "bad"),
        IsAnswered("answer.grid.late"), IsAnswered("answer.score.row"), Contains("answer.score", 1),
        Contains("answer.why", "late"), Not(IsAnswered("answer.colour")),
    ],
)  # fmt: skip
def test_a_condition_that_can_never_be_told_is_refused(when):
    assert refused(*BEFORE, asks("More?", when=when)) == "questions.more.when"
    assert refused(*BEFORE, endings=[Ending("a", "A", when=when), Ending("b", "B")]) == "endings.a.when"


def test_every_reader_gets_one_ending():
    low, rest = Ending("low", "Sorry", when=AtMost("answer.score", 6)), Ending("rest", "Thanks")
    assert Survey("nps", "Opinion", [SCORE], [low, rest])
    assert refused(SCORE, endings=[rest, low]) == "endings.rest.when"
    assert refused(SCORE, endings=[low]) == "endings.low.when"
    assert refused(SCORE, endings=[low, low, rest]) == "endings"
    assert refused(SCORE, endings=[7]) == "endings"
    assert refused(SCORE, endings=[rest] * 21) == "endings"


@pytest.mark.parametrize(
    "text",
    [
        "{answer.score}",
        "{answer.why|a reason}",
        "{answer.why|}",
        "{answer.grid.speed|so}",
        "{fact.customer.name|you}",
        "{{}}",
    ],
)
def test_a_place_that_is_known_or_has_a_fallback_is_taken(text):
    assert Survey("nps", "Opinion", [*BEFORE, asks(text)])


@pytest.mark.parametrize(
    "text",
    ["{answer.why}", "{fact.customer.name}", "{answer.more|x}", "{answer.colour|x}", "{answer.grid|x}",
     "{answer.grid.late|x}", "{answer.score.row|x}"],
)  # fmt: skip
def test_a_place_that_may_stay_empty_or_is_not_there_is_refused(text):
    assert refused(*BEFORE, asks(text)) == "questions.more.asks"


def test_places_stand_wherever_something_is_said():
    assert refused(SCORE, title="{answer.score}") == "title"
    assert refused(SCORE, title="{answer.score|x}") == "title"
    assert refused(SCORE, endings=[Ending("end", "{answer.why|x}")]) == "endings.end.title"
    assert Survey("nps", "Hi {fact.customer.name|you}", [SCORE], [Ending("end", "{answer.score}!")])
    assert refused(SCORE, asks({"en": "Why?", "tr": "{"})) == "questions.more.asks.tr"


def test_a_choice_with_a_place_of_its_own_is_not_said_elsewhere():
    why = Single("why", "Why?", choices={"late": "Late, {fact.customer.name|you}"})
    assert Survey("nps", "Opinion", [SCORE, why])
    assert refused(SCORE, why, asks("{answer.why|so}?")) == "questions.more.asks"


def test_everything_is_said_in_the_default_language():
    assert refused(SCORE, asks({"tr": "Neden?"})) == "questions.more.asks"
    assert Survey("nps", "Opinion", [SCORE, asks({"tr": "Neden?"})], default_language="tr")
    assert Survey("nps", "Opinion", [SCORE, asks({"en": "Why?"})], default_language="en-GB")
