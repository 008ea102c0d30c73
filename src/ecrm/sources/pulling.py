"""Pull: ask another system for what is new, page by page, for each shop that has set it up.

The cursor moves in the transaction that puts the page's events into the inbox. One worker at a time has a
source of a shop in hand; how often it is asked, and when not, is kept with the cursor.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence

import attrs

from ecrm.database import Transaction
from ecrm.errors import ConflictError, EcrmError, InvalidError, NotFoundError, UnavailableError
from ecrm.hookspecs import Page
from ecrm.interactions.tables import delivery as delivery_table
from ecrm.reactions.model.cause import said_of
from ecrm.sources import tables as source_table
from ecrm.sources.parts import OwnedSource, SourceParts
from ecrm.sources.tables import PullRow
from ecrm.sources.translating import wires_of

__all__ = ["Pulled", "Puller"]

_LOG = logging.getLogger("ecrm.sources")
PAGES_IN_HAND = 20
_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 60, 3_600
_LONGEST_CURSOR = 10_000


@attrs.frozen
class Pulled:
    """Count what pulling brought.

    Args:
        pages: How many pages.
        events: How many events are in the inbox by them.
        failed: How often a source could not be pulled.
    """

    pages: int = 0
    events: int = 0
    failed: int = 0

    def __add__(self, other: Pulled) -> Pulled:
        return Pulled(self.pages + other.pages, self.events + other.events, self.failed + other.failed)


class Puller:
    """Pull sources.

    Args:
        parts: What pulling shares with the rest.
        sources: Of every plugin that is on.
    """

    def __init__(self, parts: SourceParts, sources: Sequence[OwnedSource]) -> None:
        self._parts = parts
        self._sources = {one.record.name: one for one in sources if one.record.pull is not None}

    def pull(self) -> Pulled:
        """Pull what is due; nothing due gives zeros."""
        pulled = Pulled()
        if not self._sources:
            return pulled
        now = self._parts.now()
        for row in self._rows():
            if row.next_at <= now and row.not_before <= now:
                pulled += self._pull_row(row)
        return pulled

    def sync(
        self, name: str, shop: str, wait: Callable[[float], object], progress: Callable[[Pulled], None] | None = None
    ) -> Pulled:
        """Pull a source for a shop at once, until there is nothing more.

        Args:
            name: Of the source.
            shop: The shop.
            wait: Waits a number of seconds, where the source may not be asked faster.
            progress: Called after each page with what was pulled so far.

        Raises:
            NotFoundError: No plugin that is on has such a source, or the shop has not set it up.
            ConflictError: A worker pulls it at this moment.
            UnavailableError: The source could not be pulled; the reason and how long to wait are in it.
        """
        if name not in self._sources:
            message = "there is no source of this name that can be pulled"
            raise NotFoundError(message)
        pulled = Pulled()
        while True:
            row = next((one for one in self._rows() if (one.source, one.shop) == (name, shop)), None)
            if row is None:
                message = "this shop has not set the source up: see `ecrm plugins`"
                raise NotFoundError(message)
            pause_s = (row.not_before - self._parts.now()).total_seconds()
            if row.failures and pause_s > 0:
                raise UnavailableError(f"the source failed: {row.error}", retry_after_s=pause_s)
            if pause_s > 0:
                wait(pause_s)
            part = self._pull_row(row)
            pulled += part
            if progress is not None:
                progress(pulled)
            if self._is_done(name, shop, part):
                return pulled

    def rows_of(self, shop: str) -> list[PullRow]:
        """Give how far each source has been pulled that a shop has set up."""
        return [row for row in self._rows() if row.shop == shop] if self._sources else []

    def _is_done(self, name: str, shop: str, part: Pulled) -> bool:
        row = next(one for one in self._rows() if (one.source, one.shop) == (name, shop))
        if part.failed:
            raise UnavailableError(f"the source failed: {row.error}")
        if not part.pages:
            raise ConflictError("a worker pulls this source at this moment: try again later")
        return row.next_at > row.not_before

    def _rows(self) -> list[PullRow]:
        wanted = {
            (shop, name) for name, one in self._sources.items() for shop in self._parts.keys_of(one.plugin).shops()
        }
        if not wanted:
            return []
        with self._parts.database.read() as transaction:
            rows = source_table.pull_rows(transaction, self._sources)
        missing = wanted - {(row.shop, row.source) for row in rows}
        if missing:
            now = self._parts.now()

            def enrol(transaction: Transaction) -> list[PullRow]:
                for key in sorted(missing):
                    source_table.enrol(transaction, *key, now)
                return source_table.pull_rows(transaction, self._sources)

            rows = self._parts.transact(enrol)
        return [row for row in rows if (row.shop, row.source) in wanted]

    def _pull_row(self, row: PullRow) -> Pulled:
        owned = self._sources[row.source]
        held = self._parts.transact(lambda t: source_table.take(t, row, self._parts.now(), self._leased_until(owned)))
        pulled = Pulled()
        while held is not None and pulled.pages < PAGES_IN_HAND and self._is_wanted(held, pulled):
            last = held
            try:
                part, held = self._page(owned, last)
            except Exception as error:  # noqa: BLE001 - another system, and a plugin: the worker goes on
                self._fail(last, error)
                return pulled + Pulled(failed=1)
            pulled += part
        if held is not None:
            back = held
            self._parts.transact(lambda transaction: source_table.give_back(transaction, back))
        return pulled

    def _is_wanted(self, row: PullRow, pulled: Pulled) -> bool:
        now = self._parts.now()
        # The caller wants the first page; more, where that said that there is more.
        return row.not_before <= now and (not pulled.pages or row.next_at <= now)

    def _page(self, owned: OwnedSource, row: PullRow) -> tuple[Pulled, PullRow | None]:
        source, keys = owned.record, self._parts.keys_of(owned.plugin)
        pull = source.pull
        assert pull is not None  # noqa: S101 - only such sources are here
        page = self._parts.runner.call(lambda: pull(row.shop, row.cursor, keys), deadline_s=source.deadline_s)
        if not isinstance(page, Page) or len(page.next_cursor or "") > _LONGEST_CURSOR:
            raise InvalidError.of("page", "pull gives a Page, with a cursor of at most 10,000 characters")
        now = self._parts.now()
        raws = wires_of(page.events, source.name, f"{source.name}:{row.cursor or ''}", now)
        not_before = now + dt.timedelta(seconds=60 / source.calls_per_minute)
        next_at = now + source.every if page.is_last else now
        moved = row._replace(cursor=page.next_cursor, next_at=next_at, not_before=not_before)

        def work(transaction: Transaction) -> bool:
            if not source_table.keep(transaction, moved, now, self._leased_until(owned)):
                return False
            delivery_table.put_wires(transaction, row.shop, source.name, raws, now)
            return True

        return (Pulled(1, len(raws)), moved) if self._parts.transact(work) else (Pulled(), None)

    def _fail(self, row: PullRow, error: Exception) -> None:
        failures = row.failures + 1
        backoff_s = min(_FIRST_BACKOFF_S * 2 ** (failures - 1), _LONGEST_BACKOFF_S)
        asked_s = error.retry_after_s if isinstance(error, UnavailableError) else None
        again_at = self._parts.now() + dt.timedelta(seconds=backoff_s if asked_s is None else max(asked_s, 1))
        said = str(error) if isinstance(error, EcrmError) else said_of(error)
        _LOG.warning("pulling %s failed: %s", row.source, said)
        off = row._replace(failures=failures, error=said, next_at=again_at, not_before=again_at)
        self._parts.transact(lambda transaction: source_table.put_off(transaction, off))

    def _leased_until(self, owned: OwnedSource) -> dt.datetime:
        return self._parts.now() + self._parts.lease + dt.timedelta(seconds=owned.record.deadline_s)
