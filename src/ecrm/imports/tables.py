"""The lines of a file on their way: in a temporary database, so that memory stays small.

The lines of one order may stand anywhere in a file; here they come together again. The database is SQLite's
own temporary file, which nobody else sees and which is gone when it is closed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Self

from ecrm.errors import UnavailableError
from ecrm.imports.column import Line

__all__ = ["Spool"]

_TABLE = "CREATE TABLE line (place INTEGER PRIMARY KEY, number INTEGER, key TEXT, shape INTEGER, cells TEXT)"
_PUT = "INSERT INTO line (number, key, shape, cells) VALUES (?, ?, ?, ?)"
_ORDERED = (
    "SELECT line.key, line.number, line.shape, line.cells FROM line "
    "JOIN (SELECT key, MIN(place) AS first FROM line GROUP BY key) AS one ON one.key = line.key "
    "ORDER BY one.first, line.place"
)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Spool:
    """Keep lines until all of a file are read, then give them back group by group.

    >>> with Spool() as spool:
    ...     spool.put([(1, "A", {"id": "A"}), (2, "B", {"id": "B"}), (3, "A", {"id": "A"})])
    ...     [(key, [number for number, _ in lines]) for key, lines in spool.groups()]
    [('A', [1, 3]), ('B', [2])]
    """

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", "cache_size=-32000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(_TABLE)
        self._shapes: list[tuple[str, ...]] = []
        self._places: dict[tuple[str, ...], int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def put(self, lines: Iterable[tuple[int, str, Line]]) -> None:
        """Keep lines: number, the key of their group, cells.

        Raises:
            UnavailableError: There is no room for them in the directory for temporary files.
        """
        rows = ((number, key, self._shape_of(cells), _encode([*cells.values()])) for number, key, cells in lines)
        try:
            self._connection.execute("BEGIN")
            self._connection.executemany(_PUT, rows)
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise UnavailableError("make room in the directory for temporary files, then import again") from error

    def index(self) -> int:
        """Make ready for `groups`, and count them."""
        self._connection.execute("CREATE INDEX by_key ON line (key, place)")
        counted: int = self._connection.execute("SELECT COUNT(DISTINCT key) FROM line").fetchone()[0]
        return counted

    def groups(self) -> Iterator[tuple[str, list[tuple[int, Line]]]]:
        """Yield each key with its lines, in the order of their first lines."""
        rows = self._connection.execute(_ORDERED)
        for key, group in groupby(rows, key=itemgetter(0)):
            yield (
                key,
                [(row[1], dict(zip(self._shapes[row[2]], json.loads(row[3]), strict=True))) for row in group],
            )

    def _shape_of(self, cells: Line) -> int:
        """Remember the names of the columns once, not with every line."""
        names = tuple(cells)
        place = self._places.setdefault(names, len(self._shapes))
        if place == len(self._shapes):
            self._shapes.append(names)
        return place
