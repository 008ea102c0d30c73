"""What receiving, translating and pulling share, put together once by the composition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

import attrs

from ecrm.database import Database, Transaction
from ecrm.deadlines import Runner
from ecrm.hookspecs import Keys, Source
from ecrm.interactions.recording import Kit

__all__ = ["OwnedSource", "SourceParts"]

T = TypeVar("T")


@attrs.frozen
class OwnedSource:
    """Be a source, and whose plugin's it is."""

    plugin: str
    record: Source


@attrs.frozen(repr=False)
class SourceParts:
    """Hold what is shared.

    Args:
        database: Where the CRM lives.
        kit: Ids and time.
        runner: Calls plugins under a deadline.
        keys_of: Gives what a plugin may know of the shops that set it up.
        lease: How long a worker that dies keeps a source from the others, beyond its deadline.
    """

    database: Database
    kit: Kit
    runner: Runner
    keys_of: Callable[[str], Keys]
    lease: dt.timedelta = dt.timedelta(seconds=60)

    def now(self) -> dt.datetime:
        """Give the time."""
        return self.kit.now()

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run work in a transaction, again where a deadlock or a lost race asks for it."""
        return self.database.transact(work)
