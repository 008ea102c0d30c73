"""A timer: a durable "wake me at". The newest decision about its key holds, in whatever order they arrive."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import attrs

__all__ = ["Decision", "Due", "TimerState", "decide", "due_id"]

_SPACE = UUID("7f1f1a52-8c39-5d0c-9a43-0f8c4f0a6f6e")


@attrs.frozen(repr=False)
class Due:
    """Be a timer that is due, as its function gets it.

    Args:
        timer: The timer's name.
        key: Which one of this timer.
        due_at: When it was due, UTC.
        details: What it was told when it was set.
        set_by: The interaction it was set by, or the timer.
        set_at: When that happened, or was due.
        profile_id: Whose: the profile that interaction came by.
        id: What its effects are applied once by.
    """

    timer: str
    key: str
    due_at: dt.datetime
    details: Mapping[str, Any]
    set_by: UUID
    set_at: dt.datetime
    profile_id: UUID
    id: UUID

    def __repr__(self) -> str:
        return f"<Due {self.timer} {self.due_at:%Y-%m-%d %H:%M}>"

    @property
    def decided_at(self) -> dt.datetime:
        """Give from when what its firing decides holds: after what set it, also where it was due before that."""
        return max(self.due_at, self.set_at + dt.timedelta.resolution)

    def lent(self) -> Due:
        """Give one whose details may be changed and do not change this one's."""
        return attrs.evolve(self, details=copy.deepcopy(dict(self.details)))


@attrs.frozen(order=True)
class Decision:
    """Order decisions about one timer: by when what decided happened, then by its id."""

    at: dt.datetime
    by: UUID


@attrs.frozen
class TimerState:
    """Hold what is decided about one key of a timer.

    Args:
        decision: The newest.
        due_at: When it wakes; None where it is cancelled.
        has_fired: Whether it did.
        details: What it is to know.
        profile_id: Whose.
    """

    decision: Decision
    due_at: dt.datetime | None
    has_fired: bool
    details: Mapping[str, Any]
    profile_id: UUID


def decide(held: TimerState | None, comes: TimerState) -> TimerState:
    """Give what holds: the newest decision; what is as new as what is there changes nothing.

    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> one = TimerState(Decision(at, UUID(int=1)), at, False, {}, UUID(int=9))
    >>> older = TimerState(Decision(at - dt.timedelta(1), UUID(int=2)), None, False, {}, UUID(int=9))
    >>> decide(one, older) is one
    True
    """
    return comes if held is None or comes.decision > held.decision else held


def due_id(shop: str, timer: str, key: str, state: TimerState) -> UUID:
    """Give the id of one firing, the same whoever fires it."""
    return uuid5(_SPACE, "\n".join((shop, timer, key, str(state.decision.by), str(state.due_at))))
