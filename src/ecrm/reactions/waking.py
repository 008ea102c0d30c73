"""Wake timers that are due: once, and only when what happened before is known.

A timer fires when the inbox holds nothing older than its time, and every reaction of its plugin has read
the log as far as it went then: an order that was placed in time is always seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from ecrm.database import Retry, Transaction
from ecrm.errors import SetupError, UnavailableError
from ecrm.interactions.tables.position import last_position
from ecrm.reactions.collecting import Collected, Question, collect
from ecrm.reactions.failing import ENDED, row_of
from ecrm.reactions.holding import in_hand
from ecrm.reactions.model.cause import Cause, Failure, Outcome, said_of
from ecrm.reactions.model.timer import Due, due_id
from ecrm.reactions.parts import Acted, Owned, OwnedTimer, Parts, names_of
from ecrm.reactions.tables import cursor as cursor_table
from ecrm.reactions.tables import parked as parked_table
from ecrm.reactions.tables import timer as timer_table
from ecrm.reactions.tables.timer import TimerRow

__all__ = ["Waker"]

AT_ONCE = 200
MOST_TRIALS = 3
HAND = "@timers"
_ENDED = ENDED.format(times=MOST_TRIALS)


class Mark(NamedTuple):
    """Remember that what happened up to a moment is on the log up to a position."""

    moment: dt.datetime
    position: int


class Waker:
    """Wake timers.

    Args:
        parts: What waking shares with the rest.
        reactions: The reactions of every plugin that is on.
        timers: Their timers.
        oldest_waiting: Gives when the oldest row came that waits in the inbox.
    """

    def __init__(
        self,
        parts: Parts,
        reactions: Sequence[Owned],
        timers: Sequence[OwnedTimer],
        oldest_waiting: Callable[[], dt.datetime | None],
    ) -> None:
        self._parts = parts
        self._timers = {one.record.name: one for one in timers}
        self._reactions = {
            plugin: names_of([one for one in reactions if one.plugin == plugin])
            for plugin in {one.plugin for one in timers}
        }
        self._oldest_waiting = oldest_waiting
        self._marks: dict[str, Mark] = {}
        self._passed: dict[str, dt.datetime] = {}

    def wake(self) -> Acted:
        """Fire what is due, as far as what happened before is known; nothing due gives zeros."""
        acted = Acted()
        if not self._timers or not self._is_anything_due():
            return acted
        self._look_how_far()
        due = {plugin: self._due(plugin, passed) for plugin, passed in self._passed.items()}
        if not any(due.values()):
            # Those that are due belong to shops that have the plugin off, or wait for what happened before.
            return acted
        self._enrol()
        longest_s = max(one.record.deadline_s for one in self._timers.values())
        with in_hand(self._parts, HAND, longest_s) as lease:
            for plugin, rows in due.items() if lease is not None else ():
                # One of them may have ended the worker before.
                alone = lease is not None and lease.was_left
                for batch in [[row] for row in rows] if alone else [rows]:
                    acted += self._fire(plugin, batch, is_alone=alone)
        return acted

    def _enrol(self) -> None:
        now = self._parts.now()
        self._parts.transact(lambda transaction: cursor_table.enrol(transaction, [HAND], 0, now))

    def next_due(self) -> dt.datetime | None:
        """Give when the next timer is due."""
        with self._parts.library.database.read() as transaction:
            return timer_table.next_due(transaction, self._timers)

    def _is_anything_due(self) -> bool:
        due_at = self.next_due() if self._timers else None
        return due_at is not None and due_at <= self._parts.now()

    def _look_how_far(self) -> None:
        now, waiting = self._parts.now(), self._oldest_waiting()
        moment = now if waiting is None else min(now, waiting)
        with self._parts.library.database.read() as transaction:
            # Not the safe position: what was received may lie beyond it, as long as another still writes.
            position = last_position(transaction)
            cursors = cursor_table.cursors(transaction)
        for plugin, names in self._reactions.items():
            reached = min((cursors[name].position for name in names if name in cursors), default=position)
            mark = self._marks.setdefault(plugin, Mark(moment, position))
            if reached >= mark.position:
                self._passed[plugin] = max(mark.moment, self._passed.get(plugin, mark.moment))
                self._marks[plugin] = Mark(moment, position)
            if reached >= position:
                self._passed[plugin] = max(moment, self._passed.get(plugin, moment))

    def _due(self, plugin: str, passed: dt.datetime) -> Sequence[TimerRow]:
        names = [name for name, one in self._timers.items() if one.plugin == plugin]
        found: list[TimerRow] = []
        after: TimerRow | None = None
        while len(found) < AT_ONCE:
            with self._parts.library.database.read() as transaction:
                page = timer_table.due_timers(transaction, names, passed, AT_ONCE, after)
            on = self._parts.shops_on(plugin, {row.key.shop for row in page})
            found += [row for row in page if row.key.shop in on]
            if len(page) < AT_ONCE:
                break
            after = page[-1]
        return found[:AT_ONCE]

    def _fire(self, plugin: str, rows: Sequence[TimerRow], *, is_alone: bool) -> Acted:
        if is_alone and rows:
            if rows[0].trials >= MOST_TRIALS:
                ended = Failure(_cause_of(rows[0]), _ENDED)
                return self._settle(rows, Collected((), (ended,), 1), is_given_up=True)
            if not self._parts.transact(lambda transaction: timer_table.mark_tried(transaction, rows[0])):
                return Acted()
        acted, left = Acted(), list(rows)
        while left:
            deadline_s = max(self._timers[row.key.timer].record.deadline_s for row in left)
            questions = [self._question(plugin, row) for row in left]
            collected = collect(self._parts.runner, questions, deadline_s, self._parts.appliers.kinds)
            acted += self._settle_or_part(left[: collected.count], collected)
            left = left[collected.count :]
            if collected.has_hung:
                # The others are due still, and come in the next round.
                break
        return acted

    def _settle_or_part(self, rows: Sequence[TimerRow], collected: Collected) -> Acted:
        try:
            return self._settle(rows, collected)
        except (UnavailableError, SetupError, Retry):
            raise
        except Exception as error:  # noqa: BLE001 - what one timer does must not keep the others
            if len(rows) == 1:
                return self._settle(rows, Collected((), (Failure(_cause_of(rows[0]), said_of(error)),), 1))
        acted = Acted()
        answers: dict[UUID, Outcome | Failure] = {one.cause.id: one for one in collected.outcomes}
        answers |= {one.cause.id: one for one in collected.failures}
        for row in rows:
            answer = answers.get(_cause_of(row).id)
            outcomes = (answer,) if isinstance(answer, Outcome) else ()
            alone = Collected(outcomes, (answer,) if isinstance(answer, Failure) else (), 1)
            acted += self._settle_or_part([row], alone)
        return acted

    def _settle(self, rows: Sequence[TimerRow], collected: Collected, *, is_given_up: bool = False) -> Acted:
        def work(transaction: Transaction) -> Acted:
            now = self._parts.now()
            fired = {_cause_of(row).id for row in rows if timer_table.mark_fired(transaction, row, now)}
            failures = [one for one in collected.failures if one.cause.id in fired]
            for failure in failures:
                parked_table.set_aside(transaction, row_of(failure, now, is_given_up=is_given_up))
            outcomes = [one for one in collected.outcomes if one.cause.id in fired]
            return Acted(len(fired), len(failures), self._parts.appliers.apply(transaction, outcomes))

        return self._parts.transact(work)

    def _question(self, plugin: str, row: TimerRow) -> Question:
        cause, timer = _cause_of(row), self._timers[row.key.timer].record
        due = cause.due
        assert due is not None  # noqa: S101 - it is a timer's
        ask = self._parts.questions(row.key.shop, plugin, due.profile_id, self._parts.now())
        return Question(lambda: cause, lambda: timer.fire(due.lent(), ask))


def _cause_of(row: TimerRow) -> Cause:
    state, key = row.state, row.key
    assert state.due_at is not None  # noqa: S101 - it was found by its time
    decided, whose, id_ = state.decision, state.profile_id, due_id(*key, state)
    due = Due(key.timer, key.key, state.due_at, state.details, decided.by, decided.at, whose, id_)
    return Cause.of_timer(key.shop, due)
