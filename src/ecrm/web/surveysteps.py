"""Which questions of a survey stand on the page: the first, the next, the one before; and how far somebody is.

A step is one question that takes an answer, with what is told before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.surveys import Question, Scale
from ecrm.surveys.opened import Opened

__all__ = ["chosen", "first", "path_of", "place_of", "previous", "rest", "step", "taken"]


def path_of(opened: Opened) -> Sequence[Question]:
    """Give what is asked of this reader, as far as can be said by now."""
    return opened.survey.path(opened.answers, opened.facts, seed=opened.seed)


def chosen(opened: Opened, score: str | None) -> Mapping[str, Any]:
    """Give the answers so far, with a step of the first scale that a link chooses.

    Args:
        opened: The invitation.
        score: As the link says it; nothing is chosen where it is no step.
    """
    scale = next((one for one in path_of(opened) if isinstance(one, Scale)), None)
    if scale is None or score is None or not (score.isascii() and score.isdigit()) or len(score) > len(str(scale.MOST)):
        return opened.answers
    return {**opened.answers, scale.key: int(score)} if int(score) in scale.steps else opened.answers


def first(opened: Opened, score: str | None = None) -> list[Question]:
    """Give the step somebody begins with: what is not answered yet, or the scale whose step they clicked.

    Args:
        opened: The invitation.
        score: As the link says it.
    """
    path = path_of(opened)
    clicked = chosen(opened, score)
    wanted = [one for one in path if one.takes_answer and (
        one.key not in opened.answers or clicked.get(one.key) != opened.answers[one.key])]  # fmt: skip
    last = path[-1:] if not wanted else [wanted[0]]
    return step(path, last[0])


def rest(opened: Opened, shown: Sequence[str], *, is_all: bool) -> Sequence[Question]:
    """Give what is asked after what was shown; nothing where that was all.

    Args:
        opened: The invitation, with what was answered.
        shown: The keys of the questions that stood on the page.
        is_all: Whether all of them stand on one page.
    """
    path = path_of(opened)
    if is_all:
        return path if any(one.takes_answer and one.key not in shown for one in path) else ()
    keys = [one.key for one in path]
    after = max((keys.index(key) for key in shown if key in keys), default=-1) + 1
    following = next((one for one in path[after:] if one.takes_answer), None)
    return path[after:] if following is None else step(path, following, after)


def previous(opened: Opened, shown: Sequence[str]) -> Sequence[Question]:
    """Give the step before the one that is shown; nothing before the first."""
    path = path_of(opened)
    at = next((index for index, one in enumerate(path) if one.key in shown), 0)
    before = next((one for one in reversed(path[:at]) if one.takes_answer), None)
    return () if before is None else step(path, before)


def step(path: Sequence[Question], question: Question, least: int = 0) -> list[Question]:
    """Give the step of a question: it, and what is told before it.

    Args:
        path: What is asked.
        question: One of it.
        least: Where the step begins at the earliest.
    """
    end = path.index(question)
    start = end
    while start > least and not path[start - 1].takes_answer:
        start -= 1
    return list(path[start : end + 1])


def place_of(opened: Opened, questions: Sequence[Question]) -> tuple[int, int] | None:
    """Give the how-manieth question stands on the page, and of how many; None where there is but one."""
    asked = [one.key for one in path_of(opened) if one.takes_answer]
    shown = [asked.index(one.key) + 1 for one in questions if one.key in asked]
    return (shown[0], len(asked)) if shown and len(asked) > 1 else None


def taken(opened: Opened, given: Mapping[str, Any], shown: Sequence[str], *, is_back: bool = False) -> Opened:
    """Take what a page answered, and give the invitation with it; nothing is kept yet.

    Args:
        opened: The invitation.
        given: What was answered, by question.
        shown: The keys of the questions that stood on the page.
        is_back: Whether the reader goes back: then nothing is missed.

    Raises:
        InvalidError: An answer can not be, or one of the page is required and not answered in full; `fields` names
            each question, all of them at once.
    """
    wrong: dict[str, list[str]] = {}
    said = {**opened.answers, **given}
    try:
        answers = opened.survey.checked(said, opened.facts, is_partial=True)
    except InvalidError as error:
        wrong = dict(error.fields)
        answers = opened.survey.checked(
            {key: value for key, value in said.items() if key not in wrong}, opened.facts, is_partial=True
        )
    now = attrs.evolve(opened, answers=answers)
    if not is_back:
        asked = [one for one in path_of(now) if one.key in shown and one.key not in wrong and one.is_required]
        missed = [one.key for one in asked if not one.is_complete(answers.get(one.key))]
        wrong |= {key: ["answer it: it is required"] for key in missed}
    if wrong:
        raise InvalidError("some answers can not be taken", wrong)
    return now
