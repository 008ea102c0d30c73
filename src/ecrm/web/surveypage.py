"""What a page of a survey shows: questions, how it ends, that it is over. What is asked next is in `surveysteps`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from ecrm.http import Response
from ecrm.surveys import Question
from ecrm.surveys.model import Ending
from ecrm.surveys.model.wording import nearest_language
from ecrm.surveys.opened import Opened
from ecrm.web.corrections import correction
from ecrm.web.frame import Frame
from ecrm.web.languages import direction_of
from ecrm.web.surveyforms import fields_of
from ecrm.web.surveysteps import path_of, place_of, previous
from ecrm.web.surveywords import words_for

__all__ = ["asked", "ended", "thanked"]


def asked(
    frame: Frame,
    opened: Opened,
    questions: Sequence[Question],
    answers: Mapping[str, Any],
    *,
    wrong: Mapping[str, Any] | None = None,
    is_all: bool = False,
    focus: str = "",
    stamp: str | None = None,
) -> Response:
    """Show questions.

    Args:
        frame: What surrounds it.
        opened: The invitation.
        questions: Which of it.
        answers: What is chosen or written already, by question.
        wrong: What was answered and can not be, by question; each is told what would be right.
        is_all: Whether all of them stand on one page.
        focus: The key of the question that a reader is led to; with `wrong`, it is the first of these.
        stamp: Says when it was opened first; where it is left out, the invitation's own.
    """
    language = _language(opened)
    spoken, words = words_for(language, opened.language)
    wrong = {} if wrong is None else wrong
    told = {one.key: correction(one, wrong[one.key], words, spoken) for one in questions if one.key in wrong}
    place = None if is_all else place_of(opened, questions)
    is_last = is_all or not questions or questions[-1].key == path_of(opened)[-1].key
    return frame.page(
        "survey.html", language, status=HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK,
        title=opened.said(opened.survey.title, language, answers),
        token=opened.token, stamp=stamp or opened.stamp, is_all=is_all, words=words, wrong=told,
        spoken="" if spoken == language.partition("-")[0] else spoken, spoken_direction=direction_of(spoken),
        fields=fields_of(opened, questions, answers, language, words), focus=next(iter(told), focus),
        action=words["send"] if is_last else words["next"],
        can_go_back=not is_all and bool(previous(opened, [one.key for one in questions])),
        progress=place and {"says": words["progress"].format(at=place[0], of=place[1]), "at": place[0], "of": place[1]},
    )  # fmt: skip


def thanked(frame: Frame, opened: Opened, ending: Ending) -> Response:
    """Show how it ends.

    Args:
        frame: What surrounds it.
        opened: The invitation, with what was answered.
        ending: What is said.
    """
    language = _language(opened)
    return frame.page("survey.html", language, title=opened.said(ending.title, language),
                      text=opened.said(ending.text, language), link=ending.link or "",
                      link_says=opened.said(ending.link_says, language), focus="title")  # fmt: skip


def ended(frame: Frame, opened: Opened) -> Response:
    """Show that it was answered, or is over."""
    language, words = words_for(opened.language)
    status = HTTPStatus.OK if opened.state == "answered" else HTTPStatus.GONE
    return frame.page("survey.html", language, status=status, title=words[opened.state])


def _language(opened: Opened) -> str:
    """Give the language the survey is said in to its reader."""
    survey = opened.survey
    return nearest_language(survey.languages, opened.language) or survey.default_language
