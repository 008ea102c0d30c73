"""Surveys, invitations and how surveys are asked, as they are shown: without tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

import attrs

from ecrm.surveys.model.plan import Plan
from ecrm.surveys.tables.invitation import InvitationRow
from ecrm.surveys.tables.running import RUNNING, RunRow

__all__ = ["Invitation", "Running", "Version", "invitation_of", "running_of"]

ENDED = "ended"


@attrs.frozen
class Version:
    """Be a version of a survey in a list.

    Args:
        key: The survey's.
        version: From 1 up.
        state: draft, live or withdrawn.
        author: Who wrote it.
        at: When it was written, became live, or was withdrawn.
    """

    key: str
    version: int
    state: str
    author: str
    at: dt.datetime


@attrs.frozen
class Running:
    """Be a survey that runs, or ran.

    Args:
        name: What this way of asking is called.
        survey: The key of the survey.
        state: running, stopped, or ended: then its plan says that nobody is asked any more.
        started_at: When it was started.
        plan: How it is asked.
        counts: How many invitations of the survey are in each state.
    """

    name: str
    survey: str
    state: str
    started_at: dt.datetime
    plan: Plan
    counts: Mapping[str, int]


@attrs.frozen
class Invitation:
    """Be an invitation, as it is shown.

    Args:
        id: Its id.
        survey: The key of the survey.
        version: Which version; 0 before it was asked.
        customer_id: Whom; None where nobody is known.
        state: planned, asked, sent, answered, expired or skipped.
        reason: Why it was skipped, or is not asked yet.
        due_at: When something is due of it.
        asked_at: When the message was asked for.
        answered_at: When it was answered.
        reminders: How many went.
        message_id: The newest message, for `crm.explain_message`.
    """

    id: UUID
    survey: str
    version: int
    customer_id: UUID | None
    state: str
    reason: str | None
    due_at: dt.datetime | None
    asked_at: dt.datetime | None
    answered_at: dt.datetime | None
    reminders: int
    message_id: UUID | None


def invitation_of(row: InvitationRow) -> Invitation:
    """Show an invitation."""
    return Invitation(**{field.name: getattr(row, field.name) for field in attrs.fields(Invitation)})


def running_of(run: RunRow, counts: Mapping[str, Mapping[str, int]], now: dt.datetime) -> Running:
    """Show how a survey is asked."""
    is_over = run.state == RUNNING and run.plan.ends_at is not None and run.plan.ends_at <= now
    state = ENDED if is_over else run.state
    return Running(run.name, run.survey, state, run.started_at, run.plan, dict(counts.get(run.survey, {})))
