"""From a question to the fields of a form, and from what a form sends to answers. No HTTP here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecrm.surveys import Consent, Matrix, Multiple, Number, Question, Ranking, Scale, Single, Survey, YesNo
from ecrm.surveys.answering import Opened

__all__ = ["fields_of", "read_answers"]

_OTHER = "other"
_INPUTS = {"number": "number", "date": "date", "email": "email", "phone": "tel"}
Form = Mapping[str, Sequence[str]]


def fields_of(opened: Opened, questions: Sequence[Question], answers: Mapping[str, Any], language: str
              ) -> list[dict[str, Any]]:  # fmt: skip
    """Give what the page shows of questions.

    Args:
        opened: The invitation.
        questions: Which of its survey.
        answers: By question: what is chosen already.
        language: Of the reader.
    """
    return [_field(opened, one, answers, language) for one in questions]


def read_answers(survey: Survey, shown: Sequence[str], form: Form) -> dict[str, Any]:
    """Read what a form says of the questions that were shown; they are checked elsewhere.

    Args:
        survey: What was asked.
        shown: The keys of the questions that the form had.
        form: What it sent.
    """
    there = {one.key: one for one in survey.questions if one.takes_answer}
    return {key: _read(there[key], form) for key in shown if key in there}


def _field(opened: Opened, question: Question, answers: Mapping[str, Any], language: str) -> dict[str, Any]:
    survey = opened.survey

    def said(wording: Any) -> str:
        return "" if wording is None else survey.said(wording, language, answers, opened.facts)

    value = answers.get(question.key)
    field: dict[str, Any] = {
        "key": question.key, "kind": question.kind, "asks": said(question.asks), "about": said(question.about),
        "is_required": question.is_required, "value": value, "form": "text",
        "input": _INPUTS.get(question.kind, "text"),
    }  # fmt: skip
    if isinstance(question, Scale):
        steps = [{"value": str(step), "says": str(step), "is_chosen": value == step} for step in question.steps]
        field |= {"form": "scale", "steps": steps, "low": said(question.low), "high": said(question.high)}
    elif isinstance(question, Single | Multiple):
        given = value if isinstance(value, list | tuple) else [value]
        other = next((one[_OTHER] for one in given if isinstance(one, Mapping)), "")
        field |= {
            "form": "choices", "input": "radio" if isinstance(question, Single) else "checkbox", "other": other,
            "has_other": question.has_other,
            "steps": [{"value": one.key, "says": said(one.says), "is_chosen": one.key in given}
                      for one in question.ordered(opened.seed)],
        }  # fmt: skip
    elif isinstance(question, Ranking):
        ranks = {key: place for place, key in enumerate(value or (), 1)}
        steps = [{"value": one.key, "says": said(one.says), "rank": ranks.get(one.key, "")}
                 for one in question.ordered(opened.seed)]  # fmt: skip
        field |= {"form": "ranking", "steps": steps}
    elif isinstance(question, Matrix):
        columns = question.ordered(opened.seed)
        rows = [
            {"key": row.key, "says": said(row.says),
             "steps": [{"value": one.key, "says": said(one.says), "is_chosen": (value or {}).get(row.key) == one.key}
                       for one in columns]}
            for row in question.rows
        ]  # fmt: skip
        field |= {"form": "matrix", "rows": rows}
    elif isinstance(question, YesNo):
        field |= {"form": "yes_no"}
    elif isinstance(question, Consent):
        field |= {"form": "consent"}
    elif question.kind == "long_text":
        field |= {"form": "long_text"}
    elif not question.takes_answer:
        field |= {"form": "message"}
    return field


def _read(question: Question, form: Form) -> Any:
    name = f"a.{question.key}"
    given = list(form.get(name, ()))
    if isinstance(question, Single | Multiple):
        written = (form.get(f"{name}.{_OTHER}") or [""])[0]
        chosen: list[Any] = [{_OTHER: written} if one == _OTHER and question.has_other else one for one in given]
        return chosen if isinstance(question, Multiple) else (chosen or [None])[0]
    if isinstance(question, Matrix):
        return {row.key: form[f"{name}.{row.key}"][0] for row in question.rows if form.get(f"{name}.{row.key}")}
    if isinstance(question, Ranking):
        ranks = {one.key: (form.get(f"{name}.{one.key}") or [""])[0] for one in question.choices}
        # What has no place stays out, so that the check below says that every choice needs one.
        placed = sorted((place.zfill(3), key) for key, place in ranks.items() if place.strip())
        return [key for place, key in placed] if len({place for place, _ in placed}) == len(placed) else ["?"]
    value = given[0] if given else None
    return value.replace(",", ".") if isinstance(question, Number) and value else value
