"""Compare every row of two databases, each as it is at one moment."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from ecrm.database import Database, Transaction
from ecrm.database.migrating import Owner
from ecrm.database.streaming import snapshot
from ecrm.moving.digest import Digest
from ecrm.moving.model import Compared, Moved, Progress, Sum
from ecrm.moving.sides import check_current, check_sides, tables_of
from ecrm.moving.tables import whole

__all__ = ["compare", "compare_tables", "count_up"]


def compare(source: Database, target: Database, owners: Sequence[Owner], progress: Progress | None = None) -> Moved:
    """Compare every table of two databases, and write nothing.

    Args:
        source: The SQLite file.
        target: The PostgreSQL database.
        owners: Whose tables: the core's, and the plugins'.
        progress: Told of the rows compared.

    Returns:
        The tables; `differing` names those that are not alike.

    Raises:
        InvalidError: A side is of the wrong kind.
        SetupError: A side's tables are missing or not those of this ecrm.
    """
    check_sides(source, target)
    check_current(source, owners, "source")
    check_current(target, owners, "target")
    return compare_tables(source, target, tables_of(owners), progress)[0]


def compare_tables(
    source: Database, target: Database, tables: Sequence[sa.Table], progress: Progress | None
) -> tuple[Moved, int]:
    """Compare tables.

    Args:
        source: The SQLite file.
        target: The PostgreSQL database.
        tables: The tables.
        progress: Told of the rows compared.

    Returns:
        The tables, and what `whole.writes_seen` said of the source at that moment.
    """
    with snapshot(source) as ours, snapshot(target) as theirs:
        seen = whole.writes_seen(ours)
        total = sum(whole.count_rows(side, table) for side in (ours, theirs) for table in tables)
        told = count_up(progress, "comparing", total, 0)
        return Moved(tuple(_compared_table(table, ours, theirs, told) for table in tables)), seen


def count_up(progress: Progress | None, step: str, total: int, before: int) -> Callable[[int], None]:
    """Give a function that is told of more rows, and tells how many there are by then."""
    done = before

    def told(rows: int) -> None:
        nonlocal done
        done += rows
        if progress is not None:
            progress(step, done, total)

    return told


def _compared_table(table: sa.Table, ours: Transaction, theirs: Transaction, told: Callable[[int], None]) -> Compared:
    digest = Digest(table)
    left, right = (_sum(digest, side, table, told) for side in (ours, theirs))
    return Compared(table.name, left.rows, right.rows, left == right)


def _sum(digest: Digest, side: Transaction, table: sa.Table, told: Callable[[int], None]) -> Sum:
    found = Sum()
    # Closed before the snapshot ends, also where `told` raises.
    with contextlib.closing(whole.every_page(side, table)) as pages:
        for rows in pages:
            found += digest.sum(side.dialect, rows)
            told(len(rows))
    return found
