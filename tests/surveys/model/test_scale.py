"""The scales."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.errors import InvalidError
from ecrm.surveys import Ces, Csat, Nps, Score

SCALES = {"nps": (Nps, 0, 10), "csat": (Csat, 1, 5), "ces": (Ces, 1, 7)}


@given(st.sampled_from(sorted(SCALES)), st.integers(-3, 13))
def test_a_scale_takes_its_steps_and_nothing_beyond(kind, value):
    scale, least, most = SCALES[kind]
    question = scale("score", "?")
    assert (question.kind, list(question.steps)) == (kind, list(range(least, most + 1)))
    if least <= value <= most:
        assert question.checked(value) == question.checked(f" {value} ") == question.checked(float(value)) == value
    else:
        with pytest.raises(InvalidError, match=f"score: give a whole number from {least} to {most}"):
            question.checked(value)


@pytest.mark.parametrize("value", [True, 7.5, "seven", "7,0", [7], {"score": 7}, 10**40])
def test_what_is_no_step_is_refused(value):
    with pytest.raises(InvalidError, match="whole number"):
        Nps("score", "?").checked(value)


def test_zero_is_an_answer():
    assert Nps("score", "?", is_required=True).checked(0) == 0


def test_the_ends_of_a_scale_are_said():
    assert [where for where, _ in Nps("score", "?", low="Never", high="Always").wordings()] == ["asks", "low", "high"]
    assert [where for where, _ in Nps("score", "?", about="Be frank.").wordings()] == ["asks", "about"]


def test_a_style_that_is_not_there_is_refused():
    with pytest.raises(InvalidError, match="faces, stars, numbers"):
        Csat("score", "?", style="hearts")


def test_a_scale_compares_with_its_steps_alone():
    assert [Nps("score", "?").compares(value, "") for value in (0, 10, 11, 6.5, "late")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert not Nps("score", "?").compares(7, "row")


@pytest.mark.parametrize(
    ("kind", "value"),
    [("nps", 11), ("nps", -1), ("csat", 0), ("ces", 8), ("nps", True), ("nps", 7.0), ("stars", 3), (7, 7)],
)
def test_a_score_that_is_not_on_its_scale_is_refused(kind, value):
    with pytest.raises(InvalidError):
        Score(kind, value)
