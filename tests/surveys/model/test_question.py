"""Questions, and the kinds that are no scale, choice or text."""

from decimal import Decimal

import pytest

from ecrm.errors import InvalidError
from ecrm.hookspecs import QuestionKind
from ecrm.surveys import Consent, Date, Email, LongText, Message, Nps, Number, PluginQuestion, YesNo
from ecrm.surveys.model.question import is_blank


def refused(question, value):
    with pytest.raises(InvalidError) as caught:
        question.checked(value)
    assert list(caught.value.fields) == [question.key]
    return str(caught.value)


@pytest.mark.parametrize("value", [None, "", "  \n", [], (), {}])
def test_nothing_is_no_answer(value):
    assert is_blank(value)
    assert YesNo("again", "Again?").checked(value) is None
    assert "required" in refused(YesNo("again", "Again?", is_required=True), value)
    assert YesNo("again", "Again?", is_required=True).checked(value, is_partial=True) is None


@pytest.mark.parametrize(
    ("value", "answer"),
    [("yes", True), ("ON", True), (" 1 ", True), (True, True), ("no", False), ("off", False), (False, False)],
)
def test_yes_and_no_are_read_from_forms(value, answer):
    assert YesNo("again", "Again?", is_required=True).checked(value) is answer


@pytest.mark.parametrize("value", ["perhaps", 7, 1, ["yes"], {"yes": 1}])
def test_what_is_neither_yes_nor_no_is_refused(value):
    refused(YesNo("again", "Again?"), value)
    refused(Consent("news", "News?", purpose="marketing"), value)


def test_a_consent_is_a_tick_or_nothing_and_never_required():
    news = Consent("news", "News?", purpose="marketing", channel="email")
    assert [news.checked(value) for value in ("on", True, False, "", "off")] == [True, True, None, None, None]
    with pytest.raises(InvalidError, match="freely"):
        Consent("news", "News?", purpose="marketing", is_required=True)
    for more in ({"purpose": "Marketing!"}, {"purpose": "marketing", "channel": "E-Mail"}):
        with pytest.raises(InvalidError):
            Consent("news", "News?", **more)


def test_a_message_takes_no_answer():
    hello = Message("hello", "Hello", about="Two minutes.")
    assert (hello.takes_answer, hello.checked(None), hello.kind) == (False, None, "message")
    refused(hello, "Hello to you")
    with pytest.raises(InvalidError, match="nothing to answer"):
        Message("hello", "Hello", is_required=True)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"key": "Score"}, "key"), ({"key": "a.b"}, "key"), ({"key": None}, "key"),
        ({"is_required": "yes"}, "is_required"),
        ({"when": 7}, "when"), ({"block": "A block"}, "block"), ({"block": None}, "block"), ({"asks": ""}, "und"),
        ({"about": 7}, "texts"),
    ],
)  # fmt: skip
def test_a_question_that_can_not_be_is_refused(more, field):
    with pytest.raises(InvalidError) as caught:
        Nps(**{"key": "score", "asks": "Would you?", **more})
    assert list(caught.value.fields) == [field]


def test_only_a_required_question_without_a_condition_is_always_answered():
    assert Nps("score", "?", is_required=True).is_always_answered
    assert not Nps("score", "?").is_always_answered


class TestPlugins:
    def test_the_plugin_checks_the_answer_with_its_options(self):
        kind = QuestionKind("stars", "Stars.", lambda answer, options: min(answer, options["most"]), lambda _: None)
        stars = PluginQuestion("stars", "How many?", of=kind, options={"most": 5})
        assert (stars.kind, stars.checked(9), stars.checked(3)) == ("stars", 5, 3)

    def test_lists_and_mappings_are_kept_frozen_and_read_again(self):
        kind = QuestionKind("spot", "A spot.", lambda answer, _: {"at": [answer["at"][0], 0.5]})
        spot = PluginQuestion("spot", "Where?", of=kind)
        kept = spot.checked({"at": [1]})
        assert kept == {"at": (1, 0.5)}
        assert spot.checked(kept) == kept

    @pytest.mark.parametrize(
        "result", [object(), {1: 2}, b"x", float("nan"), "x" * 20_001, ["x" * 100] * 500, "4111111111111111"]
    )
    def test_what_json_can_not_hold_or_is_too_much_is_refused(self, result):
        kind = QuestionKind("odd", "Odd.", lambda *_: result)
        refused(PluginQuestion("odd", "?", of=kind), 7)

    def test_what_the_plugin_says_of_an_answer_is_not_repeated(self):
        def check(answer, _):
            message = f"{answer} is no colour"
            raise ValueError(message)

        said = refused(PluginQuestion("colour", "?", of=QuestionKind("colour", "A colour.", check)), "SECRET")
        assert said == "colour: give an answer as the kind colour takes it (ValueError)"

    def test_an_answer_the_plugin_drops_is_missed_where_it_is_required(self):
        kind = QuestionKind("shy", "Nothing.", lambda *_: None)
        assert PluginQuestion("shy", "?", of=kind).checked("x") is None
        refused(PluginQuestion("shy", "?", of=kind, is_required=True), "x")

    @pytest.mark.parametrize(
        ("check_options", "said"),
        [
            (lambda options: options["most"], "give what the kind stars takes"),
            (lambda _: (_ for _ in ()).throw(InvalidError.of("most", "give a number")), "most: give a number"),
            (None, "this kind has none"),
        ],
    )
    def test_options_the_plugin_does_not_take_are_refused(self, check_options, said):
        kind = QuestionKind("stars", "Stars.", lambda answer, _: answer, check_options)
        with pytest.raises(InvalidError, match=said):
            PluginQuestion("stars", "How many?", of=kind, options={"least": 1})

    @pytest.mark.parametrize(
        ("more", "field"),
        [({"of": "stars"}, "of"), ({"options": 7}, "options"), ({"options": {"a": object()}}, "options.a")],
    )
    def test_what_is_no_kind_or_no_options_is_refused(self, more, field):
        kind = QuestionKind("stars", "Stars.", lambda answer, _: answer)
        with pytest.raises(InvalidError) as caught:
            PluginQuestion("stars", "How many?", **{"of": kind, **more})
        assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (LongText("a", "?"), "late", 7),
        (YesNo("a", "?"), True, "yes"),
        (Consent("a", "?", purpose="marketing"), True, 1),
        (Number("a", "?"), 7, True),
        (Number("a", "?"), Decimal("7.5"), "7.5"),
        (Date("a", "?"), "2026-11-24", 20_261_124),
        (Email("a", "?"), "ayse@example.com", True),
    ],
)
def test_an_answer_is_compared_with_its_like(question, right, wrong):
    assert question.compares(right, "")
    assert not question.compares(right, "row")
    assert not question.compares(wrong, "")


def test_nobody_knows_what_a_plugins_answer_is_compared_with():
    assert PluginQuestion("a", "?", of=QuestionKind("a", "A.", lambda *_: 7)).compares("anything", "")
