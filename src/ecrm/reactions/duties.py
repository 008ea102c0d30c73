"""Do what plugins do every so often: one worker at a time has a duty in hand, by the lease of a cursor.

A cursor of a duty counts how often it was done; when it moved last says when it is due again.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence

import attrs

from ecrm.hookspecs import Duty
from ecrm.reactions.holding import in_hand, leased_until
from ecrm.reactions.model.cause import said_of
from ecrm.reactions.parts import Parts
from ecrm.reactions.tables import cursor as cursor_table

__all__ = ["OwnedDuty", "Performer"]

_LOG = logging.getLogger("ecrm.duties")


@attrs.frozen
class OwnedDuty:
    """Be a duty, and whose plugin's it is."""

    plugin: str
    record: Duty

    @property
    def hand(self) -> str:
        """Give the name of its cursor."""
        return f"@duty {self.record.name}"


class Performer:
    """Perform duties.

    Args:
        parts: Database, time, the deadline of calls.
        duties: The duties of every plugin that is on.
        shops_of: Gives the shops that set a plugin up, and have it on.
    """

    def __init__(self, parts: Parts, duties: Sequence[OwnedDuty], shops_of: Callable[[str], Iterable[str]]) -> None:
        self._parts = parts
        self._duties = duties
        self._shops_of = shops_of

    def perform(self, view: Callable[[str], object]) -> int:
        """Do what is due; give how many times something failed.

        Args:
            view: Gives a CRM's view on a shop.
        """
        return sum(self._perform(one, view) for one in self._due())

    def next_due(self, after: dt.datetime) -> dt.datetime | None:
        """Give when the next duty is due, of those after a time."""
        times = [at for one in self._duties if (at := self._due_at(one)) is not None and at > after]
        return min(times, default=None)

    def _due(self) -> list[OwnedDuty]:
        if not self._duties:
            return []
        now = self._parts.now()
        self._enrol(now)
        return [one for one in self._duties if self._is_due(one)]

    def _enrol(self, now: dt.datetime) -> None:
        with self._parts.library.database.read() as transaction:
            known = cursor_table.cursors(transaction)
        for one in self._duties:
            if one.hand not in known:
                # A new duty is due at once.
                began = now - one.record.every
                self._parts.transact(lambda t, hand=one.hand, at=began: cursor_table.enrol(t, [hand], 0, at))  # type: ignore[misc]

    def _is_due(self, one: OwnedDuty) -> bool:
        at = self._due_at(one)
        return at is not None and at <= self._parts.now()

    def _due_at(self, one: OwnedDuty) -> dt.datetime | None:
        with self._parts.library.database.read() as transaction:
            row = cursor_table.cursors(transaction).get(one.hand)
        return None if row is None else row.moved_at + one.record.every

    def _perform(self, one: OwnedDuty, view: Callable[[str], object]) -> int:
        failed = 0
        with in_hand(self._parts, one.hand, one.record.deadline_s) as lease:
            # Between being found due and taken in hand, another worker may have done it.
            if lease is None or not self._is_due(one):
                return 0
            for shop in self._shops_of(one.plugin):
                failed += self._perform_for(one, view(shop))
            now, until = self._parts.now(), leased_until(self._parts, one.record.deadline_s)
            self._parts.transact(lambda t: cursor_table.move(t, lease, lease.position + 1, now, until))
        return failed

    def _perform_for(self, one: OwnedDuty, crm: object) -> int:
        try:
            self._parts.runner.call(lambda: one.record.run(crm), deadline_s=one.record.deadline_s)
        except Exception as error:  # noqa: BLE001 - what one plugin does must not keep the others
            _LOG.warning("duty %s failed and is done again in its turn: %s", one.record.name, said_of(error))
            return 1
        return 0
