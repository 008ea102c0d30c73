"""The language of conditions."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given

from ecrm.errors import InvalidError
from ecrm.surveys import All, AnyOf, AtLeast, AtMost, Contains, Equals, IsAnswered, LongText, Not, OneOf
from ecrm.surveys.model.condition import leaves
from questionnaires import ANSWERS, FACTS, NUMBERS

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
LEAVES = [
    Equals("answer.a", 7), OneOf("answer.a", ["x", 7]), AtLeast("answer.a", 7), AtMost("answer.a", "2026-11-24"),
    Contains("answer.a", "x"), IsAnswered("answer.a"), Equals("fact.orders.count", 2),
    AtMost("fact.orders.last_at", NOW),
]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "value", "holds"),
    [
        (Equals("answer.a", 7), 7, True),
        (Equals("answer.a", 7), 7.0, True),
        (Equals("answer.a", 7), "7", False),
        (Equals("answer.a", 1), True, False),
        (Equals("answer.a", True), True, True),
        (Equals("answer.a", "other"), {"other": "wet"}, True),
        (Equals("answer.a", 7), None, False),
        (OneOf("answer.a", ["late", 7]), "late", True),
        (OneOf("answer.a", ["late", 7]), "early", False),
        (AtLeast("answer.a", 7), 7, True),
        (AtLeast("answer.a", 7), 6.9, False),
        (AtLeast("answer.a", 7), "8", False),
        (AtLeast("answer.a", 7), float("nan"), False),
        (AtMost("answer.a", 7), Decimal("7.0"), True),
        (AtMost("answer.a", 7), 8, False),
        (AtMost("answer.a", dt.date(2026, 11, 24)), "2026-11-24", True),
        (AtMost("answer.a", dt.date(2026, 11, 24)), NOW, True),
        (AtMost("answer.a", dt.date(2026, 11, 23)), NOW, False),
        (AtLeast("answer.a", "2026-11-24"), NOW, True),
        (AtLeast("answer.a", "2026-11-24"), "tomorrow", False),
        (AtLeast("answer.a", NOW), NOW, True),
        (Contains("answer.a", "price"), ("price", "speed"), True),
        (Contains("answer.a", "other"), ("price", {"other": "wet"}), True),
        (Contains("answer.a", "Late"), "It was LATE", True),
        (Contains("answer.a", "iade"), "İADE istiyorum", True),
        (Contains("answer.a", "KIRIK"), "kırık geldi", True),
        (Contains("answer.a", "late"), ("price",), False),
        (Contains("answer.a", 7), "7", False),
        (Contains("answer.a", "late"), None, False),
        (IsAnswered("answer.a"), False, True),
        (IsAnswered("answer.a"), None, False),
        (Not(Equals("answer.a", 7)), None, True),
        (All([IsAnswered("answer.a"), Equals("answer.a", 7)]), 7, True),
        (All([IsAnswered("answer.a"), Equals("answer.a", 7)]), 8, False),
        (AnyOf([Equals("answer.a", 8), Equals("answer.a", 7)]), 7, True),
        (AnyOf([Equals("answer.a", 8), Equals("answer.a", 7)]), 9, False),
    ],
)
def test_a_condition_holds_or_does_not(condition, value, holds):
    assert condition.holds({"a": value}, {}) is holds


@given(ANSWERS, FACTS)
def test_whatever_was_answered_a_condition_holds_or_does_not(answer, facts):
    for leaf in LEAVES:
        assert leaf.holds({"a": answer}, facts) is not Not(leaf).holds({"a": answer}, facts)
        assert All([leaf]).holds({"a": answer}, facts) is AnyOf([leaf]).holds({"a": answer}, facts)


@given(NUMBERS, NUMBERS)
def test_numbers_are_compared_by_what_they_are(value, bound):
    answers = {"a": value}
    least, most = AtLeast("answer.a", bound).holds(answers, {}), AtMost("answer.a", bound).holds(answers, {})
    assert least or most
    assert (least and most) is Equals("answer.a", bound).holds(answers, {})


@pytest.mark.parametrize(
    "make",
    [
        lambda: Equals("score", 7),
        lambda: Equals("answer.a", None),
        lambda: Equals("answer.a", [7]),
        lambda: Equals("answer.a", float("inf")),
        lambda: Equals("answer.a", 10**20),
        lambda: Equals("answer.a", 10**5_000),
        lambda: Equals("answer.a", "x" * 501),
        lambda: AtLeast("answer.a", "late"),
        lambda: AtMost("answer.a", True),
        lambda: OneOf("answer.a", "late"),
        lambda: OneOf("answer.a", {"late": 1}),
        lambda: OneOf("answer.a", 7),
        lambda: OneOf("answer.a", []),
        lambda: OneOf("answer.a", range(51)),
        lambda: All([]),
        lambda: All(IsAnswered("answer.a")),
        lambda: AnyOf([IsAnswered("answer.a"), 7]),
        lambda: AnyOf("answer.a"),
        lambda: Not(7),
    ],
)
def test_what_is_no_condition_is_refused(make):
    with pytest.raises(InvalidError):
        make()


@pytest.mark.parametrize(
    "condition",
    [
        7,
        "answer.a",
        Not(Not(Not(Not(Not(IsAnswered("fact.a")))))),
        All([All([All([All([All([IsAnswered("fact.a")])])])])]),
        AnyOf([All([IsAnswered("fact.a")] * 26), All([IsAnswered("fact.a")] * 26)]),
    ],
)
def test_a_question_refuses_what_is_no_condition_or_too_much_of_one(condition):
    with pytest.raises(InvalidError, match="when"):
        LongText("why", "Why?", when=condition)


def test_the_parts_of_a_condition_are_found_at_any_depth():
    inner = [IsAnswered("answer.a"), Equals("fact.b", 7)]
    assert list(leaves(All([inner[0], Not(AnyOf([inner[1]]))]))) == inner
    assert list(leaves(None)) == []
