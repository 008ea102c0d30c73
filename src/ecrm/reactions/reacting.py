"""React: read the log past a reaction's cursor, ask the reaction, apply what it says together with the cursor.

One worker at a time has a reaction in hand. What kept facts need beside it stands in `keeping`.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import overload

import attrs

from ecrm.database import Retry, Transaction
from ecrm.errors import SetupError, UnavailableError
from ecrm.interactions.tables.position import safe_position
from ecrm.reactions.applying import Recorded
from ecrm.reactions.collecting import Collected, Question, collect
from ecrm.reactions.failing import ENDED, row_of
from ecrm.reactions.holding import LostError, in_hand, leased_until
from ecrm.reactions.keeping import Keeper, Said
from ecrm.reactions.model.cause import Cause, Failure, derived_of, said_of
from ecrm.reactions.parts import Acted, Owned, Parts
from ecrm.reactions.tables import cursor as cursor_table
from ecrm.reactions.tables import parked as parked_table
from ecrm.reactions.tables import stale as stale_table
from ecrm.reactions.tables.cursor import Lease
from ecrm.reactions.tables.reading import Seen, read_log

__all__ = ["Reactor"]

_LOG = logging.getLogger("ecrm.reactions")
BATCH = 1_000
SPAN = 20_000
BATCHES_IN_HAND = 20
MOST_TRIALS = 3
_ENDED = ENDED.format(times=MOST_TRIALS)


@attrs.frozen
class _Batch:
    """What is asked about next, and where the cursor goes when all of it is."""

    seen: tuple[Seen, ...]
    to: int


class _Questions(Sequence[Question]):
    """The questions of a batch, each made when it is asked: kept all at once they cost as much as the reading."""

    def __init__(self, seen: Sequence[Seen], make: Callable[[Seen], Question]) -> None:
        self._seen = seen
        self._make = make

    def __len__(self) -> int:
        return len(self._seen)

    def __iter__(self) -> Iterator[Question]:
        return map(self._make, self._seen)

    @overload
    def __getitem__(self, place: int) -> Question: ...
    @overload
    def __getitem__(self, place: slice) -> _Questions: ...
    def __getitem__(self, place: int | slice) -> Question | _Questions:
        if isinstance(place, slice):
            return _Questions(self._seen[place], self._make)
        return self._make(self._seen[place])


class Reactor:
    """Run reactions.

    Args:
        parts: What reacting shares with the rest.
        reactions: The reactions of every plugin that is on.
    """

    def __init__(self, parts: Parts, reactions: Sequence[Owned]) -> None:
        self._parts = parts
        self._reactions = {owned.record.name: owned for owned in reactions}
        self._keeper = Keeper(parts)

    def enrol(self) -> None:
        """Begin the cursors of new reactions at the head of the log."""
        if not self._reactions:
            return
        with self._parts.library.database.read() as transaction:
            missing = self._reactions.keys() - cursor_table.cursors(transaction).keys()
            head = safe_position(transaction) if missing else 0
        if missing:
            now = self._parts.now()
            self._parts.transact(lambda transaction: cursor_table.enrol(transaction, sorted(missing), head, now))

    def react(self) -> Acted:
        """Ask every reaction about what is new to it, as far as it is free; nothing new gives zeros."""
        self.enrol()
        acted = Acted()
        if not self._reactions:
            return acted
        with self._parts.library.database.read() as transaction:
            cursors = cursor_table.cursors(transaction)
            safe = safe_position(transaction)
            stale = stale_table.stale_reactions(transaction)
        for name, owned in self._reactions.items():
            row = cursors.get(name)
            if row is not None and (row.position < safe or name in stale) and row.is_free(self._parts.now()):
                acted += self._hold_alone(owned)
        return acted

    def _hold_alone(self, owned: Owned) -> Acted:
        try:
            return self._hold(owned)
        except (UnavailableError, SetupError, Retry):
            raise
        except Exception as error:  # noqa: BLE001 - what is wrong with one reaction must not keep the others
            _LOG.error("%s stays where it is: %s", owned.record.name, said_of(error))
            return Acted()

    def _hold(self, owned: Owned) -> Acted:
        acted, name = Acted(), owned.record.name
        with in_hand(self._parts, name, owned.record.deadline_s) as taken:
            lease = taken
            for _ in range(BATCHES_IN_HAND):
                batch = None if lease is None else self._read(lease, owned)
                if lease is None or batch is None:
                    break
                part, lease = self._run(owned, lease, batch)
                acted += part
        return acted

    def _read(self, lease: Lease, owned: Owned) -> _Batch | None:
        reaction = owned.record
        with self._parts.library.database.read() as transaction:
            to = min(safe_position(transaction), lease.position + SPAN)
            if to > lease.position:
                kinds = self._keeper.triggers(reaction) if reaction.keeps else reaction.kinds
                live_only = not (reaction.keeps or reaction.sees_imported)
                seen = read_log(transaction, (lease.position, to), BATCH, kinds, live_only=live_only)
                return _Batch(tuple(seen), seen[-1].interaction.position if len(seen) == BATCH else to)
        if reaction.keeps and self._keeper.has_stale(reaction.name):
            return _Batch((), lease.position)
        return None

    def _run(self, owned: Owned, lease: Lease, batch: _Batch) -> tuple[Acted, Lease | None]:
        if owned.record.keeps:
            return self._keep(owned, lease, batch)
        seen = self._visible(owned, batch.seen)
        if lease.was_left:
            return self._run_alone(owned, lease, _Batch(tuple(seen), batch.to))
        now = self._parts.now()
        questions = _Questions(seen, lambda one: self._question(owned, one, now))
        collected = self._collect(owned, questions)
        to = batch.to if collected.count == len(seen) else seen[collected.count - 1].interaction.position
        return self._settle(owned, lease, collected, to)

    def _settle(self, owned: Owned, lease: Lease, collected: Collected, to: int) -> tuple[Acted, Lease | None]:
        try:
            held, recorded = self._apply(owned, lease, collected, to)
            acted = Acted(collected.count, len(collected.failures), recorded)
        except (LostError, UnavailableError, SetupError, Retry):
            raise
        except Exception as error:  # noqa: BLE001 - what one effect does must not keep the others
            _LOG.warning("a batch of %s is applied one by one: %s", owned.record.name, said_of(error))
            acted, held = self._apply_singly(owned, lease, collected, to)
        if collected.has_hung:
            self._rest(held)
            return acted, None
        return acted, held

    def _apply(self, owned: Owned, lease: Lease, collected: Collected, to: int) -> tuple[Lease, Recorded]:
        def work(transaction: Transaction) -> tuple[Lease, Recorded]:
            held = self._move(transaction, owned, lease, to, stumbled=collected.has_hung)
            recorded = self._parts.appliers.apply(transaction, collected.outcomes)
            for failure in collected.failures:
                parked_table.set_aside(transaction, row_of(failure, self._parts.now()))
            return held, recorded

        return self._parts.transact(work)

    def _apply_singly(self, owned: Owned, lease: Lease, collected: Collected, to: int) -> tuple[Acted, Lease]:
        acted, failures = Acted(collected.count), list(collected.failures)
        for outcome in collected.outcomes:
            if not outcome.effects:
                continue
            try:
                lease, recorded = self._apply(owned, lease, Collected((outcome,), (), 1), lease.position)
                acted += Acted(recorded=recorded)
            except (LostError, UnavailableError, SetupError, Retry):
                raise
            except Exception as error:  # noqa: BLE001 - as above
                failures.append(Failure(outcome.cause, said_of(error)))
        left = attrs.evolve(collected, outcomes=(), failures=tuple(failures))
        lease, _ = self._apply(owned, lease, left, to)
        return acted + Acted(failed=len(failures)), lease

    def _run_alone(self, owned: Owned, lease: Lease, batch: _Batch) -> tuple[Acted, Lease | None]:
        """Ask about one at a time, and say so first: one of them may have ended the worker before."""
        acted = Acted()
        for one in batch.seen:
            place, question = one.interaction.position, self._question(owned, one, self._parts.now())
            if self._has_ended_workers(lease, place):
                held: Lease | None = self._park(owned, lease, Failure(question.cause, _ENDED), place)
                part = Acted(1, 1)
            else:
                collected = self._collect(owned, [question])
                part, held = self._settle(owned, lease, collected, place)
            acted += part
            if held is None:
                return acted, None
            lease = held
        lease, _ = self._apply(owned, lease, Collected((), (), 0), batch.to)
        return acted, lease._replace(was_left=False)

    def _has_ended_workers(self, lease: Lease, place: int) -> bool:
        trials = self._parts.transact(lambda transaction: cursor_table.try_alone(transaction, lease, place))
        if trials == 0:
            raise LostError
        return trials > MOST_TRIALS

    def _park(self, owned: Owned, lease: Lease, failure: Failure, place: int) -> Lease:
        def work(transaction: Transaction) -> Lease:
            held = self._move(transaction, owned, lease, place)
            parked_table.set_aside(transaction, row_of(failure, self._parts.now(), is_given_up=True))
            return held

        return self._parts.transact(work)

    def _keep(self, owned: Owned, lease: Lease, batch: _Batch) -> tuple[Acted, Lease | None]:
        on = self._parts.shops_on(owned.plugin, {one.shop for one in batch.seen})
        seen = [one for one in batch.seen if one.shop in on]
        if lease.was_left:
            return self._keep_alone(owned, lease, _Batch(tuple(seen), batch.to))
        return self._say(owned, lease, self._keeper.ask(owned, seen), batch.to)

    def _keep_alone(self, owned: Owned, lease: Lease, batch: _Batch) -> tuple[Acted, Lease | None]:
        """Ask about one customer at a time, and say so first, as `_run_alone` does."""
        acted = Acted()
        for turn in self._keeper.turns(owned, batch.seen):
            if self._has_ended_workers(lease, turn.place):
                said = self._keeper.give_up(owned, turn, _ENDED)
            else:
                said = self._keeper.ask_about(owned, [(turn.shop, turn.customer_id)])
                said = attrs.evolve(said, requests=turn.requests)
            part, held = self._say(owned, lease, said, max(turn.place, lease.position))
            acted += part
            if held is None:
                return acted, None
            lease = held
        lease, _ = self._apply(owned, lease, Collected((), (), 0), batch.to)
        return acted, lease._replace(was_left=False)

    def _say(self, owned: Owned, lease: Lease, said: Said, to: int) -> tuple[Acted, Lease | None]:
        def work(transaction: Transaction) -> Lease:
            held = self._move(transaction, owned, lease, to, stumbled=said.has_hung)
            self._keeper.write(transaction, owned, said)
            return held

        held = self._parts.transact(work)
        acted = Acted(said.count, len(said.failures))
        if said.has_hung:
            self._rest(held)
            return acted, None
        return acted, held

    def _visible(self, owned: Owned, seen: Sequence[Seen]) -> list[Seen]:
        # A reaction does not see what it derived itself: it would go on for ever.
        max_age, now = owned.record.max_age, self._parts.now()
        on = self._parts.shops_on(owned.plugin, {one.shop for one in seen})
        return [
            one
            for one in seen
            if one.shop in on
            and not one.interaction.is_voided
            and not (one.interaction.context and derived_of(one.interaction).get("by") == owned.record.name)
            and (max_age is None or now - one.interaction.at <= max_age)
        ]

    def _question(self, owned: Owned, one: Seen, now: dt.datetime) -> Question:
        name, interaction = owned.record.name, one.interaction
        ask = self._parts.questions(one.shop, owned.plugin, interaction.profile_id, now)
        cause_of = functools.partial(Cause.of_interaction, one.shop, name, interaction)
        return Question(cause_of, functools.partial(owned.record.react, interaction, ask))

    def _collect(self, owned: Owned, questions: Sequence[Question]) -> Collected:
        return collect(self._parts.runner, questions, owned.record.deadline_s, self._parts.appliers.kinds)

    def _move(self, transaction: Transaction, owned: Owned, lease: Lease, to: int, *, stumbled: bool = False) -> Lease:
        until = leased_until(self._parts, owned.record.deadline_s)
        held = cursor_table.move(transaction, lease, to, self._parts.now(), until, stumbled=stumbled)
        if held is None:
            raise LostError
        return held

    def _rest(self, lease: Lease) -> None:
        self._parts.transact(lambda transaction: cursor_table.rest(transaction, lease, self._parts.now()))
