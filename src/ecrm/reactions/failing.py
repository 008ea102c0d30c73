"""What becomes of what failed: set aside, tried again after a while, parked after several tries."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from ecrm.errors import EcrmError
from ecrm.reactions.model.cause import Cause, Failure
from ecrm.reactions.model.timer import Due
from ecrm.reactions.tables.parked import GIVEN_UP, RETRYING, ParkedRow

__all__ = ["FailedError", "due_from", "failed_again", "row_of"]

BACKOFF_S = (10, 60, 300, 1_800)
MOST_TRIES = len(BACKOFF_S)
ENDED = "the worker ended each of the {times} times this ran: mend the plugin, then retry it"


class FailedError(EcrmError):
    """Carry on why a plugin failed, in words that may be told."""


def row_of(failure: Failure, now: dt.datetime, *, is_given_up: bool = False) -> ParkedRow:
    """Give the row of something that failed for the first time, or is given up at once."""
    cause = failure.cause
    next_try_at = now + dt.timedelta(seconds=BACKOFF_S[0])
    state = GIVEN_UP if is_given_up else RETRYING
    whose = (cause.shop, cause.reaction, cause.id, cause.profile_id)
    return ParkedRow(0, *whose, _json(cause), state, 0, next_try_at, now, failure.error)


def failed_again(row: ParkedRow, error: str, now: dt.datetime) -> ParkedRow:
    """Give the row of something that was tried again and failed: to be tried later, or given up."""
    if row.tries >= MOST_TRIES:
        return row._replace(state=GIVEN_UP, error=error, failed_at=now)
    wait_s = BACKOFF_S[row.tries]
    return row._replace(error=error, failed_at=now, next_try_at=now + dt.timedelta(seconds=wait_s))


def due_from(row: ParkedRow) -> Due | None:
    """Give the timer a row is of; None where it is of an interaction."""
    held = row.due
    if held is None:
        return None
    at = dt.datetime.fromisoformat(held["due_at"])
    set_by, set_at = UUID(held["set_by"]), dt.datetime.fromisoformat(held["set_at"])
    return Due(row.reaction, held["key"], at, held["details"], set_by, set_at, row.profile_id, row.cause_id)


def _json(cause: Cause) -> dict[str, Any] | None:
    due = cause.due
    if due is None:
        return None
    return {
        "key": due.key,
        "due_at": due.due_at.isoformat(),
        "details": dict(due.details),
        "set_by": str(due.set_by),
        "set_at": due.set_at.isoformat(),
    }
