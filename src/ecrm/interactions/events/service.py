"""Cases and surveys.

Their deadlines and scores are worked out elsewhere.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Answers, Prose
from ecrm.interactions.events.rules import Id, Seconds, Word
from ecrm.interactions.events.shape import kind
from ecrm.values.open_values import FrozenDict

__all__ = [
    "CaseBreached",
    "CaseEscalated",
    "CaseEvent",
    "CaseOpened",
    "CaseReopened",
    "CaseResolved",
    "CaseResponded",
    "SurveyAnswered",
    "SurveyEvent",
    "SurveySent",
    "SurveyViewed",
]


@kind
class CaseEvent(Event):
    """Be about one case of the customer service."""

    case_id: Id
    kind: Word | None = None
    priority: Word | None = None
    sla_policy: Word | None = None
    due_at: datetime | None = None
    order_id: Id | None = None
    agent_id: Id | None = None
    reason: Prose | None = None


@kind
class CaseOpened(CaseEvent):
    """Say that a case was opened."""

    NAME: ClassVar[str] = "Case Opened"
    KEY: ClassVar[tuple[str, ...]] = ("case_id",)

    subject: Prose | None = None
    text: Prose | None = None


@kind
class CaseResponded(CaseEvent):
    """Say that the shop answered."""

    NAME: ClassVar[str] = "Case Responded"

    text: Prose | None = None


@kind
class CaseBreached(CaseEvent):
    """Say that a deadline passed."""

    NAME: ClassVar[str] = "Case Breached"


@kind
class CaseEscalated(CaseEvent):
    """Say that a case went to somebody else."""

    NAME: ClassVar[str] = "Case Escalated"


@kind
class CaseResolved(CaseEvent):
    """Say that a case is solved."""

    NAME: ClassVar[str] = "Case Resolved"

    text: Prose | None = None


@kind
class CaseReopened(CaseEvent):
    """Say that a case was not solved after all."""

    NAME: ClassVar[str] = "Case Reopened"


@kind
class SurveyEvent(Event):
    """Be about one invitation to a survey."""

    survey_id: Id
    invitation_id: Id | None = None
    version: Word | None = None
    kind: Word | None = None
    order_id: Id | None = None


@kind
class SurveySent(SurveyEvent):
    """Say that the customer was invited."""

    NAME: ClassVar[str] = "Survey Sent"
    KEY: ClassVar[tuple[str, ...]] = ("invitation_id",)


@kind
class SurveyViewed(SurveyEvent):
    """Say that the customer opened the survey."""

    NAME: ClassVar[str] = "Survey Viewed"
    KEY: ClassVar[tuple[str, ...]] = ("invitation_id",)


@kind
class SurveyAnswered(SurveyEvent):
    """Say what the customer answered, and in how many seconds."""

    NAME: ClassVar[str] = "Survey Answered"
    KEY: ClassVar[tuple[str, ...]] = ("invitation_id",)

    score: Decimal | None = None
    nps: Decimal | None = None
    csat: Decimal | None = None
    ces: Decimal | None = None
    text: Prose | None = None
    answers: Answers = FrozenDict()
    duration_s: Seconds | None = None
