"""Set-based statements compiled from a table: find, put, change and drop many rows by their keys.

On PostgreSQL each is one statement over all rows; on SQLite, where a call costs nothing, a loop of one
prepared statement. Both take and give Python values (UUID, aware datetime); JSON travels as text.
Statements of one table that fit none of these stand in that table's module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from ecrm.database.coding import Coder
from ecrm.database.staging import Rows
from ecrm.database.transaction import Transaction
from ecrm.database.types import Json

__all__ = ["Change", "Drop", "Lookup", "Put", "merged"]

Row = tuple[Any, ...]


class Lookup:
    """Find the rows of a table by many keys at once.

    Args:
        table: Where to look.
        by: The columns of a key.
        columns: What to give back; all where left out.
    """

    def __init__(self, table: sa.Table, by: Sequence[str], columns: Sequence[str] = ()) -> None:
        found = [table.c[name] for name in columns or table.c.keys()]
        keys = [table.c[name] for name in by]
        self._key, self._found, self._rows = Coder(keys), Coder(found), Rows(keys)
        match = " AND ".join(f"t.{_q(n)} = {s}" for n, s in zip(by, self._rows.read, strict=True))
        # OFFSET 0 keeps the planner from turning the probe of an index into a scan of the whole table.
        self._postgresql = (
            f"SELECT r.* FROM {{rows}} CROSS JOIN LATERAL (SELECT {', '.join(map(_read, found))} "
            f"FROM {table.name} t WHERE {match} OFFSET 0) r"
        )
        self._sqlite = f"SELECT {', '.join(_q(c.name) for c in found)} FROM {table.name} WHERE {_where(by)}"

    def sql(self, dialect: str) -> str:
        """Give the statement, to look at its plan."""
        return self._sqlite if dialect == "sqlite" else self._rows.text(self._postgresql)

    def rows(self, transaction: Transaction, keys: Sequence[Row]) -> list[Row]:
        """Give the rows of the keys, in no order; a key without a row gives none."""
        if not keys:
            return []
        if transaction.is_sqlite:
            run, sql = transaction.driver.execute, self._sqlite
            found = [row for key in self._key.encoded("sqlite", keys) for row in run(sql, key)]
        else:
            found = self._rows.run(transaction, self._postgresql, keys).fetchall()
        return self._found.decoded(transaction.dialect, found)


class Put:
    """Insert many rows; where a key is there already, merge or leave it.

    Args:
        table: Where to write.
        key: The columns that conflict.
        columns: The columns of a row, in its order.
        merge: How a column of a row that is there changes: `set`, `add`, `min`, `max`, `or`, or SQL over
            `t` (what is there) and `excluded` (what comes). Without it the row there stays.
        returning: Columns to give back of rows inserted or merged.
    """

    def __init__(
        self,
        table: sa.Table,
        key: Sequence[str],
        columns: Sequence[str],
        *,
        merge: Mapping[str, str] | None = None,
        returning: Sequence[str] = (),
    ) -> None:
        written = [table.c[name] for name in columns]
        self._by = itemgetter(*(columns.index(name) for name in key))
        self._coder, self._rows = Coder(written), Rows(written)
        self._returned = Coder([table.c[name] for name in returning]) if returning else None
        into = f"INSERT INTO {table.name} AS t ({', '.join(map(_q, columns))})"
        conflict = f"ON CONFLICT ({', '.join(map(_q, key))})"
        # "WHERE true" tells SQLite's parser that ON CONFLICT is not a join's ON.
        marks = ", ".join("?" * len(columns))
        self._sqlite = (
            f"{into} SELECT {marks} WHERE true {conflict} {merged('sqlite', merge or {})}"
            f"{_returned('sqlite', returning)}"
        )
        self._postgresql = (
            f"{into} SELECT {', '.join(self._rows.read)} FROM {{rows}} {conflict} "
            f"{merged('postgresql', merge or {})}{_returned('postgresql', returning)}"
        )

    def sql(self, dialect: str) -> str:
        """Give the statement, for a caller that binds one row itself."""
        return self._sqlite if dialect == "sqlite" else self._rows.text(self._postgresql)

    def run(self, transaction: Transaction, rows: Sequence[Row]) -> list[Row]:
        """Write the rows, sorted by key so that writers never wait for each other in a ring."""
        if not rows:
            return []
        rows = sorted(rows, key=self._by) if len(rows) > 1 else rows
        if not transaction.is_sqlite:
            cursor = self._rows.run(transaction, self._postgresql, rows)
            return [] if self._returned is None else self._returned.decoded("postgresql", cursor.fetchall())
        coded = self._coder.encoded("sqlite", rows)
        if self._returned is None:
            transaction.run_many(self._sqlite, coded)
            return []
        run, sql = transaction.driver.execute, self._sqlite
        return self._returned.decoded("sqlite", [row for one in coded for row in run(sql, one).fetchall()])


class Change:
    """Set columns of many rows by their keys; a row is the key's values, then the new ones.

    Args:
        table: Where to write.
        by: The columns of a key.
        columns: The columns that change.
        merge: How, as in `Put`, with `excluded` for what comes; `set` where left out.
    """

    def __init__(
        self,
        table: sa.Table,
        by: Sequence[str],
        columns: Sequence[str],
        merge: Mapping[str, str] | None = None,
    ) -> None:
        names = [*by, *columns]
        written = [table.c[name] for name in names]
        self._keys = len(by)
        self._coder, self._rows = Coder(written), Rows(written)
        hows = merge or {}
        comes = dict(zip(names, self._rows.read, strict=True))
        setting = ", ".join(f"{_q(n)} = {_merge('postgresql', n, hows.get(n, 'set'), comes[n])}" for n in columns)
        match = " AND ".join(f"t.{_q(n)} = {comes[n]}" for n in by)
        self._postgresql = f"UPDATE {table.name} AS t SET {setting} FROM {{rows}} WHERE {match}"
        setting = ", ".join(
            f"{_q(n)} = {_merge('sqlite', n, hows.get(n, 'set'), f'?{place}')}"
            for place, n in enumerate(columns, len(by) + 1)
        )
        match = " AND ".join(f"t.{_q(n)} = ?{place}" for place, n in enumerate(by, 1))
        self._sqlite = f"UPDATE {table.name} AS t SET {setting} WHERE {match}"

    def run(self, transaction: Transaction, rows: Sequence[Row]) -> None:
        """Change the rows."""
        if not rows:
            return
        if transaction.is_sqlite:
            transaction.run_many(self._sqlite, self._coder.encoded("sqlite", rows))
        else:
            self._rows.run(transaction, self._postgresql, rows)


class Drop:
    """Delete the rows of many keys."""

    def __init__(self, table: sa.Table, by: Sequence[str]) -> None:
        keys = [table.c[name] for name in by]
        self._coder, self._rows = Coder(keys), Rows(keys)
        match = " AND ".join(f"t.{_q(n)} = {s}" for n, s in zip(by, self._rows.read, strict=True))
        self._postgresql = f"DELETE FROM {table.name} t USING {{rows}} WHERE {match}"
        self._sqlite = f"DELETE FROM {table.name} WHERE {_where(by)}"

    def run(self, transaction: Transaction, keys: Sequence[Row]) -> None:
        """Delete them."""
        if not keys:
            return
        if transaction.is_sqlite:
            transaction.run_many(self._sqlite, self._coder.encoded("sqlite", keys))
        else:
            self._rows.run(transaction, self._postgresql, keys)


def merged(dialect: str, merge: Mapping[str, str]) -> str:
    """Write what ON CONFLICT does: the clause that `Put` ends with, for statements of their own."""
    if not merge:
        return "DO NOTHING"
    settings = (f"{_q(n)} = {_merge(dialect, n, how, f'excluded.{_q(n)}')}" for n, how in merge.items())
    return f"DO UPDATE SET {', '.join(settings)}"


def _returned(dialect: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    # SQLite knows the alias of the table in DO UPDATE, and not in RETURNING.
    prefix = "t." if dialect == "postgresql" else ""
    return " RETURNING " + ", ".join(prefix + _q(name) for name in names)


def _merge(dialect: str, name: str, how: str, comes: str) -> str:
    there = f"t.{_q(name)}"
    if how == "set":
        return comes
    if how == "add":
        return f"{there} + {comes}"
    if how == "or":
        return f"({there} OR {comes})"
    if how in {"min", "max"}:
        if dialect == "postgresql":
            return f"{'LEAST' if how == 'min' else 'GREATEST'}({there}, {comes})"
        return f"coalesce({how}({there}, {comes}), {there}, {comes})"
    return how


def _where(by: Sequence[str]) -> str:
    return " AND ".join(f"{_q(name)} = ?" for name in by)


def _read(column: sa.Column[Any]) -> str:
    name = f"t.{_q(column.name)}"
    return f"{name}::text AS {_q(column.name)}" if isinstance(column.type, Json) else name


def _q(name: str) -> str:
    return f'"{name}"'
