"""Try again what failed, after a while; each try is counted before it is made, so that none is endless."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ecrm.customers.tables import profile as profile_table
from ecrm.database import Retry, Transaction
from ecrm.errors import SetupError, UnavailableError
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.tables import log as log_table
from ecrm.reactions.applying import Recorded
from ecrm.reactions.collecting import Collected, Question, collect
from ecrm.reactions.failing import ENDED, MOST_TRIES, FailedError, due_from, failed_again
from ecrm.reactions.holding import LostError, in_hand, leased_until
from ecrm.reactions.keeping import Keeper
from ecrm.reactions.model.cause import Cause, said_of
from ecrm.reactions.parts import Acted, Owned, OwnedTimer, Parts
from ecrm.reactions.tables import cursor as cursor_table
from ecrm.reactions.tables import parked as parked_table
from ecrm.reactions.tables.cursor import Lease
from ecrm.reactions.tables.parked import GIVEN_UP, ParkedRow

__all__ = ["Retrier"]

AT_ONCE = 50


class Retrier:
    """Try again what failed.

    Args:
        parts: What retrying shares with the rest.
        reactions: The reactions of every plugin that is on.
        timers: Their timers.
    """

    def __init__(self, parts: Parts, reactions: Sequence[Owned], timers: Sequence[OwnedTimer]) -> None:
        self._parts = parts
        self._reactions = {one.record.name: one for one in reactions}
        self._timers = {one.record.name: one for one in timers}
        self._keeper = Keeper(parts)

    @property
    def names(self) -> set[str]:
        """Give the names of reactions and timers that can be tried."""
        return {*self._reactions, *self._timers}

    def retry(self) -> Acted:
        """Try what is due to be tried; nothing due gives zeros."""
        acted = Acted()
        if not self.names:
            return acted
        with self._parts.library.database.read() as transaction:
            rows = parked_table.due_rows(transaction, self.names, self._parts.now(), AT_ONCE)
        for row in rows:
            owned = self._owner(row)
            if owned is not None and self._parts.is_on(owned.plugin, row.shop):
                acted += self._turn(owned, row)
        return acted

    def _owner(self, row: ParkedRow) -> Owned | OwnedTimer | None:
        # A reaction and a timer may share a name: which it is, the row tells.
        held: Mapping[str, Owned | OwnedTimer] = self._reactions if row.due is None else self._timers
        return held.get(row.reaction)

    def _turn(self, owned: Owned | OwnedTimer, row: ParkedRow) -> Acted:
        if isinstance(owned, OwnedTimer) or not owned.record.keeps:
            return self._try(owned, row)
        # What is kept of a customer is said by one worker at a time: an older answer must not come later.
        acted = Acted()
        with in_hand(self._parts, row.reaction, owned.record.deadline_s) as lease:
            if lease is not None:
                acted = self._try(owned, row, lease)
        return acted

    def _try(self, owned: Owned | OwnedTimer, row: ParkedRow, lease: Lease | None = None) -> Acted:
        until = leased_until(self._parts, owned.record.deadline_s)
        claimed = self._parts.transact(lambda transaction: parked_table.claim(transaction, row, until))
        if claimed is None:
            return Acted()
        if claimed.tries > MOST_TRIES:
            # A try that is told of ends in `failed_again`: the last one ended its worker.
            self._give_up(claimed)
            return Acted(1, 1)
        try:
            recorded = self._attempt(owned, claimed, lease)
        except (LostError, UnavailableError, SetupError, Retry):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told and tried later
            again = failed_again(claimed, said_of(error), self._parts.now())
            self._parts.transact(lambda transaction: parked_table.put_back(transaction, again))
            return Acted(1, 1)
        return Acted(1, 0, recorded)

    def _give_up(self, row: ParkedRow) -> None:
        ended = row._replace(state=GIVEN_UP, error=ENDED.format(times=MOST_TRIES), failed_at=self._parts.now())
        self._parts.transact(lambda transaction: parked_table.put_back(transaction, ended))

    def _attempt(self, owned: Owned | OwnedTimer, row: ParkedRow, lease: Lease | None) -> Recorded:
        if isinstance(owned, Owned):
            interaction = self._interaction(row)
            if interaction is None:
                return self._settle(row, lambda transaction: {})  # noqa: ARG005 - nothing is left to do
            if lease is not None:
                return self._keep(owned, row, lease)
            collected = self._collect(owned, self._question(owned, row, interaction))
        else:
            collected = self._collect(owned, self._due_question(owned, row))
        for failure in collected.failures:
            raise FailedError(failure.error)
        return self._settle(row, lambda transaction: self._parts.appliers.apply(transaction, collected.outcomes))

    def _keep(self, owned: Owned, row: ParkedRow, lease: Lease) -> Recorded:
        with self._parts.library.database.read() as transaction:
            found = profile_table.profiles_by_id(transaction, row.shop, [row.profile_id])
        said = self._keeper.ask_about(owned, [(row.shop, one.customer_id) for one in found])
        for failure in said.failures:
            raise FailedError(failure.error)

        def write(transaction: Transaction) -> Recorded:
            if not cursor_table.is_held(transaction, lease):
                raise LostError
            self._keeper.write(transaction, owned, said)
            return {}

        return self._settle(row, write)

    def _settle(self, row: ParkedRow, work: Callable[[Transaction], Recorded]) -> Recorded:
        def settled(transaction: Transaction) -> Recorded:
            # Where another worker has settled it, or is at it, nothing is done.
            return work(transaction) if parked_table.settle(transaction, row) else {}

        return self._parts.transact(settled)

    def _interaction(self, row: ParkedRow) -> Interaction | None:
        with self._parts.library.database.read() as transaction:
            found = log_table.find_interactions(transaction, row.shop, [row.cause_id])
            voided = log_table.voided_ids(transaction, row.shop, [row.profile_id])
        return found[0] if found and found[0].id not in voided else None

    def _question(self, owned: Owned, row: ParkedRow, interaction: Interaction) -> Question:
        cause = Cause.of_interaction(row.shop, row.reaction, interaction)
        ask = self._parts.questions(row.shop, owned.plugin, interaction.profile_id, self._parts.now())
        return Question(lambda: cause, lambda: owned.record.react(interaction, ask))

    def _due_question(self, owned: OwnedTimer, row: ParkedRow) -> Question:
        due = due_from(row)
        assert due is not None  # noqa: S101 - the row is a timer's
        ask = self._parts.questions(row.shop, owned.plugin, due.profile_id, self._parts.now())
        return Question(lambda: Cause.of_timer(row.shop, due), lambda: owned.record.fire(due.lent(), ask))

    def _collect(self, owned: Owned | OwnedTimer, question: Question) -> Collected:
        return collect(self._parts.runner, [question], owned.record.deadline_s, self._parts.appliers.kinds)
