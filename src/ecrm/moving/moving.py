"""Move a CRM from SQLite to PostgreSQL: copy every table by pages, compare the two sides, let go.

A page and its bookmark are one transaction, so that a run that was killed is taken up where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import attrs
import sqlalchemy as sa

from ecrm.database import Database, migrating
from ecrm.database.migrating import Owner
from ecrm.database.streaming import PAGE
from ecrm.errors import ConflictError, UnavailableError
from ecrm.moving.comparing import compare_tables, count_up
from ecrm.moving.model import STOP_WRITING, Moved, Progress
from ecrm.moving.sides import check_current, check_host, check_sides, left_behind, tables_of
from ecrm.moving.tables import bookmark, whole
from ecrm.moving.tables.bookmark import Bookmark
from ecrm.moving.tables.page import Pages

__all__ = ["move"]

_TRIES = 3


def move(
    source: Database,
    target: Database,
    owners: Sequence[Owner],
    progress: Progress | None = None,
    *,
    host: Database | None = None,
    page: int = PAGE,
) -> Moved:
    """Copy every table of a CRM into a PostgreSQL database, and compare them.

    The tables are made in the target. Until the move is complete nobody else can write them.

    Args:
        source: The SQLite file; it is read alone.
        target: An empty PostgreSQL database, or one into which this very move was begun.
        owners: Whose tables: the core's, and the plugins'.
        progress: Told of the rows copied and compared.
        host: The shop's own SQLite file, where its inbox is there: nothing may wait in it.
        page: The most rows of a transaction, 1 or more.

    Returns:
        The tables, all alike. Running it again changes nothing.

    Raises:
        InvalidError: A side is of the wrong kind, or PostgreSQL can not hold a value.
        ConflictError: The target holds something else, the source was written meanwhile, or rows wait in
            the shop's own file.
        UnavailableError: Another program moves into the target.
        SetupError: The source's tables are not those of this ecrm, or one can not be moved.
    """
    check_sides(source, target)
    check_current(source, owners, "source")
    tables = tables_of(owners)
    if host is not None:
        check_host(source, host)
    migrating.upgrade(target, owners)
    steps = _Steps(source, target, tables, progress)
    moved = steps.finish(page) if steps.begin() else _there_already(source, target, tables, progress)
    return attrs.evolve(moved, left_behind=left_behind(source, owners))


class _Steps:
    # The steps of one run; `bookmarks` say what the steps before it and runs before this one did.

    def __init__(
        self, source: Database, target: Database, tables: Sequence[sa.Table], progress: Progress | None
    ) -> None:
        self._source = source
        self._target = target
        self._tables = tables
        self._progress = progress
        self._file = str(Path(source.path or "").resolve())
        self._bookmarks: dict[str, Bookmark] = {}

    def begin(self) -> bool:
        """Begin the move or take it up; give False where the target is filled and no move is under way."""
        with self._target.write() as transaction:
            bookmark.hold_move(transaction)
            held = bookmark.read_bookmarks(transaction)
            if held is None:
                if any(whole.has_rows(transaction, table.name) for table in self._tables):
                    return False
                bookmark.begin_move(transaction)
                held = {}
            self._check_origin(held)
            for table in self._tables:
                if table.name not in held:
                    bookmark.begin_table(transaction, table.name, self._file)
            self._bookmarks = bookmark.read_bookmarks(transaction) or {}
        return True

    def copy(self, page: int) -> int:
        """Copy what is not copied yet; give how many rows."""
        with self._source.read() as transaction:
            total = sum(whole.count_rows(transaction, table) for table in self._tables)
        before = sum(held.row_count for held in self._bookmarks.values())
        told = count_up(self._progress, "copying", total, before)
        return sum(self._copy_table(table, page, told) for table in self._tables)

    def finish(self, page: int) -> Moved:
        """Copy and compare until the two sides are alike, and complete the move.

        Raises:
            ConflictError: They never are, or the source is written all the time.
        """
        copied, wrong = 0, ""
        for _ in range(_TRIES):
            copied += self.copy(page)
            moved, seen = compare_tables(self._source, self._target, self._tables, self._progress)
            if not moved.differing and self._complete(seen):
                return attrs.evolve(moved, copied_rows=copied)
            self._start_anew(moved.differing)
            wrong = ", ".join(moved.differing)
        what = f"the two sides still differ in {wrong}" if wrong else "the source is still written"
        raise ConflictError(f"{what}: {STOP_WRITING}")

    def _check_origin(self, held: dict[str, Bookmark]) -> None:
        if any(one.source != self._file for one in held.values()):
            raise ConflictError(
                "a move from another file into this database is not complete: go on with that file, "
                "or make the target anew"
            )

    def _copy_table(self, table: sa.Table, page: int, told: Callable[[int], None]) -> int:
        pages = Pages(table)
        held = self._bookmarks[table.name]
        copied, place = 0, held.place
        while True:
            with self._source.read() as transaction:
                rows = pages.read(transaction, place, page)
            if not rows:
                return copied
            place = pages.place(rows[-1])
            self._write_page(table, pages, rows, held.row_count + copied)
            copied += len(rows)
            told(len(rows))

    def _write_page(self, table: sa.Table, pages: Pages, rows: Sequence[tuple[Any, ...]], before: int) -> None:
        try:
            with self._target.write() as transaction:
                bookmark.let_past(transaction)
                if not bookmark.advance(transaction, table.name, before, pages.place(rows[-1]), len(rows)):
                    raise UnavailableError("another `ecrm move` writes into this database: let it end")
                pages.write(transaction, rows)
        except ConflictError:
            self._start_anew([table.name])
            raise

    def _start_anew(self, names: Collection[str]) -> None:
        with self._target.write() as transaction:
            bookmark.hold_move(transaction)
            # Children first, where a plugin's tables refer to each other.
            for table in reversed(self._tables):
                if table.name in names:
                    bookmark.empty_table(transaction, table.name)
            self._bookmarks = bookmark.read_bookmarks(transaction) or {}

    def _complete(self, seen: int) -> bool:
        with self._source.read() as transaction:
            if whole.writes_seen(transaction) != seen:
                return False
            numbers = whole.last_numbers(transaction, self._tables)
        with self._target.write() as transaction:
            bookmark.hold_move(transaction)
            whole.set_sequences(transaction, self._tables, numbers)
            bookmark.end_move(transaction)
        with self._target.read() as transaction:
            whole.analyze(transaction, self._tables)
        return True


def _there_already(source: Database, target: Database, tables: Sequence[sa.Table], progress: Progress | None) -> Moved:
    filled = "the target holds rows, and no move into it is under way: give an empty database"
    for table in tables:
        with source.read() as ours, target.read() as theirs:
            if whole.count_rows(ours, table) != whole.count_rows(theirs, table):
                raise ConflictError(filled)
    moved, _ = compare_tables(source, target, tables, progress)
    if moved.differing:
        raise ConflictError(filled)
    return moved
