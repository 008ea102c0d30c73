"""Replay a reaction over history: what would have happened, or make it so.

History is walked in the order it happened, and each moment's questions are answered as things stood then.
Timers that fall due on the way fire on the way. What is done is not live, and never done twice.
"""

from __future__ import annotations

import datetime as dt
import functools
import heapq
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import attrs

from ecrm.customers.tables import profile as profile_table
from ecrm.database import Retry, Transaction
from ecrm.errors import SetupError, UnavailableError
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.tables import log as log_table
from ecrm.reactions.applying import timer_decision
from ecrm.reactions.collecting import Question, collect
from ecrm.reactions.failing import row_of
from ecrm.reactions.holding import LostError, in_hand
from ecrm.reactions.keeping import Keeper, Said
from ecrm.reactions.model.cause import Cause, Failure, Outcome, said_of
from ecrm.reactions.model.effect import CancelTimer, Effect, SetTimer
from ecrm.reactions.model.rehearsal import Replayed, Tape
from ecrm.reactions.model.timer import Due, TimerState, decide, due_id
from ecrm.reactions.parts import Owned, OwnedTimer, Parts
from ecrm.reactions.past import PastQuestions
from ecrm.reactions.tables import cursor as cursor_table
from ecrm.reactions.tables import parked as parked_table
from ecrm.reactions.tables import stale as stale_table
from ecrm.reactions.tables import timer as timer_table
from ecrm.reactions.tables.cursor import Lease
from ecrm.reactions.tables.reading import history
from ecrm.reactions.tables.stale import StaleRow
from ecrm.reactions.tables.timer import TimerKey

__all__ = ["Span", "replay"]

PAGE = 500
TOGETHER = 200
Progress = Callable[[int, int], None]


@attrs.frozen
class Span:
    """Say which part of a shop's history: from a time on, before another."""

    shop: str
    since: dt.datetime
    until: dt.datetime


def replay(
    parts: Parts, owned: Owned, timers: Sequence[OwnedTimer], span: Span, progress: Progress | None, *, applies: bool
) -> Replayed:
    """Walk a reaction through history.

    Args:
        parts: What replaying shares with the rest.
        owned: The reaction.
        timers: The timers of its plugin.
        span: Which history.
        progress: Called with how many interactions are done, and of how many.
        applies: Whether what it says is done; else it is only taken down.
    """
    with parts.library.database.read() as transaction:
        ids = history(transaction, span.shop, span.since, span.until, sorted(owned.record.kinds))
    if owned.record.keeps:
        return _Keeping(parts, owned, span.shop, applies=applies).play(ids, progress)
    return _Walk(parts, owned, timers, span, applies=applies).play(ids, progress)


class _Walk:
    """One walk through history: the clock goes with it, and so do the timers."""

    def __init__(self, parts: Parts, owned: Owned, timers: Sequence[OwnedTimer], span: Span, *, applies: bool) -> None:
        self._parts = parts
        self._owned = owned
        self._timers = {one.record.name: one.record for one in timers}
        self._span = span
        self._applies = applies
        self._states: dict[TimerKey, TimerState] = {}
        self._due: list[tuple[dt.datetime, TimerKey]] = []
        self._waiting: list[Outcome] = []
        self._tape = Tape()

    def play(self, ids: Sequence[UUID], progress: Progress | None) -> Replayed:
        for interaction in _pages(self._parts, self._span.shop, ids, progress):
            self._fire_until(interaction.at)
            self._react(interaction)
        self._fire_until(min(self._span.until, self._parts.now()) + dt.timedelta.resolution)
        self._flush()
        if self._applies:
            self._keep_timers()
        return self._tape.played()

    def _react(self, interaction: Interaction) -> None:
        reaction = self._owned.record
        cause = Cause.of_interaction(self._span.shop, reaction.name, interaction, is_live=False)
        ask = self._questions(cause)
        self._tape.seen += 1
        self._hear(Question(lambda: cause, functools.partial(reaction.react, interaction, ask)), reaction.deadline_s)

    def _fire_until(self, moment: dt.datetime) -> None:
        while self._due and self._due[0][0] < moment:
            due_at, key = heapq.heappop(self._due)
            state = self._states[key]
            if state.due_at != due_at or state.has_fired:
                # Something else was decided since.
                continue
            self._states[key] = attrs.evolve(state, has_fired=True)
            timer = self._timers[key.timer]
            decided, whose, id_ = state.decision, state.profile_id, due_id(*key, state)
            due = Due(key.timer, key.key, due_at, state.details, decided.by, decided.at, whose, id_)
            cause = Cause.of_timer(key.shop, due, is_live=False)
            ask = self._questions(cause)
            self._tape.fired += 1
            question = Question(functools.partial(_same, cause), functools.partial(timer.fire, due.lent(), ask))
            self._hear(question, timer.deadline_s)

    def _hear(self, question: Question, deadline_s: float) -> None:
        collected = collect(self._parts.runner, [question], deadline_s, self._parts.appliers.kinds)
        for failure in collected.failures:
            self._fail(failure)
        for outcome in collected.outcomes:
            try:
                rest = tuple(effect for effect in outcome.effects if not self._decide(outcome.cause, effect))
            except Exception as error:  # noqa: BLE001 - as for what is live: one failure, and the walk goes on
                self._fail(Failure(outcome.cause, said_of(error)))
                continue
            self._tape.note(outcome.cause, outcome.effects)
            if rest:
                self._waiting.append(attrs.evolve(outcome, effects=rest))
        if len(self._waiting) >= TOGETHER:
            self._flush()

    def _decide(self, cause: Cause, effect: Effect) -> bool:
        if not isinstance(effect, SetTimer | CancelTimer):
            return False
        key, state = timer_decision(cause, effect, frozenset(self._timers))
        held = self._states.get(key)
        self._states[key] = decided = decide(held, state)
        if decided is not held and decided.due_at is not None:
            heapq.heappush(self._due, (decided.due_at, key))
        return True

    def _fail(self, failure: Failure) -> None:
        self._tape.fail(failure)
        if self._applies:
            row = row_of(failure, self._parts.now(), is_given_up=True)
            self._parts.transact(lambda transaction: parked_table.set_aside(transaction, row))

    def _flush(self) -> None:
        outcomes, self._waiting = self._waiting, []
        if not self._applies or not outcomes:
            return
        try:
            self._apply(outcomes)
        except (UnavailableError, SetupError, Retry):
            raise
        except Exception:  # noqa: BLE001 - what one effect does must not keep the others
            for outcome in outcomes:
                self._apply_alone(outcome)

    def _apply_alone(self, outcome: Outcome) -> None:
        try:
            self._apply([outcome])
        except (UnavailableError, SetupError, Retry):
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(Failure(outcome.cause, said_of(error)))

    def _apply(self, outcomes: Sequence[Outcome]) -> None:
        recorded = self._parts.transact(lambda transaction: self._parts.appliers.apply(transaction, outcomes))
        self._tape.recorded += sum(map(len, recorded.values()))

    def _keep_timers(self) -> None:
        now = self._parts.now()
        # What fell due between the end of the walk and now was not walked: it is left alone.
        kept = {
            key: state
            for key, state in self._states.items()
            if state.has_fired or state.due_at is None or state.due_at > now
        }
        for some in _batches(kept):
            self._parts.transact(functools.partial(_put_timers, some, now))

    def _questions(self, cause: Cause) -> PastQuestions:
        return PastQuestions(self._parts.library, cause.shop, self._owned.plugin, cause.profile_id, cause.at)


