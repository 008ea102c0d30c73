"""Apply effects: each once, in the transaction that moves the cursor of whoever returned them.

What an effect means stands here for the core's own; a room above gives `Appliers` its own.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from ecrm.customers.finding import find_profile
from ecrm.customers.model.claim import Claim, Claims
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.suggestion import put_suggestion
from ecrm.database import Transaction
from ecrm.errors import InvalidError
from ecrm.interactions.events import CustomerUpdated, Event, NoteAdded
from ecrm.interactions.model.entry import Entry, make_entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.recording import Kit
from ecrm.interactions.voiding import store_all
from ecrm.interactions.wire import to_wire
from ecrm.reactions.model.cause import Cause, Outcome
from ecrm.reactions.model.effect import CancelTimer, Effect, Note, Record, SetTimer, Suggest, Tag, Untag
from ecrm.reactions.model.timer import Decision, TimerState, decide
from ecrm.reactions.tables import effect as effect_table
from ecrm.reactions.tables import timer as timer_table
from ecrm.reactions.tables.effect import EffectRow
from ecrm.reactions.tables.timer import TimerKey
from ecrm.shops.model import Settings

__all__ = ["Applier", "Appliers", "Recorded"]

Recorded = dict[str, list[Interaction]]
Applier = Callable[[Transaction, Cause, Any], None]
_RECORDED = (Record, Tag, Untag, Note)
# What follows from a firing falls due this much later at least: time goes on, and work comes to an end.
LEAST_WAIT = dt.timedelta(minutes=1)


class Appliers:
    """Apply effects of the core, and of rooms above.

    Args:
        kit: Ids, time, followers.
        settings_of: Gives a shop's settings.
        timers: The names of the timers that are registered.
        others: What rooms above apply, by the kind of effect.
    """

    def __init__(
        self,
        kit: Kit,
        settings_of: Callable[[str], Settings],
        timers: Iterable[str],
        others: Mapping[type[Effect], Applier] | None = None,
    ) -> None:
        self._kit = kit
        self._settings_of = settings_of
        self._timers = frozenset(timers)
        self._others = dict(others or {})
        self.kinds = (*_RECORDED, SetTimer, CancelTimer, Suggest, *self._others)

    def apply(self, transaction: Transaction, outcomes: Sequence[Outcome]) -> Recorded:
        """Apply what was not applied before; give what was recorded, by shop.

        Args:
            transaction: An open transaction; nothing is committed here.
            outcomes: What is to be done, in the order of the log.

        Raises:
            InvalidError: An effect can not be: a timer nobody registered, an event that is refused.
        """
        fresh = self._journaled(transaction, _of_people_there(transaction, outcomes))
        self._decide_timers(transaction, fresh)
        for cause, effect in fresh:
            applier = self._others.get(type(effect))
            if isinstance(effect, Suggest):
                self._suggest(transaction, cause, effect)
            elif applier is not None:
                applier(transaction, cause, effect)
        return self._record(transaction, [pair for pair in fresh if isinstance(pair[1], _RECORDED)])

    def _journaled(self, transaction: Transaction, outcomes: Sequence[Outcome]) -> list[tuple[Cause, Effect]]:
        now = self._kit.now()
        found = [(one.cause, effect) for one in outcomes for effect in one.effects]
        if not found:
            return []
        rows = [
            EffectRow(
                cause.shop, cause.reaction, cause.id, effect.key, type(effect).__name__, cause.profile_id, now
            )
            for cause, effect in found
        ]  # fmt: skip
        fresh = effect_table.journal(transaction, rows)
        return [pair for pair, row in zip(found, rows, strict=True) if row[:4] in fresh]

    def _decide_timers(self, transaction: Transaction, fresh: Sequence[tuple[Cause, Effect]]) -> None:
        decided: dict[TimerKey, TimerState] = {}
        for cause, effect in fresh:
            if isinstance(effect, SetTimer | CancelTimer):
                key, state = timer_decision(cause, effect, self._timers)
                decided[key] = decide(decided.get(key), state)
        if decided:
            timer_table.put_timers(transaction, decided, self._kit.now())

    def _suggest(self, transaction: Transaction, cause: Cause, effect: Suggest) -> None:
        settings = self._settings_of(cause.shop)
        other = find_profile(transaction, cause.shop, effect.who, settings)
        if other is not None:
            put_suggestion(transaction, cause.shop, (cause.profile_id, other.id), effect.because, cause.at)

    def _record(self, transaction: Transaction, fresh: Sequence[tuple[Cause, Effect]]) -> Recorded:
        wanted: dict[str, list[tuple[Cause, Effect]]] = defaultdict(list)
        for cause, effect in fresh:
            wanted[cause.shop].append((cause, effect))
        recorded: Recorded = {}
        for shop in sorted(wanted):
            settings = self._settings_of(shop)
            entries = self._entries(transaction, shop, settings, wanted[shop])
            recorded[shop] = list(store_all(transaction, shop, settings, entries, self._kit).interactions)
        return recorded

    def _entries(
        self, transaction: Transaction, shop: str, settings: Settings, wanted: Sequence[tuple[Cause, Effect]]
    ) -> list[Entry]:
        ids = {cause.profile_id for cause, _ in wanted}
        rows = {row.id: row for row in profile_table.profiles_by_id(transaction, shop, ids)}
        entries = []
        for cause, effect in wanted:
            event = _event(effect)
            row = rows.get(cause.profile_id)
            hung = None if row is None or event.customer is not None else Claims((Claim(row.kind, row.value),))
            entries.append(make_entry(_wire(cause, effect, event), settings, hung))
        return entries


def _of_people_there(transaction: Transaction, outcomes: Sequence[Outcome]) -> list[Outcome]:
    # Who was erased since they were asked about is not brought back by what was decided.
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for one in outcomes:
        if one.effects:
            wanted[one.cause.shop].add(one.cause.profile_id)
    there = {
        (shop, id_) for shop in sorted(wanted) for id_ in profile_table.hold_profiles(transaction, shop, wanted[shop])
    }
    return [one for one in outcomes if (one.cause.shop, one.cause.profile_id) in there]


def timer_decision(cause: Cause, effect: SetTimer | CancelTimer, timers: frozenset[str]) -> tuple[TimerKey, TimerState]:
    """Give what an effect decides about which timer.

    Raises:
        InvalidError: Nobody registered the timer.
    """
    if effect.timer not in timers:
        raise InvalidError.of("timer", "no plugin registers a timer of this name: see register_timers")
    # In UTC, as it is read back: what fires is named after it, live and in a replay.
    due_at = effect.at.astimezone(dt.UTC) if isinstance(effect, SetTimer) else None
    if due_at is not None and (cause.due is not None or cause.depth):
        due_at = max(due_at, cause.at + LEAST_WAIT)
    details = effect.details if isinstance(effect, SetTimer) else {}
    decided_at = cause.at if cause.due is None else cause.due.decided_at
    state = TimerState(Decision(decided_at, cause.id), due_at, False, details, cause.profile_id)  # noqa: FBT003
    return TimerKey(cause.shop, effect.timer, effect.timer_key), state


def _event(effect: Effect) -> Event:
    if isinstance(effect, Record):
        return effect.event
    if isinstance(effect, Tag):
        return CustomerUpdated(tags_added=(effect.tag,))
    if isinstance(effect, Untag):
        return CustomerUpdated(tags_removed=(effect.tag,))
    assert isinstance(effect, Note)  # noqa: S101 - the caller chose
    return NoteAdded(text=effect.text)


def _wire(cause: Cause, effect: Effect, event: Event) -> dict[str, Any]:
    wire = dict(to_wire(event))
    key = event.natural_key()
    own = f"{event.event_name}:{key}" if key is not None else f"{cause.reaction}:{cause.id}:{effect.key}"
    wire.setdefault("messageId", own)
    wire.setdefault("timestamp", cause.at.isoformat())
    wire.setdefault("source", cause.source)
    wire.setdefault("actor", {"kind": "system", "id": cause.reaction})
    # Why it is there, for whoever reads the timeline, and so that nothing derives from itself for ever.
    derived = {"by": cause.reaction, "of": str(cause.id), "depth": cause.depth + 1}
    wire["context"] = {**(wire.get("context") or {}), "derived": derived}
    if not cause.is_live:
        wire["live"] = False
    return wire
