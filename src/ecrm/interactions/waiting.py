"""Since when anything waits in the inbox, ours or a host's."""

from __future__ import annotations

import datetime as dt

from ecrm.database import Database
from ecrm.interactions.tables import inbox as inbox_table

__all__ = ["oldest_waiting"]


def oldest_waiting(database: Database, host: Database | None) -> dt.datetime | None:
    """Give when the oldest row that waits came; None where nothing waits."""
    with database.read() as transaction:
        oldest = inbox_table.oldest_waiting(transaction)
        received = inbox_table.read_cursor(transaction) if host is not None else 0
    if host is None:
        return oldest
    with host.read() as transaction:
        _, first = inbox_table.waiting_after(transaction, received)
    return min((at for at in (oldest, first) if at is not None), default=None)
