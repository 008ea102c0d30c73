"""Questions with choices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.surveys import Choice, Matrix, Multiple, Ranking, Single

TWO = {"price": {"tr": "Fiyat", "en": "Price"}, "speed": {"tr": "Hız", "en": "Speed"}}
MATRIX = Matrix("grid", "How was?", rows=TWO, choices={"good": {"tr": "İyi", "en": "Good"}, "bad": "Bad"})
OTHER = Multiple("liked", "What?", choices=TWO, has_other=True)


def refused(question, value):
    with pytest.raises(InvalidError) as caught:
        question.checked(value)
    assert list(caught.value.fields) == [question.key]


@pytest.mark.parametrize("value", ["late", "other", {"other": "wet"}, ["price"], 7, True, {"price": "speed"}])
def test_single_takes_one_of_its_choices_and_nothing_else(value):
    assert Single("why", "Why?", choices=TWO).checked("price") == "price"
    refused(Single("why", "Why?", choices=TWO), value)


@pytest.mark.parametrize(
    "value",
    [
        {"other": " "},
        {"other": 7},
        {"other": "x" * 501},
        {"other": "a\0b"},
        {"other": "4111 1111 1111 1111"},
        {"other": "a", "b": "c"},
        "other",
    ],
)
def test_something_else_is_said_in_words(value):
    why = Single("why", "Why?", choices=TWO, has_other=True)
    assert why.checked({"other": " It was wet "}) == {"other": "It was wet"}
    refused(why, value)


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (["speed", "price"], ("price", "speed")),
        ("speed", ("speed",)),
        ([{"other": "Wet"}, "speed"], ("speed", {"other": "Wet"})),
        ({"other": "Wet"}, ({"other": "Wet"},)),
    ],
)
def test_multiple_keeps_choices_in_their_order_and_what_else_at_the_end(value, answer):
    assert OTHER.checked(value) == answer
    assert OTHER.checked(answer) == answer


@pytest.mark.parametrize(
    "value", [["price", "price"], [{"other": "a"}, {"other": "b"}], ["late"], [[]], ["price"] * 9_999, 7]
)
def test_multiple_refuses_what_is_twice_or_not_there(value):
    refused(OTHER, value)


def test_multiple_counts_what_is_chosen():
    some = Multiple("liked", "What?", choices={**TWO, "care": "Care"}, least=2, most=2)
    assert some.checked(["price", "care"]) == ("price", "care")
    refused(some, ["price"])
    refused(some, ["price", "care", "speed"])


@pytest.mark.parametrize(
    "more", [{"least": 0}, {"least": 3}, {"most": 3}, {"least": 2, "most": 1}, {"most": "2"}, {"least": True}]
)
def test_multiple_refuses_numbers_that_can_not_be(more):
    with pytest.raises(InvalidError, match="least"):
        Multiple("liked", "What?", choices=TWO, **more)


@pytest.mark.parametrize(
    "value",
    [["price"], ["price", "price"], ["price", "speed", "late"], "price", [1, 2], {"price": 1}, [["price"], "speed"]],
)
def test_ranking_takes_every_choice_once(value):
    first = Ranking("first", "What first?", choices=TWO)
    assert first.checked(["speed", "price"]) == ("speed", "price")
    refused(first, value)


@pytest.mark.parametrize(
    "value", ["good", ["good"], {"speed": "late"}, {"late": "good"}, {"speed": ["good"]}, {7: "good"}]
)
def test_matrix_takes_a_choice_for_each_row(value):
    assert MATRIX.checked({"speed": "good", "price": ""}) == {"speed": "good"}
    assert MATRIX.checked({"speed": "", "price": None}) is None
    refused(MATRIX, value)


def test_a_required_matrix_wants_every_row_in_the_end():
    grid = Matrix("grid", "How was?", rows=TWO, choices={"good": "Good"}, is_required=True)
    refused(grid, {"speed": "good"})
    refused(grid, {"speed": ""})
    assert grid.checked({"speed": "good"}, is_partial=True) == {"speed": "good"}
    assert grid.checked({"speed": "good", "price": "good"}) == {"price": "good", "speed": "good"}


@pytest.mark.parametrize(
    "choices",
    [
        None,
        7,
        "price",
        [],
        {},
        ["price"],
        [Choice("a", "A"), Choice("a", "B")],
        {"A": "a"},
        {f"c{n}": "c" for n in range(101)},
    ],
)
def test_choices_that_are_none_or_twice_are_refused(choices):
    with pytest.raises(InvalidError):
        Single("why", "Why?", choices=choices)


def test_other_is_brought_by_has_other_alone():
    with pytest.raises(InvalidError, match="leave the choice called other out"):
        Single("why", "Why?", choices={"other": "Something else"}, has_other=True)
    assert Single("why", "Why?", choices={"other": "Something else"}).checked("other") == "other"


@given(st.text(min_size=1, max_size=5))
def test_shuffled_choices_keep_those_that_are_last(seed):
    choices = [
        Choice("none", "None", is_last=True),
        *(Choice(f"c{n}", "C") for n in range(5)),
        Choice("all", "All", is_last=True),
    ]
    why = Single("why", "Why?", choices=choices, is_shuffled=True)
    keys = [choice.key for choice in why.ordered(seed)]
    assert keys[5:] == ["none", "all"]
    assert sorted(keys[:5]) == [f"c{n}" for n in range(5)]
    assert why.ordered(seed) == why.ordered(seed)


def test_choices_are_shuffled_only_where_it_is_asked_for():
    why = Single("why", "Why?", choices=TWO)
    assert why.ordered("7") == why.choices
    assert len({Single("why", "Why?", choices=TWO, is_shuffled=True).ordered(str(seed)) for seed in range(20)}) == 2


def test_what_was_chosen_is_said_in_words():
    why = Single("why", "Why?", choices=TWO, has_other=True)
    assert why.said("price", "tr", "en") == "Fiyat"
    assert why.said({"other": "Wet"}, "tr", "en") == "Wet"
    assert why.said("gone", "tr", "en") is None
    assert OTHER.said(("price", {"other": "Wet"}), "en", "tr") == ("Price", "Wet")
    assert MATRIX.said_row("good", "tr", "en") == "İyi"
    assert Single("why", "Why?", choices={"set": "A {{set}}"}).said("set", "tr", "en") == "A {set}"


def test_a_choice_compares_with_choices_alone():
    assert OTHER.compares("price", "")
    assert OTHER.compares("other", "")
    assert not OTHER.compares("late", "")
    assert not OTHER.compares("price", "row")
    assert MATRIX.compares("good", "speed")
    assert not MATRIX.compares("good", "")
    assert not MATRIX.compares("price", "speed")


def test_all_that_is_said_is_named_by_where():
    assert [where for where, _ in MATRIX.wordings()] == [
        "asks", "choices.good", "choices.bad", "rows.price", "rows.speed",
    ]  # fmt: skip
