"""When a customer is left alone: after any survey, after the same one, when enough answered, after the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from ecrm.surveys.model.plan import Plan

__all__ = ["Past", "why_left_alone", "why_over"]


@attrs.frozen
class Past:
    """Say when a customer was asked a survey for the last time.

    Args:
        survey: Its key.
        at: When.
    """

    survey: str
    at: dt.datetime


def why_over(plan: Plan, now: dt.datetime, answers: int) -> str | None:
    """Say why nobody is asked any more; None where somebody is.

    Args:
        plan: How the survey is asked.
        now: The time.
        answers: How many there are.

    >>> why_over(Plan(quota=100), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 100)
    'enough have answered'
    """
    if plan.ends_at is not None and now >= plan.ends_at:
        return "the survey has ended"
    if plan.quota is not None and answers >= plan.quota:
        return "enough have answered"
    return None


def why_left_alone(plan: Plan, survey: str, now: dt.datetime, past: Iterable[Past], rest: dt.timedelta) -> str | None:
    """Say why a customer is not asked now; None where they may be.

    Args:
        plan: How the survey is asked.
        survey: Its key.
        now: The time.
        past: What the customer was asked before.
        rest: How long any survey leaves a customer alone in this shop.

    >>> at = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    >>> why_left_alone(Plan(), "nps", at, [Past("csat", at - dt.timedelta(days=3))], dt.timedelta(days=30))
    'asked a survey within 30 days'
    """
    for one in past:
        if now - one.at < max(rest, plan.rest):
            return f"asked a survey within {_said(max(rest, plan.rest))}"
        if one.survey == survey and now - one.at < plan.again:
            return f"asked this survey within {_said(plan.again)}"
    return None


def _said(length: dt.timedelta) -> str:
    days, rest = divmod(length, dt.timedelta(days=1))
    return f"{days} days" if not rest else f"{length.total_seconds() / 3_600:g} hours"
