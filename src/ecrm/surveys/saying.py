"""The events that an answer becomes: what was answered, and what was agreed to with a tick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ecrm.interactions.events import ConsentGranted, Event, SurveyAnswered
from ecrm.surveys.model import Consent, LongText, Survey
from ecrm.surveys.tables.invitation import InvitationRow
from ecrm.values import Who

__all__ = ["events_of", "told_by"]

# Which fact the newest score of a scale becomes.
_SCORES = {"nps": "nps", "csat": "csat", "ces": "ces"}


def events_of(
    survey: Survey,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    row: InvitationRow,
    who: Who,
    duration_s: int | None = None,
) -> list[Event]:
    """Give the events of one answer: the answer first.

    Args:
        survey: What was asked.
        answers: Checked.
        facts: What is known of the customer, which decides what was asked.
        row: The invitation.
        who: Who answered.
        duration_s: How many seconds it took; None where that is not known.
    """
    return [_answered(survey, answers, row, who, duration_s), *_granted(survey, answers, facts, row, who)]


def _answered(
    survey: Survey, answers: Mapping[str, Any], row: InvitationRow, who: Who, duration_s: int | None
) -> SurveyAnswered:
    return SurveyAnswered(
        customer=who, survey_id=row.survey, invitation_id=str(row.id), version=str(row.version),
        duration_s=duration_s, order_id=row.order_id, location_id=row.location_id,
        source="surveys", source_id=f"answered:{row.id}", direction="in", **told_by(survey, answers),
    )  # fmt: skip


def told_by(survey: Survey, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields of `Survey Answered` that follow from checked answers: they, what they score, what was written.

    Args:
        survey: What was asked.
        answers: Checked.
    """
    score = survey.score(answers)
    value = None if score is None else Decimal(str(score.value))
    scores: dict[str, Any] = {} if score is None or score.kind not in _SCORES else {_SCORES[score.kind]: value}
    said = (answers.get(one.key) for one in survey.questions if isinstance(one, LongText))
    return {"answers": dict(answers), "kind": None if score is None else score.kind, "score": value,
            "text": next((one for one in said if one), None), **scores}  # fmt: skip


def _granted(
    survey: Survey, answers: Mapping[str, Any], facts: Mapping[str, Any], row: InvitationRow, who: Who
) -> Iterator[Event]:
    for question in survey.path(answers, facts):
        if isinstance(question, Consent) and answers.get(question.key):
            yield ConsentGranted(
                customer=who, purpose=question.purpose, message_channel=question.channel, method="survey",
                evidence={"survey": row.survey, "version": row.version, "question": question.key,
                          "invitation_id": str(row.id)},
                source="surveys", source_id=f"granted:{row.id}:{question.key}",
            )  # fmt: skip
