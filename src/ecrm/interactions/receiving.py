"""From the inbox to the timeline: claim waiting rows, store them in a batch, mark what can not be stored.

A batch and its marks are one transaction. A batch that fails is halved until the bad row is alone; that
row is rejected with its reasons, outside the rollback, and the rest goes on.
"""

from __future__ import annotations

import functools
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from ecrm.database import Database, Retry, Transaction
from ecrm.database.shredding import overwrite_deleted
from ecrm.errors import EcrmError, ErasedError, InvalidError, SetupError, UnavailableError
from ecrm.interactions.model.entry import Entry, make_entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.recording import Kit
from ecrm.interactions.suppressing import ERASED
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.interactions.tables.inbox import InboxRow
from ecrm.interactions.voiding import store_all
from ecrm.shops.model import Settings

__all__ = ["Received", "Receiver"]

_LOG = logging.getLogger("ecrm.inbox")
BATCH = 1_000
Reasons = dict[str, list[str]]


@attrs.frozen
class Received:
    """Hold what one round of receiving did.

    Args:
        stored: The interactions that are new, by shop.
        settled: How many rows left the inbox's waiting state as done.
        rejected: How many were rejected.
    """

    stored: dict[str, list[Interaction]]
    settled: int
    rejected: int


@attrs.define
class _Round:
    stored: dict[str, list[Interaction]] = attrs.field(factory=lambda: defaultdict(list))
    settled: int = 0
    rejected: int = 0


class Receiver:
    """Take rows out of the inbox, ours or a host's.

    Args:
        database: Where the CRM lives.
        host: A host's SQLite database whose inbox is read and never written.
        kit: Ids, time, followers.
        settings_of: Gives a shop's settings.
        read: Turns a row's raw body into the event's settled wire form.
    """

    def __init__(
        self,
        database: Database,
        host: Database | None,
        kit: Kit,
        settings_of: Callable[[str], Settings],
        read: Callable[[bytes], dict[str, Any]],
    ) -> None:
        self._database = database
        self._host = host
        self._kit = kit
        self._settings_of = settings_of
        self._read = read

    def receive(self, limit: int = BATCH) -> Received:
        """Receive one batch; nothing waiting gives zeros."""
        done = _Round()
        if self._host is not None:
            self._receive_host(limit, done)
        self._receive_own(limit, done)
        return Received(dict(done.stored), done.settled, done.rejected)

    def _receive_own(self, limit: int, done: _Round) -> None:
        ids: list[int] = []

        def work(transaction: Transaction) -> dict[str, list[Interaction]]:
            ids.clear()
            rows = inbox_table.claim_rows(transaction, limit)
            ids.extend(row.id for row in rows)
            return self._store(transaction, rows)

        self._keep(lambda: self._database.transact(work), ids, done)

    def _keep(self, attempt: Callable[[], dict[str, list[Interaction]]], ids: list[int], done: _Round) -> None:
        try:
            stored = attempt()
        except (UnavailableError, SetupError, Retry):
            raise
        except Exception as error:  # noqa: BLE001 - whatever one row does, the others must go on
            self._part(list(ids), error, done)
            return
        done.settled += len(ids)
        for shop, interactions in stored.items():
            done.stored[shop] += interactions

    def _part(self, ids: list[int], error: Exception, done: _Round) -> None:
        if not ids:
            # No row was claimed, so no row is to blame.
            raise error
        if len(ids) == 1:
            self._reject(ids[0], error)
            done.rejected += 1
            return
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            held: list[int] = []
            work = self._claiming(half, held)
            self._keep(functools.partial(self._database.transact, work), held, done)

    def _claiming(self, ids: list[int], held: list[int]) -> Callable[[Transaction], dict[str, list[Interaction]]]:
        def work(transaction: Transaction) -> dict[str, list[Interaction]]:
            rows = inbox_table.claim_rows(transaction, len(ids), ids)
            held[:] = [row.id for row in rows]
            return self._store(transaction, rows)

        return work

    def _reject(self, id_: int, error: Exception) -> None:
        reasons = _reasons(error)
        _LOG.warning("inbox row %d was rejected: %s", id_, ", ".join(reasons))
        now, with_raw = self._kit.now(), not isinstance(error, ErasedError)
        if not with_raw:
            overwrite_deleted(self._database)
        self._database.transact(
            lambda transaction: inbox_table.reject_row(transaction, id_, reasons, now, with_raw=with_raw)
        )

    def _store(self, transaction: Transaction, rows: Sequence[InboxRow]) -> dict[str, list[Interaction]]:
        stored = self._store_entries(transaction, rows)
        inbox_table.settle_rows(transaction, [row.id for row in rows], self._kit.now())
        return stored

    def _store_entries(self, transaction: Transaction, rows: Sequence[InboxRow]) -> dict[str, list[Interaction]]:
        entries: dict[str, list[Entry]] = defaultdict(list)
        for row in rows:
            entries[row.shop].append(make_entry(self._read(row.raw), self._settings_of(row.shop)))
        # Shops in order, so that two workers never wait for each other's shop.
        return {shop: self._store_shop(transaction, shop, entries[shop]) for shop in sorted(entries)}

    def _store_shop(self, transaction: Transaction, shop: str, entries: Sequence[Entry]) -> list[Interaction]:
        return list(store_all(transaction, shop, self._settings_of(shop), entries, self._kit).interactions)

    def _receive_host(self, limit: int, done: _Round) -> None:
        with self._database.read() as transaction:
            after = inbox_table.read_cursor(transaction)
        assert self._host is not None  # noqa: S101 - the caller looked
        with self._host.read() as transaction:
            rows = inbox_table.read_rows(transaction, after, limit)
        if rows:
            self._keep_host(rows, after, done)

    def _keep_host(self, rows: Sequence[InboxRow], after: int, done: _Round) -> None:
        def work(transaction: Transaction) -> dict[str, list[Interaction]]:
            if inbox_table.read_cursor(transaction) != after:
                return {}
            stored = self._store_entries(transaction, rows)
            inbox_table.save_cursor(transaction, rows[-1].id)
            done.settled += len(rows)
            return stored

        try:
            stored = self._database.transact(work)
        except (UnavailableError, SetupError):
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self._part_host(rows, after, error, done)
            return
        for shop, interactions in stored.items():
            done.stored[shop] += interactions

    def _part_host(self, rows: Sequence[InboxRow], after: int, error: Exception, done: _Round) -> None:
        if len(rows) > 1:
            # The first half alone; what follows is read again from where that leaves the cursor.
            self._keep_host(rows[: len(rows) // 2], after, done)
            return
        reasons, now = _reasons(error), self._kit.now()
        _LOG.warning("row %d of the host's inbox was rejected: %s", rows[0].id, ", ".join(reasons))

        def work(transaction: Transaction) -> None:
            if inbox_table.read_cursor(transaction) == after:
                kept = rows[0]._replace(raw=b"") if isinstance(error, ErasedError) else rows[0]
                inbox_table.keep_rejected(transaction, kept, reasons, now)
                inbox_table.save_cursor(transaction, rows[0].id)

        self._database.transact(work)
        done.rejected += 1


def _reasons(error: Exception) -> Reasons:
    if isinstance(error, ErasedError):
        return ERASED
    if isinstance(error, InvalidError):
        return error.fields or {"event": [str(error)]}
    if isinstance(error, EcrmError):
        return {"event": [str(error)]}
    # A stranger's message may hold personal data: its kind must do.
    return {"event": [f"it could not be stored: {type(error).__name__}"]}
