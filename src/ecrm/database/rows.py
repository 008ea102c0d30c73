"""Set-based statements compiled from a table: find, put, change and drop many rows by their keys.

On PostgreSQL each is one statement over arrays; on SQLite, where a call costs nothing, a loop of one
prepared statement. Both take and give Python values (UUID, aware datetime); JSON travels as text.
Statements of one table that fit none of these stand in that table's module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ecrm.database.transaction import Transaction
from ecrm.database.types import Codec, Json, array_type, codec

__all__ = ["Change", "Drop", "Lookup", "Put"]

Row = tuple[Any, ...]


class Lookup:
    """Find the rows of a table by many keys at once.

    Args:
        table: Where to look.
        by: The columns of a key.
        columns: What to give back; all where left out.
        lock: Whether PostgreSQL locks the rows until the transaction ends (SQLite's writer is alone).
    """

    def __init__(
        self, table: sa.Table, by: Sequence[str], columns: Sequence[str] = (), *, lock: bool = False
    ) -> None:
        self._by = [table.c[name] for name in by]
        self._columns = [table.c[name] for name in columns or table.c.keys()]
        names = ", ".join(_read(column) for column in self._columns)
        match = " AND ".join(f"t.{_q(name)} = k.{_q(name)}" for name in by)
        keys = ", ".join(_q(name) for name in by)
        arrays = ", ".join(f"%s::{array_type(column)}[]" for column in self._by)
        # OFFSET 0 keeps the planner from turning the probe of an index into a scan of the whole table.
        self._postgresql = (
            f"SELECT r.* FROM unnest({arrays}) AS k({keys}) CROSS JOIN LATERAL "
            f"(SELECT {names} FROM {table.name} t WHERE {match} OFFSET 0{' FOR UPDATE' if lock else ''}) r"
        )
        where = " AND ".join(f"{_q(name)} = ?" for name in by)
        self._sqlite = f"SELECT {', '.join(_q(c.name) for c in self._columns)} FROM {table.name} WHERE {where}"

    def rows(self, transaction: Transaction, keys: Sequence[Row]) -> list[Row]:
        """Give the rows of the keys, in no order; a key without a row gives none."""
        if not keys:
            return []
        encode = _codecs(self._by, transaction.dialect, 0)
        if transaction.is_sqlite:
            run, sql = transaction.driver.execute, self._sqlite
            found = [row for key in _coded(keys, encode) for row in run(sql, key)]
        else:
            found = transaction.run(self._postgresql, _arrays(keys)).fetchall()
        return list(_coded(found, _codecs(self._columns, transaction.dialect, 1)))


class Put:
    """Insert many rows; where a key is there already, merge or leave it.

    Args:
        table: Where to write.
        key: The columns that conflict.
        columns: The columns of a row, in its order.
        merge: How a column of a row that is there changes: `set`, `add`, `min`, `max`, `or`, or SQL over
            `t` (what is there) and `excluded` (what comes). Without it the row there stays.
        returning: Columns to give back of rows inserted or merged.
        defaults: SQL for columns that are not in a row.
    """

    def __init__(
        self,
        table: sa.Table,
        key: Sequence[str],
        columns: Sequence[str],
        *,
        merge: Mapping[str, str] | None = None,
        returning: Sequence[str] = (),
        defaults: Mapping[str, str] | None = None,
        when: str = "",
    ) -> None:
        self._key = [columns.index(name) for name in key]
        self._columns = [table.c[name] for name in columns]
        self._returning = [table.c[name] for name in returning]
        extra = defaults or {}
        names = ", ".join(_q(name) for name in [*columns, *extra])
        self._sql = {
            dialect: (
                f"INSERT INTO {table.name} AS t ({names}) {self._source(dialect, list(extra.values()))} "
                f"ON CONFLICT ({', '.join(_q(name) for name in key)}) {_merged(dialect, merge or {}, when)}"
                + (f" RETURNING {', '.join('t.' + _q(n) if dialect == 'postgresql' else _q(n) for n in returning)}"
                   if returning else "")
            )
            for dialect in ("sqlite", "postgresql")
        }  # fmt: skip

    def run(self, transaction: Transaction, rows: Sequence[Row]) -> list[Row]:
        """Write the rows, sorted by key so that writers never wait for each other in a ring."""
        if not rows:
            return []
        if len(rows) > 1:
            key = self._key
            rows = sorted(rows, key=lambda row: tuple(row[place] for place in key))
        sql = self._sql[transaction.dialect]
        decode = _codecs(self._returning, transaction.dialect, 1)
        if not transaction.is_sqlite:
            cursor = transaction.run(sql, _arrays(rows))
            return list(_coded(cursor.fetchall(), decode)) if self._returning else []
        coded = _coded(rows, _codecs(self._columns, "sqlite", 0))
        if not self._returning:
            transaction.run_many(sql, coded)
            return []
        run = transaction.driver.execute
        return list(_coded([row for one in coded for row in run(sql, one).fetchall()], decode))

    def _source(self, dialect: str, extra: list[str]) -> str:
        if dialect == "sqlite":
            # "WHERE true" tells SQLite's parser that ON CONFLICT is not a join's ON.
            return f"SELECT {', '.join(['?'] * len(self._columns) + extra)} WHERE true"
        return f"SELECT {_from_arrays(self._columns, extra)}"


class Change:
    """Set columns of many rows by their keys; a row is the key's values, then the new ones."""

    def __init__(self, table: sa.Table, by: Sequence[str], columns: Sequence[str]) -> None:
        self._columns = [table.c[name] for name in [*by, *columns]]
        names = [column.name for column in self._columns]
        self._by = len(by)
        setting = ", ".join(f"{_q(n)} = v.{_q(n)}{_cast(table.c[n])}" for n in columns)
        match = " AND ".join(f"t.{_q(name)} = v.{_q(name)}" for name in by)
        arrays = ", ".join(f"%s::{array_type(column)}[]" for column in self._columns)
        self._postgresql = (
            f"UPDATE {table.name} AS t SET {setting} FROM unnest({arrays}) "
            f"AS v({', '.join(_q(n) for n in names)}) WHERE {match}"
        )
        self._sqlite = (
            f"UPDATE {table.name} SET {', '.join(f'{_q(n)} = ?' for n in columns)} "
            f"WHERE {' AND '.join(f'{_q(n)} = ?' for n in by)}"
        )

    def run(self, transaction: Transaction, rows: Sequence[Row]) -> None:
        """Change the rows."""
        if not rows:
            return
        if not transaction.is_sqlite:
            transaction.run(self._postgresql, _arrays(rows))
            return
        coded = _coded(rows, _codecs(self._columns, "sqlite", 0))
        transaction.run_many(self._sqlite, [(*row[self._by :], *row[: self._by]) for row in coded])


class Drop:
    """Delete the rows of many keys."""

    def __init__(self, table: sa.Table, by: Sequence[str]) -> None:
        self._by = [table.c[name] for name in by]
        arrays = ", ".join(f"%s::{array_type(column)}[]" for column in self._by)
        match = " AND ".join(f"t.{_q(name)} = k.{_q(name)}" for name in by)
        self._postgresql = (
            f"DELETE FROM {table.name} t USING unnest({arrays}) AS k({', '.join(map(_q, by))}) WHERE {match}"
        )
        self._sqlite = f"DELETE FROM {table.name} WHERE {' AND '.join(f'{_q(name)} = ?' for name in by)}"

    def run(self, transaction: Transaction, keys: Sequence[Row]) -> None:
        """Delete them."""
        if not keys:
            return
        if transaction.is_sqlite:
            transaction.run_many(self._sqlite, _coded(keys, _codecs(self._by, "sqlite", 0)))
        else:
            transaction.run(self._postgresql, _arrays(keys))


def _merged(dialect: str, merge: Mapping[str, str], when: str) -> str:
    if not merge:
        return "DO NOTHING"
    settings = ", ".join(f"{_q(name)} = {_merge(dialect, name, how)}" for name, how in merge.items())
    return f"DO UPDATE SET {settings}" + (f" WHERE {when}" if when else "")


def _merge(dialect: str, name: str, how: str) -> str:
    there, comes = f"t.{_q(name)}", f"excluded.{_q(name)}"
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


def _from_arrays(columns: Sequence[sa.Column[Any]], extra: Sequence[str]) -> str:
    names = [f"v{place}" for place in range(len(columns))]
    arrays = ", ".join(f"%s::{array_type(column)}[]" for column in columns)
    read = ", ".join([*(f"{n}{_cast(c)}" for n, c in zip(names, columns, strict=True)), *extra])
    return f"{read} FROM unnest({arrays}) AS v({', '.join(names)})"


def _cast(column: sa.Column[Any]) -> str:
    return "::jsonb" if isinstance(column.type, Json) else ""


def _read(column: sa.Column[Any]) -> str:
    name = f"t.{_q(column.name)}"
    return f"{name}::text AS {_q(column.name)}" if isinstance(column.type, Json) else name


def _q(name: str) -> str:
    return f'"{name}"'


def _arrays(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(values) for values in zip(*rows, strict=True)]


def _codecs(columns: Sequence[sa.Column[Any]], dialect: str, side: int) -> list[tuple[int, Callable[[Any], Any]]]:
    found: list[tuple[int, Codec]] = [(place, codec(c, dialect)[side]) for place, c in enumerate(columns)]
    return [(place, function) for place, function in found if function is not None]


def _coded(rows: Sequence[Row], codecs: list[tuple[int, Callable[[Any], Any]]]) -> Sequence[Row]:
    if not codecs:
        return rows
    coded = []
    for row in rows:
        values = list(row)
        for place, function in codecs:
            if values[place] is not None:
                values[place] = function(values[place])
        coded.append(tuple(values))
    return coded
