"""A plugin that does by each event what the event says, and a plain model of what must come of a history.

The model is one list, some dictionaries and no database. It works in the rounds a worker works in, one thing
after the other, and knows nothing of batches, leases, transactions and parallel workers: those must not show.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import attrs

from ecrm import Who, events
from ecrm.effects import CancelTimer, Effect, Keep, Note, Record, SetTimer, Tag
from ecrm.hookspecs import Fact, Reaction, Timer, hookimpl
from ecrm.reactions.model.timer import Decision, TimerState, due_id

__all__ = ["Historic", "Model", "Told"]

TOLD = "Told"
WEEK = dt.timedelta(days=7)
AGAIN = dt.timedelta(minutes=30)
BACKOFF = tuple(dt.timedelta(seconds=seconds) for seconds in (10, 60, 300, 1_800))
TICK = dt.timedelta(microseconds=1)


class Historic:
    """The plugin: it records, tags, notes, sets and cancels timers as an event says, and keeps two facts."""

    name = "historic"

    @hookimpl
    def register_facts(self) -> list[Fact]:
        return [
            Fact("historic.told", "integer", "events", "How many.", "kept"),
            Fact("historic.last", "text", "id", "The newest.", "kept"),
        ]

    @hookimpl
    def register_reactions(self) -> list[Reaction]:
        keeps = ["historic.told", "historic.last"]
        return [
            Reaction("historic_act", self.act, kinds=[TOLD]),
            Reaction("historic_keep", self.keep, kinds=[TOLD], keeps=keeps),
        ]

    @hookimpl
    def register_timers(self) -> list[Timer]:
        return [Timer("historic_wake", self.wake)]

    def act(self, interaction: Any, ask: Any) -> Iterator[Effect]:
        says = interaction.properties
        yield Record(events.Custom("Counted", {"of": interaction.source_id}))
        yield Tag(f"t-{says['key']}")
        yield Note(f"saw {interaction.source_id}")
        if says["does"] == "set":
            at = interaction.at + dt.timedelta(minutes=says["minutes"])
            yield SetTimer("historic_wake", key=says["key"], at=at, details={"left": says["left"]})
        elif says["does"] == "cancel":
            yield CancelTimer("historic_wake", key=says["key"])
        elif says["does"] == "fail" and ask.now < interaction.at + dt.timedelta(minutes=says["minutes"]):
            raise RuntimeError

    def keep(self, interaction: Any, ask: Any) -> list[Effect]:
        page = ask.timeline(interaction.profile_id, limit=1_000, kinds=[TOLD])
        return [Keep("historic.told", len(page)), Keep("historic.last", page[0].source_id)]

    def wake(self, due: Any, _: Any) -> Iterator[Effect]:
        left = due.details["left"]
        yield Record(events.Custom("Woken", {"key": due.key, "left": left}))
        if left:
            yield SetTimer("historic_wake", key=due.key, at=due.due_at + AGAIN, details={"left": left - 1})


@attrs.frozen
class Told:
    """What one event tells the plugin to do."""

    name: str
    person: str
    at: dt.datetime
    does: str
    key: str
    minutes: int
    left: int
    live: bool

    def event(self) -> events.Event:
        says = {"does": self.does, "key": self.key, "minutes": self.minutes, "left": self.left}
        who = Who(email=f"{self.person}@example.org")
        return events.Custom(TOLD, says, customer=who, source_id=self.name, at=self.at, live=self.live)


@attrs.define
class Tried:
    """What failed, and when it is tried again; never where it is given up."""

    tries: int
    next_at: dt.datetime | None


class Model:
    """What one shop must have come to.

    Args:
        shop: Its name.
        ids: Gives the ids the CRM gave to what is on its log: the model makes none.
    """

    def __init__(self, shop: str, ids: Any) -> None:
        self._shop = shop
        self._ids = ids
        self.inbox: list[Told] = []
        self.log: dict[str, Told] = {}
        self.voided: set[str] = set()
        self.is_on = True
        self.was_off = False
        self.merged = False
        self.failed: dict[str, Tried] = {}
        self.timers: dict[str, TimerState] = {}
        self.applied: set[tuple[Any, str]] = set()
        self.counted: Counter[str] = Counter()
        self.noted: Counter[str] = Counter()
        self.woken: Counter[tuple[str, int]] = Counter()
        self.tags: dict[str, set[str]] = {}
        self._unread: list[str] = []

    def record(self, told: Told) -> None:
        if told.name not in self.log:
            self.log[told.name] = told
            self._unread.append(told.name)

    def work(self, now: dt.datetime) -> None:
        while self._receives() or self._reacts(now) or self._retries(now) or self._wakes(now):
            pass

    def retry(self, now: dt.datetime) -> int:
        for tried in self.failed.values():
            tried.tries, tried.next_at = 0, now
        return len(self.failed)

    def replay(self, now: dt.datetime) -> tuple[int, int]:
        """Walk through history, and do what was not done; give how many events were seen, and how many failed."""
        states: dict[str, TimerState] = {}
        seen = [one for one in self._in_order() if one.at < now]
        failed = 0
        for told in seen:
            self._fire_on_the_way(states, told.at)
            if told.does == "fail" and told.minutes > 0:
                self.failed[told.name] = Tried(0, None)
                failed += 1
                continue
            self._act(told, states)
        self._fire_on_the_way(states, now + TICK)
        for key, state in states.items():
            if state.has_fired or state.due_at is None or state.due_at > now:
                self._decide(self.timers, key, state)
        return len(seen), failed

    def told_of(self, person: str) -> list[str]:
        """Give what is on the timeline of a person, the newest first."""
        people = {"a", "b"} if self.merged else {person}
        return [one.name for one in reversed(self._in_order()) if one.person in people]

    def _in_order(self) -> list[Told]:
        return sorted((one for one in self.log.values() if one.name not in self.voided), key=lambda one: one.at)

    def _receives(self) -> bool:
        waiting, self.inbox = self.inbox, []
        for told in waiting:
            self.record(told)
        return bool(waiting)

    def _reacts(self, now: dt.datetime) -> bool:
        unread, self._unread = self._unread, []
        for name in unread:
            told = self.log[name]
            if self.is_on and told.live and name not in self.voided and now - told.at <= WEEK:
                if self._fails(told, now):
                    self.failed[name] = Tried(0, now + BACKOFF[0])
                else:
                    self._act(told, self.timers)
        return bool(unread)

    def _retries(self, now: dt.datetime) -> bool:
        due = [name for name, one in self.failed.items() if one.next_at is not None and one.next_at <= now]
        for name in due if self.is_on else ():
            told, tried = self.log[name], self.failed[name]
            tried.tries += 1
            if name in self.voided or not self._fails(told, now):
                del self.failed[name]
                if name not in self.voided:
                    self._act(told, self.timers)
            else:
                tried.next_at = now + BACKOFF[tried.tries] if tried.tries < len(BACKOFF) else None
        return bool(due) and self.is_on

    def _wakes(self, now: dt.datetime) -> bool:
        due = [key for key, one in self.timers.items() if self._waits(one) and one.due_at <= now]
        for key in due if self.is_on else ():
            self._fire(self.timers, key, is_live=True)
        return bool(due) and self.is_on

    def _fire_on_the_way(self, states: dict[str, TimerState], until: dt.datetime) -> None:
        while due := [(one.due_at, key) for key, one in states.items() if self._waits(one) and one.due_at < until]:
            self._fire(states, min(due)[1], is_live=False)

    @staticmethod
    def _waits(state: TimerState) -> bool:
        return state.due_at is not None and not state.has_fired

    @staticmethod
    def _fails(told: Told, now: dt.datetime) -> bool:
        return told.does == "fail" and now < told.at + dt.timedelta(minutes=told.minutes)

    def _act(self, told: Told, timers: dict[str, TimerState]) -> None:
        cause = told.name
        if self._is_fresh(cause, "counted"):
            self.counted[cause] += 1
        if self._is_fresh(cause, "tag"):
            self.tags.setdefault(told.person, set()).add(f"t-{told.key}")
        if self._is_fresh(cause, "note"):
            self.noted[f"saw {cause}"] += 1
        if told.does in {"set", "cancel"} and (timers is not self.timers or self._is_fresh(cause, told.does)):
            due_at = told.at + dt.timedelta(minutes=told.minutes) if told.does == "set" else None
            decision = Decision(told.at, self._ids(told.name))
            self._decide(timers, told.key, TimerState(decision, due_at, False, {"left": told.left}, UUID(int=0)))

    def _fire(self, timers: dict[str, TimerState], key: str, *, is_live: bool) -> None:
        state = timers[key]
        timers[key] = attrs.evolve(state, has_fired=True)
        cause, left = due_id(self._shop, "historic_wake", key, state), state.details["left"]
        if self._is_fresh(cause, "woken"):
            self.woken[key, left] += 1
        if left and (not is_live or self._is_fresh(cause, "again")):
            decided_at = max(state.due_at, state.decision.at + TICK)
            again = TimerState(
                Decision(decided_at, cause), state.due_at + AGAIN, False, {"left": left - 1}, UUID(int=0)
            )  # fmt: skip
            self._decide(timers, key, again)

    @staticmethod
    def _decide(timers: dict[str, TimerState], key: str, state: TimerState) -> None:
        if key not in timers or state.decision > timers[key].decision:
            timers[key] = state

    def _is_fresh(self, cause: Any, effect: str) -> bool:
        before = len(self.applied)
        self.applied.add((cause, effect))
        return len(self.applied) > before
