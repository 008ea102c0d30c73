"""Pull: ask another system for what is new, page by page, for each shop that has set it up.

The cursor moves in the transaction that puts the page's events into the inbox. One worker at a time has a
source of a shop in hand; how often it is asked, and when not, is kept with the cursor.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Callable, Sequence

import attrs

from ecrm.database import Transaction
from ecrm.errors import ConflictError, InvalidError, NotFoundError, UnavailableError
from ecrm.hookspecs import Page
from ecrm.interactions.tables import delivery as delivery_table
from ecrm.sources import tables as source_table
from ecrm.sources.parts import OwnedSource, SourceParts
from ecrm.sources.tables import PullRow
from ecrm.sources.wires import told_of, wires_of

__all__ = ["Pulled", "Puller"]

_LOG = logging.getLogger("ecrm.sources")
PAGES_AT_ONCE = 20
_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 60, 3_600
_LONGEST_WAIT_S = 86_400


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
        self._enrolled: set[tuple[str, str]] = set()

    def pull(self) -> Pulled:
        """Pull some of what is due; nothing due gives zeros.

        A source that fails is left alone for the rest of the round: one that hangs must not keep the worker
        from its other duties once for each shop.
        """
        pulled, failing = Pulled(), set[str]()
        for row in self._rows(is_due=True):
            if pulled.pages >= PAGES_AT_ONCE:
                break
            if row.source not in failing:
                part = self._pull_row(row)
                pulled += part
                if part.failed:
                    failing.add(row.source)
        return pulled

    def sync(
        self,
        name: str,
        shop: str,
        wait: Callable[[float], object],
        progress: Callable[[Pulled], None] | None = None,
        since: dt.datetime | None = None,
    ) -> Pulled:
        """Pull a source for a shop at once, until there is nothing more.

        Args:
            name: Of the source.
            shop: The shop.
            wait: Waits a number of seconds, where the source may not be asked faster.
            progress: Called after each round with what was pulled so far.
            since: From when on it is pulled anew; None goes on where it is.

        Raises:
            NotFoundError: No plugin that is on has such a source, or the shop has not set it up.
            InvalidError: The source can not begin at a time, or the time has no zone.
            ConflictError: A worker pulls it at this moment.
            UnavailableError: The source could not be pulled; the reason and how long to wait are in it.
        """
        if name not in self._sources:
            message = "there is no source of this name that can be pulled"
            raise NotFoundError(message)
        pulled, row = Pulled(), self._row(name, shop)
        if since is not None:
            row = self._begin(row, since)
        while True:
            pause_s = (row.not_before - self._parts.now()).total_seconds()
            if pause_s > 0:
                _refuse_failed(row, pause_s)
                wait(pause_s)
            part = self._pull_row(row)
            pulled += part
            if progress is not None:
                progress(pulled)
            row = self._row(name, shop)
            if part.failed:
                _refuse_failed(row, (row.not_before - self._parts.now()).total_seconds())
            if not part.pages:
                message = "a worker pulls this source at this moment: try again later"
                raise ConflictError(message)
            if row.is_at_end:
                return pulled

    def _begin(self, row: PullRow, since: dt.datetime) -> PullRow:
        """Set where a source goes on, while nobody has it in hand."""
        owned = self._sources[row.source]
        if since.tzinfo is None:
            raise InvalidError.of("since", "give a time with its zone")
        if owned.record.cursor_at is None:
            raise InvalidError.of("since", "this source can not begin at a time: leave it out")
        cursor, now = owned.record.cursor_at(since), self._parts.now()

        def work(transaction: Transaction) -> PullRow | None:
            held = source_table.take(transaction, row, now, self._leased_until(owned))
            if held is None:
                return None
            begun = held._replace(cursor=cursor, next_at=now)
            source_table.keep(transaction, begun, now)
            source_table.give_back(transaction, begun)
            return begun

        begun = self._parts.transact(work)
        if begun is None:
            message = "a worker pulls this source at this moment: try again later"
            raise ConflictError(message)
        return begun

    def rows_of(self, shop: str) -> list[PullRow]:
        """Give how far each source has been pulled that a shop has set up."""
        return [row for row in self._rows() if row.shop == shop]

    def _row(self, name: str, shop: str) -> PullRow:
        for row in self._rows():
            if (row.source, row.shop) == (name, shop):
                return row
        message = "this shop has not set the source up: see `ecrm plugins`"
        raise NotFoundError(message)

    def _rows(self, *, is_due: bool = False) -> list[PullRow]:
        wanted = {
            (shop, name) for name, one in self._sources.items() for shop in self._parts.keys_of(one.plugin).shops()
        }
        if not wanted:
            return []
        if not wanted <= self._enrolled:
            self._enrol(sorted(wanted - self._enrolled))
        due = self._parts.now() if is_due else None
        with self._parts.database.read() as transaction:
            rows = source_table.pull_rows(transaction, self._sources, due)
        return [row for row in rows if (row.shop, row.source) in wanted]

    def _enrol(self, missing: Sequence[tuple[str, str]]) -> None:
        now = self._parts.now()
        self._parts.transact(lambda transaction: source_table.enrol(transaction, missing, now))
        self._enrolled.update(missing)

    def _pull_row(self, row: PullRow) -> Pulled:
        owned = self._sources[row.source]
        held = self._parts.transact(lambda t: source_table.take(t, row, self._parts.now(), self._leased_until(owned)))
        pulled = Pulled()
        while held is not None and (not pulled.pages or self._is_more(held, pulled)):
            try:
                page, raws = self._page(owned, held)
            except Exception as error:  # noqa: BLE001 - another system, and a plugin: the worker goes on
                self._fail(held, error)
                return pulled + Pulled(failed=1)
            held = self._keep(owned, held, page, raws)
            pulled += Pulled(1, len(raws)) if held is not None else Pulled()
        if held is not None:
            back = held
            self._parts.transact(lambda transaction: source_table.give_back(transaction, back))
        return pulled

    def _is_more(self, row: PullRow, pulled: Pulled) -> bool:
        return pulled.pages < PAGES_AT_ONCE and not row.is_at_end and row.not_before <= self._parts.now()

    def _page(self, owned: OwnedSource, row: PullRow) -> tuple[Page, list[bytes]]:
        source, keys, pull = owned.record, self._parts.keys_of(owned.plugin), owned.record.pull
        assert pull is not None  # noqa: S101 - only such sources are here
        page = self._parts.runner.call(lambda: pull(row.shop, row.cursor, keys), deadline_s=source.deadline_s)
        if not isinstance(page, Page):
            raise InvalidError.of("page", "pull gives a Page")
        if not page.is_last and page.next_cursor == row.cursor:
            raise InvalidError.of("next_cursor", "move it on while there is more, or the same page comes for ever")
        return page, wires_of(page.events, source.name, self._parts.now())

    def _keep(self, owned: OwnedSource, row: PullRow, page: Page, raws: Sequence[bytes]) -> PullRow | None:
        source, now = owned.record, self._parts.now()
        not_before = now + dt.timedelta(seconds=60 / source.calls_per_minute)
        next_at = now + source.every if page.is_last else now
        moved = row._replace(
            cursor=page.next_cursor, next_at=next_at, not_before=not_before, failures=0, error=None, pulled_at=now
        )

        def work(transaction: Transaction) -> PullRow | None:
            if not source_table.keep(transaction, moved, self._leased_until(owned)):
                return None
            delivery_table.put_wires(transaction, row.shop, source.name, raws, now)
            return moved

        return self._parts.transact(work)

    def _fail(self, row: PullRow, error: Exception) -> None:
        failures, said = row.failures + 1, told_of(error)
        again_at = self._parts.now() + dt.timedelta(seconds=_wait_s(error, failures))
        _LOG.warning("pulling %s failed: %s", row.source, said)
        off = row._replace(failures=failures, error=said, next_at=again_at, not_before=again_at)
        self._parts.transact(lambda transaction: source_table.put_off(transaction, off))

    def _leased_until(self, owned: OwnedSource) -> dt.datetime:
        return self._parts.now() + self._parts.lease + dt.timedelta(seconds=owned.record.deadline_s)


def _wait_s(error: Exception, failures: int) -> float:
    asked_s = error.retry_after_s if isinstance(error, UnavailableError) else None
    # What another system sends may be anything.
    if isinstance(asked_s, int | float) and math.isfinite(asked_s):
        return min(max(float(asked_s), 1.0), _LONGEST_WAIT_S)
    return float(min(_FIRST_BACKOFF_S * 2 ** min(failures - 1, 10), _LONGEST_BACKOFF_S))


def _refuse_failed(row: PullRow, pause_s: float) -> None:
    if row.failures:
        raise UnavailableError(f"the source failed: {row.error}", retry_after_s=max(pause_s, 1))
