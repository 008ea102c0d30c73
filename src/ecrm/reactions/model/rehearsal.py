"""What a replay did, or would do."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from uuid import UUID

import attrs

from ecrm.reactions.model.cause import Cause, Failure
from ecrm.reactions.model.effect import CancelTimer, Effect, Keep, Record, SetTimer

__all__ = ["Foreseen", "Replayed", "Tape", "label_of"]

MOST_KEPT = 1_000


@attrs.frozen
class Foreseen:
    """Be one effect, and why.

    Args:
        at: When what led to it happened, or the timer was due.
        cause_id: The interaction, or the firing.
        is_by_timer: Whether a timer led to it.
        profile_id: Whom it is about.
        effect: What is done.
    """

    at: dt.datetime
    cause_id: UUID
    is_by_timer: bool
    profile_id: UUID
    effect: Effect


@attrs.frozen
class Replayed:
    """Hold what a replay did, or would do.

    Args:
        seen: How many interactions were asked about.
        fired: How many timers fired on the way.
        counts: How many effects there were, by what they do.
        recorded: How many events are recorded of it that were not before; 0 in a rehearsal.
        failed: How often the plugin failed.
        effects: The first thousand effects, in the order they came.
        failures: The first thousand failures.
    """

    seen: int = 0
    fired: int = 0
    counts: Mapping[str, int] = attrs.field(factory=dict)
    recorded: int = 0
    failed: int = 0
    effects: tuple[Foreseen, ...] = ()
    failures: tuple[Failure, ...] = ()


class Tape:
    """Take down what comes of a replay."""

    def __init__(self) -> None:
        self.seen = self.fired = self.recorded = self.failed = 0
        self._counts: Counter[str] = Counter()
        self._effects: list[Foreseen] = []
        self._failures: list[Failure] = []

    def note(self, cause: Cause, effects: tuple[Effect, ...]) -> None:
        """Take down the effects of one cause."""
        self._counts.update(map(label_of, effects))
        room = MOST_KEPT - len(self._effects)
        is_by_timer = cause.due is not None
        self._effects += [Foreseen(cause.at, cause.id, is_by_timer, cause.profile_id, one) for one in effects[:room]]

    def fail(self, failure: Failure) -> None:
        """Take down a failure."""
        self.failed += 1
        if len(self._failures) < MOST_KEPT:
            self._failures.append(failure)

    def played(self) -> Replayed:
        """Give what was taken down."""
        counts = dict(sorted(self._counts.items()))
        return Replayed(
            self.seen, self.fired, counts, self.recorded, self.failed, tuple(self._effects), tuple(self._failures)
        )


def label_of(effect: Effect) -> str:
    """Say what an effect does, without whom it is about.

    >>> from ecrm import events
    >>> label_of(Record(events.CartAbandoned(cart_id="7")))
    'Record Cart Abandoned'
    """
    kind = type(effect).__name__
    if isinstance(effect, Record):
        return f"{kind} {effect.event.event_name}"
    if isinstance(effect, SetTimer | CancelTimer):
        return f"{kind} {effect.timer}"
    return f"{kind} {effect.fact}" if isinstance(effect, Keep) else kind
