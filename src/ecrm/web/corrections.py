"""What a reader is told of an answer that can not be: in their language, what would be right; never what they wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ecrm.errors import InvalidError
from ecrm.surveys import (
    Date,
    Email,
    LongText,
    Matrix,
    Multiple,
    Number,
    Phone,
    Question,
    Ranking,
    ShortText,
    Single,
    YesNo,
)
from ecrm.surveys.model import Scale
from ecrm.surveys.model.piping import said_value
from ecrm.surveys.model.question import is_blank

__all__ = ["correction"]


def correction(question: Question, given: Any, words: Mapping[str, str], language: str) -> str:
    """Say what is to be done about an answer.

    Args:
        question: What was asked.
        given: What was answered.
        words: Of the reader's language, as `surveywords` gives them.
        language: Which language that is.

    >>> from ecrm.web.surveywords import words_for
    >>> correction(Number("age", "How old?", least=18), "7", words_for("en")[1], "en")
    'Please write a number, as 12. It must be 18 or more.'
    """
    if isinstance(question, Matrix):
        return words["wrong_rows"]
    if is_blank(given) or (isinstance(given, str) and _is_right_alone(question, given)):
        return words["missing" if is_blank(given) else "too_long_in_all"]
    if isinstance(question, Number):
        begins = words["wrong_whole" if question.is_whole else "wrong_number"]
        return _with_bounds(begins, (question.least, question.most), words, language, ("least", "most"))
    if isinstance(question, Date):
        bounds = (question.earliest, question.latest)
        return _with_bounds(words["wrong_date"], bounds, words, language, ("earliest", "latest"))
    if isinstance(question, ShortText | LongText):
        return _of_text(question, str(given), words)
    return _of_other(question, given, words)


def _is_right_alone(question: Question, given: str) -> bool:
    try:
        question.checked(given)
    except InvalidError:
        return False
    return True


def _of_other(question: Question, given: Any, words: Mapping[str, str]) -> str:
    if isinstance(question, Multiple):
        others = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list | tuple) else []
        most = len(question.choices) + question.has_other if question.most is None else question.most
        is_other = bool(others) and question.least <= len(given) <= most
        return words["wrong_other"] if is_other else words["wrong_count"].format(least=question.least, most=most)
    if isinstance(question, Single):
        return words["wrong_other" if isinstance(given, Mapping) else "wrong_choice"]
    if isinstance(question, Ranking):
        return words["wrong_ranking"]
    if isinstance(question, Email):
        return words["wrong_email"]
    if isinstance(question, Phone):
        return words["wrong_phone"]
    return words["wrong_choice" if isinstance(question, Scale | YesNo) else "wrong"]


def _with_bounds(
    begins: str,
    bounds: tuple[int | Decimal | dt.date | None, int | Decimal | dt.date | None],
    words: Mapping[str, str],
    language: str,
    alone: tuple[str, str],
) -> str:
    least, most = bounds
    if least is None and most is None:
        return begins
    name = "between" if least is not None and most is not None else alone[0] if least is not None else alone[1]
    said = words[name].format(least=said_value(least, language), most=said_value(most, language))
    return f"{begins} {said}"


def _of_text(question: ShortText | LongText, given: str, words: Mapping[str, str]) -> str:
    written = len(given.replace("\r\n", "\n").strip())
    if written > question.longest:
        return words["too_long"].format(most=question.longest)
    if written < question.shortest:
        return words["too_short"].format(least=question.shortest)
    return words["wrong_text"]
