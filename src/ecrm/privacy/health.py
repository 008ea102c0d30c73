"""Whether people wait for an answer that is owed to them."""

from __future__ import annotations

import datetime as dt

from ecrm.database import Database
from ecrm.interactions.health import Finding
from ecrm.privacy.tables.request import count_overdue

__all__ = ["request_finding"]


def request_finding(database: Database, shop: str, now: dt.datetime) -> Finding:
    """Tell how many requests are open, and whether one is overdue.

    Args:
        database: The CRM's.
        shop: Whose.
        now: The time.
    """
    with database.read() as transaction:
        open_, late = count_overdue(transaction, shop, now)
    said = f"{late} of {open_} are overdue: see `ecrm privacy requests`" if late else f"{open_} wait for an answer"
    return Finding("privacy requests", not late, said, late)
