"""Whether this database is the one that may send: not a restored backup, nor a copy for trying things out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ecrm.database import Database
from ecrm.messages.tables.deployment import adopt_place, adopted_place, place_of

__all__ = ["Deployment"]


class Deployment:
    """Know the deployment a database belongs to.

    Args:
        database: The CRM's.
        name: What the host calls this deployment; None goes by where the database is.
        now: Gives the time.
    """

    def __init__(self, database: Database, name: str | None, now: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._name = name
        self._now = now
        self._is_known: bool | None = None

    def is_home(self) -> bool:
        """Tell whether the database is where it belongs; one that was never said to belong anywhere is.

        It is asked once while the answer is yes: a database does not move under an open connection.
        """
        if not self._is_known:
            with self._database.read() as transaction:
                held = adopted_place(transaction)
                self._is_known = held is None or held[0] == (self._name or place_of(transaction))
        return self._is_known

    def adopt(self) -> None:
        """Say that this database is the shop's own from now on, and may send."""
        with self._database.write() as transaction:
            adopt_place(transaction, self._name or place_of(transaction), self._now())
        self._is_known = None

    def adopt_first(self) -> None:
        """Say so where nobody has said anything before."""
        with self._database.read() as transaction:
            held = adopted_place(transaction)
        if held is None:
            self.adopt()
