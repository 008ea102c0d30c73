"""What a move gives back: each table on both sides, and whether they are alike."""

from __future__ import annotations

from typing import Protocol

import attrs

__all__ = ["STOP_WRITING", "Compared", "Moved", "Progress", "Sum"]

STOP_WRITING = "stop the shop's writes and its workers, then run `ecrm move` again"


class Progress(Protocol):
    """Be told how far a move is."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note.

        Args:
            step: "copying" or "comparing".
            done: How many rows are done.
            total: Of how many.
        """


@attrs.frozen
class Sum:
    """Hold how many rows a table has and what they come to, in whatever order they are read.

    Args:
        rows: How many.
        digest: The digests of its rows added up.

    >>> Sum(1, 5) + Sum(2, 7) == Sum(2, 7) + Sum(1, 5)
    True
    """

    rows: int = 0
    digest: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.rows + other.rows, self.digest + other.digest)


@attrs.frozen
class Compared:
    """Hold one table of both sides.

    Args:
        table: Its name.
        source_rows: How many rows the SQLite file has.
        target_rows: How many the PostgreSQL database has.
        is_alike: Whether the rows are the same, value by value.
    """

    table: str
    source_rows: int
    target_rows: int
    is_alike: bool


@attrs.frozen
class Moved:
    """Hold what a move, or a comparison alone, came to.

    Args:
        tables: Every table, in the order they were moved.
        copied_rows: How many rows this run wrote; 0 where everything was there already.
        left_behind: Tables with rows that were not moved: of plugins that are not there.
    """

    tables: tuple[Compared, ...]
    copied_rows: int = 0
    left_behind: tuple[str, ...] = ()

    @property
    def differing(self) -> tuple[str, ...]:
        """Name the tables that are not alike.

        >>> Moved((Compared("ecrm_order", 2, 1, is_alike=False),)).differing
        ('ecrm_order',)
        """
        return tuple(one.table for one in self.tables if not one.is_alike)
