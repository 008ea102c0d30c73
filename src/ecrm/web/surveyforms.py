"""From a question to the fields of a form, and from what a form sends to answers. No HTTP here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ecrm.surveys import (
    Consent,
    Csat,
    Matrix,
    Multiple,
    Number,
    PluginQuestion,
    Question,
    Ranking,
    Scale,
    Single,
    Survey,
    YesNo,
)
from ecrm.surveys.opened import Opened
from ecrm.web.drawing import drawn
from ecrm.web.forms import Form

__all__ = ["fields_of", "read_answers"]

_OTHER = "other"
_LONGEST_PLACE = 3
_INPUTS = {"date": "date", "email": "email", "phone": "tel"}
# A number is written into a line: a browser drops without a word what its own field for numbers does not take.
_MODES = {"number": "decimal"}
_COMPLETES = {"email": "email", "phone": "tel"}


def fields_of(
    opened: Opened, questions: Sequence[Question], answers: Mapping[str, Any], language: str, words: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Give what the page shows of questions.

    Args:
        opened: The invitation.
        questions: Which of its survey.
        answers: By question: what is chosen already.
        language: Of the reader.
        words: What the page says itself.
    """
    return [_field(opened, one, answers, language, words) for one in questions]


def read_answers(survey: Survey, shown: Sequence[str], form: Form) -> dict[str, Any]:
    """Read what a form says of the questions that were shown; they are checked elsewhere.

    Args:
        survey: What was asked.
        shown: The keys of the questions that the form had.
        form: What it sent.
    """
    there = {one.key: one for one in survey.questions if one.takes_answer}
    return {key: _read(there[key], form) for key in shown if key in there}


def _field(
    opened: Opened, question: Question, answers: Mapping[str, Any], language: str, words: Mapping[str, str]
) -> dict[str, Any]:
    def said(wording: Any) -> str:
        return opened.said(wording, language, answers)

    value, kind = answers.get(question.key), question.kind
    field: dict[str, Any] = {
        "key": question.key, "kind": kind, "asks": said(question.asks), "about": said(question.about),
        "is_required": question.is_required, "value": value, "form": kind if kind == "long_text" else "text",
        "input": _INPUTS.get(kind, "text"), "mode": _MODES.get(kind), "completes": _COMPLETES.get(kind),
    }  # fmt: skip
    if isinstance(question, Scale):
        return field | _scale(question, value, words) | {"low": said(question.low), "high": said(question.high)}
    if isinstance(question, PluginQuestion):
        markup = drawn(question, f"a.{question.key}", value, language)
        return field if markup is None else field | {"form": "drawn", "drawn": markup}
    return field | _shape(opened, question, value, said)


def _scale(question: Scale, value: Any, words: Mapping[str, str]) -> dict[str, Any]:
    style = question.style if isinstance(question, Csat) else "numbers"
    steps = [
        # Of a picture, whoever does not see it is told which step of how many it is.
        {"value": str(step), "is_chosen": str(value) == str(step),
         "says": str(step) if style == "numbers" else words["step"].format(step=step, most=question.MOST)}
        for step in question.steps
    ]  # fmt: skip
    return {"form": "scale", "style": style, "steps": steps}


def _shape(opened: Opened, question: Question, value: Any, said: Callable[[Any], str]) -> dict[str, Any]:
    if isinstance(question, Single | Multiple):
        given = value if isinstance(value, list | tuple) else [value]
        return {
            "form": "choices", "input": "radio" if isinstance(question, Single) else "checkbox",
            "other": next((one[_OTHER] for one in given if isinstance(one, Mapping)), ""),
            "has_other": question.has_other,
            "steps": [{"value": one.key, "says": said(one.says), "is_chosen": one.key in given}
                      for one in question.ordered(opened.seed)],
        }  # fmt: skip
    if isinstance(question, Ranking):
        ranks = value if isinstance(value, Mapping) else {key: place for place, key in enumerate(value or (), 1)}
        steps = [{"value": one.key, "says": said(one.says), "rank": ranks.get(one.key)}
                 for one in question.ordered(opened.seed)]  # fmt: skip
        return {"form": "ranking", "steps": steps}
    if isinstance(question, Matrix):
        columns = question.ordered(opened.seed)
        rows = [
            {"key": row.key, "says": said(row.says),
             "steps": [{"value": one.key, "says": said(one.says), "is_chosen": (value or {}).get(row.key) == one.key}
                       for one in columns]}
            for row in question.rows
        ]  # fmt: skip
        return {"form": "matrix", "rows": rows}
    if isinstance(question, YesNo):
        return {"form": "yes_no", "value": value in {True, "yes"} if value in {True, False, "yes", "no"} else None}
    if isinstance(question, Consent):
        return {"form": "consent"}
    return {} if question.takes_answer else {"form": "message"}


def _read(question: Question, form: Form) -> Any:
    name = f"a.{question.key}"
    given = list(form.get(name, ()))
    if isinstance(question, Single | Multiple):
        return _chosen(question, given, (form.get(f"{name}.{_OTHER}") or [""])[0])
    if isinstance(question, Matrix):
        return {row.key: form[f"{name}.{row.key}"][0] for row in question.rows if form.get(f"{name}.{row.key}")}
    if isinstance(question, Ranking):
        return _placed({one.key: (form.get(f"{name}.{one.key}") or [""])[0].strip() for one in question.choices})
    if isinstance(question, PluginQuestion) and len(given) > 1:
        return given
    value = given[0] if given else None
    return value.replace(",", ".") if isinstance(question, Number) and value else value


def _chosen(question: Single | Multiple, given: list[str], written: str) -> Any:
    # Whoever writes what else it is means it, ticked or not; of a single choice what was chosen stands.
    if question.has_other and written.strip() and _OTHER not in given and (isinstance(question, Multiple) or not given):
        given = [*given, _OTHER]
    chosen: list[Any] = [{_OTHER: written} if one == _OTHER and question.has_other else one for one in given]
    return chosen if isinstance(question, Multiple) else (chosen or [None])[0]


def _placed(places: Mapping[str, str]) -> Any:
    """Give the choices in their order; where places lack or stand twice, which have which, for the page to show."""
    ranks = {key: int(place) for key, place in places.items() if place.isascii() and place.isdigit()
             and len(place) <= _LONGEST_PLACE}  # fmt: skip
    if not any(places.values()) or len(set(ranks.values())) == len(places):
        return sorted(ranks, key=lambda key: ranks[key])
    return ranks or dict(places)
