"""How far a move is, kept in its target, and the guard that keeps everybody else from writing there.

The guard is a trigger on every table: a shop that works on the target too early is told to wait, instead of
losing what it wrote when a table is copied anew. Both go when the move is complete.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import sqlalchemy as sa

from ecrm.database.transaction import Transaction
from ecrm.database.types import Key

__all__ = ["MOVE", "Bookmark", "Place"]

MOVE = sa.Table(
    "ecrm_move",
    sa.MetaData(),
    sa.Column("table_name", Key, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("place", sa.Text),
    sa.Column("row_count", sa.BigInteger, nullable=False),
)
Place = tuple[Any, ...]
_GUARD = "ecrm_move_guard"
# Code 55000 is one that psycopg counts as operational, so that callers are told to try again later.
_MAKE_GUARD = f"""
CREATE FUNCTION {_GUARD}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('ecrm.is_moving', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION 'a move into this database is not complete: run `ecrm move` again'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END $$
"""


class Bookmark(NamedTuple):
    """How far one table is.

    Args:
        source: The file it comes from.
        place: The key of the last row that was copied, as SQLite stores it; None before the first.
        row_count: How many rows were copied.
    """

    source: str
    place: Place | None
    row_count: int


def hold_move(transaction: Transaction) -> None:
    """Wait for another program that begins or completes a move here; let this transaction past the guard."""
    transaction.run("SELECT pg_advisory_xact_lock(1701013869, 1)")
    let_past(transaction)


def let_past(transaction: Transaction) -> None:
    """Let this transaction past the guard."""
    transaction.run("SET LOCAL ecrm.is_moving = 'on'")


def read_bookmarks(transaction: Transaction) -> dict[str, Bookmark] | None:
    """Give the bookmarks by table; None where no move is under way."""
    if not sa.inspect(transaction.connection).has_table(MOVE.name):
        return None
    rows = transaction.run(f"SELECT table_name, source, place, row_count FROM {MOVE.name}").fetchall()
    return {name: Bookmark(source, _place(place), count) for name, source, place, count in rows}


def begin_move(transaction: Transaction) -> None:
    """Make the table of bookmarks, and the guard that `guard_table` puts on tables."""
    MOVE.create(transaction.connection)
    transaction.run(_MAKE_GUARD)


def begin_table(transaction: Transaction, name: str, source: str) -> None:
    """Begin a table: nothing of it is copied, and nobody else writes it."""
    transaction.run(f"INSERT INTO {MOVE.name} VALUES (%s, %s, NULL, 0)", (name, source))
    transaction.run(
        f'CREATE TRIGGER {_GUARD} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{name}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION {_GUARD}()"
    )


def empty_table(transaction: Transaction, name: str) -> None:
    """Begin a table anew: take out what was copied."""
    transaction.run(f'DELETE FROM "{name}"')
    transaction.run(f"UPDATE {MOVE.name} SET place = NULL, row_count = 0 WHERE table_name = %s", (name,))


def advance(transaction: Transaction, name: str, before: int, place: Place, count: int) -> bool:
    """Move a bookmark past a page; give False where another program has moved it meanwhile.

    Args:
        transaction: The one that writes the page.
        name: The table.
        before: How many rows were copied before the page.
        place: The key of the page's last row.
        count: How many rows it has.
    """
    sql = f"UPDATE {MOVE.name} SET place = %s, row_count = row_count + %s WHERE table_name = %s AND row_count = %s"
    return bool(transaction.run(sql, (_written(place), count, name, before)).rowcount)


def end_move(transaction: Transaction) -> None:
    """Take away the bookmarks and the guard: the database is a CRM's like any other."""
    transaction.run(f"DROP FUNCTION {_GUARD}() CASCADE")
    transaction.run(f"DROP TABLE {MOVE.name}")


def _written(place: Place) -> str:
    return json.dumps([{"hex": value.hex()} if isinstance(value, bytes) else value for value in place])


def _place(text: str | None) -> Place | None:
    if text is None:
        return None
    return tuple(bytes.fromhex(value["hex"]) if isinstance(value, dict) else value for value in json.loads(text))