class _Keeping:
    """One walk of a keeping reaction: each customer of that history is asked about, as things stand."""

    def __init__(self, parts: Parts, owned: Owned, shop: str, *, applies: bool) -> None:
        self._parts = parts
        self._owned = owned
        self._shop = shop
        self._applies = applies
        self._keeper = Keeper(parts)
        self._tape = Tape()
        self._asked: set[UUID] = set()

    def play(self, ids: Sequence[UUID], progress: Progress | None) -> Replayed:
        profiles: set[UUID] = set()
        # Those of whom all was voided have nothing left to say, and are asked about for that.
        for interaction in _pages(self._parts, self._shop, ids, progress, with_voided=True):
            self._tape.seen += 1
            profiles.add(interaction.profile_id)
            if len(profiles) >= TOGETHER:
                self._ask(profiles)
                profiles.clear()
        self._ask(profiles)
        return self._tape.played()

    def _ask(self, profiles: set[UUID]) -> None:
        with self._parts.library.database.read() as transaction:
            found = profile_table.profiles_by_id(transaction, self._shop, profiles)
        left = {row.customer_id for row in found} - self._asked
        self._asked |= left
        while left:
            left = self._ask_some(sorted(left))

    def _ask_some(self, customers: Sequence[UUID]) -> set[UUID]:
        wanted = [(self._shop, id_) for id_ in customers]
        if not self._applies:
            said = self._keeper.ask_about(self._owned, wanted)
            self._take_down(said)
            return {customer for _, customer in said.left}
        with in_hand(self._parts, self._owned.record.name, self._owned.record.deadline_s) as lease:
            if lease is not None:
                said = self._keeper.ask_about(self._owned, wanted)
                self._parts.transact(functools.partial(self._write, attrs.evolve(said, left=()), lease))
                self._take_down(said)
                return {customer for _, customer in said.left}
        # A worker has the reaction in hand: it says it, since an older answer must not come later.
        self._parts.transact(functools.partial(self._ask_worker, wanted))
        return set()

    def _write(self, said: Said, lease: Lease, transaction: Transaction) -> None:
        if not cursor_table.is_held(transaction, lease):
            raise LostError
        self._keeper.write(transaction, self._owned, said)

    def _ask_worker(self, customers: Sequence[tuple[str, UUID]], transaction: Transaction) -> None:
        new_id, name = self._parts.library.kit.new_id, self._owned.record.name
        stale_table.mark_stale(transaction, [StaleRow(name, *one, new_id()) for one in customers])

    def _take_down(self, said: Said) -> None:
        for failure in said.failures:
            self._tape.fail(failure)
        for outcome in said.outcomes:
            self._tape.note(outcome.cause, outcome.effects)


def _pages(
    parts: Parts, shop: str, ids: Sequence[UUID], progress: Progress | None, *, with_voided: bool = False
) -> Iterator[Interaction]:
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        with parts.library.database.read() as transaction:
            found = {one.id: one for one in log_table.find_interactions(transaction, shop, page)}
            profiles = {one.profile_id for one in found.values()} if not with_voided else set()
            voided = log_table.voided_ids(transaction, shop, profiles)
        yield from (found[id_] for id_ in page if id_ in found and id_ not in voided)
        if progress is not None:
            progress(min(start + PAGE, len(ids)), len(ids))


def _same(cause: Cause) -> Cause:
    return cause


def _put_timers(decided: dict[TimerKey, TimerState], now: dt.datetime, transaction: Transaction) -> None:
    timer_table.put_timers(transaction, decided, now)


def _batches(kept: dict[TimerKey, TimerState]) -> Iterator[dict[TimerKey, TimerState]]:
    keys = list(kept)
    for start in range(0, len(keys), TOGETHER):
        yield {key: kept[key] for key in keys[start : start + TOGETHER]}
