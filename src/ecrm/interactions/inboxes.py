"""What `crm.inbox` offers: see what waits and what was rejected, and let it be tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

import attrs

from ecrm.database import Database
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.shops.service import Shop

__all__ = ["Inbox", "RejectedRow"]

_PRUNED_AT_ONCE = 1_000


@attrs.frozen
class RejectedRow:
    """Tell of a row that could not be put on a timeline.

    Args:
        id: The row's id, which `replay` takes.
        source: Where it came from.
        reasons: The messages of each bad field, by its dotted path.
        received_at: When it came.
    """

    id: int
    source: str
    reasons: dict[str, list[str]]
    received_at: dt.datetime


class Inbox:
    """Serve the inbox of one shop."""

    def __init__(self, database: Database, shop: Shop, clock: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._shop = shop
        self._clock = clock

    def counts(self) -> dict[str, int]:
        """Give how many rows of all shops wait, are done and were rejected.

        >>> crm.inbox.counts()
        {'waiting': 0, 'done': 0, 'rejected': 0}
        """
        with self._database.read() as transaction:
            return {"waiting": 0, "done": 0, "rejected": 0} | inbox_table.count_rows(transaction)

    def rejected(self, limit: int = 100) -> list[RejectedRow]:
        """Give rejected rows with their reasons, oldest first.

        >>> crm.inbox.rejected()
        []
        """
        with self._database.read() as transaction:
            return [RejectedRow(*row) for row in inbox_table.rejected_rows(transaction, self._shop.key, limit)]

    def replay(self, ids: Collection[int] | None = None) -> int:
        """Let rows be received again: these, done or rejected, or every rejected one.

        Returns:
            How many wait again. A row received twice is stored once.

        >>> crm.inbox.replay()
        0
        """
        with self._database.write() as transaction:
            return inbox_table.requeue_rows(transaction, self._shop.key, ids)

    def prune(self) -> int:
        """Delete done rows that have been kept as long as the shop says.

        Returns:
            How many went.

        >>> crm.inbox.prune()
        0
        """
        before = self._clock() - dt.timedelta(days=self._shop.settings.inbox_days)
        pruned = 0
        while True:
            # A bounded number at a time: other writers must not wait for a large clean-up.
            with self._database.write() as transaction:
                gone = inbox_table.prune_rows(transaction, self._shop.key, before, _PRUNED_AT_ONCE)
            pruned += gone
            if gone < _PRUNED_AT_ONCE:
                return pruned
