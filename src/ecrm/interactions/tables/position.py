"""Positions in the log that a reader never skips and that nobody's open transaction holds up.

On PostgreSQL a writer takes a shared advisory lock named after the sequence's last value and only then
draws from the sequence. A reader takes the sequence's value, then the lowest such lock that is held: all
positions up to the smaller of the two are committed or were rolled back. A transaction that does not
write the log holds no such lock, however long it stays open. On SQLite the one writer orders.
"""

from __future__ import annotations

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.transaction import Transaction

__all__ = ["HELD_POSITION", "NEXT_POSITION", "POSITIONS", "last_position", "next_positions", "safe_position"]

# It begins at 0, drawn when the tables are made, so that a lock's number always lies below its positions.
POSITIONS = sa.Sequence("ecrm_interaction_position", start=0, minvalue=0, metadata=METADATA)
NEXT_POSITION = "nextval('ecrm_interaction_position')"
# The upper 16 bits keep our locks apart from other advisory locks of the database.
_SPACE = 0x6563
HELD_POSITION = (
    f"pg_advisory_xact_lock_shared(({_SPACE}::bigint << 48) | (SELECT last_value FROM ecrm_interaction_position))"
)
_LOWEST_LOCK = (
    "SELECT min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << 48) - 1)) FROM pg_locks "
    "WHERE locktype = 'advisory' AND objsubid = 1 AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    f"AND (classid::bigint >> 16) = {_SPACE}"
)


def next_positions(transaction: Transaction, count: int) -> list[int]:
    """Draw positions for rows this transaction will insert, announcing it to readers first."""
    if transaction.is_sqlite:
        row = transaction.run("SELECT seq FROM sqlite_sequence WHERE name = 'ecrm_interaction'").fetchone()
        first = 1 + (0 if row is None else int(row[0]))
        return list(range(first, first + count))
    transaction.run(f"SELECT {HELD_POSITION}")
    drawn = transaction.run(f"SELECT {NEXT_POSITION} FROM generate_series(1, %s)", (count,))
    return [int(row[0]) for row in drawn.fetchall()]


def safe_position(transaction: Transaction) -> int:
    """Give the position up to which the log is complete for a reader who asks after this.

    Outside a transaction, or in one that is READ COMMITTED, rows read after it are all there.
    """
    if transaction.is_sqlite:
        row = transaction.run("SELECT max(position) FROM ecrm_interaction").fetchone()
        return int(row[0] or 0)
    last = int(transaction.run("SELECT last_value FROM ecrm_interaction_position").fetchone()[0])
    lowest = transaction.run(_LOWEST_LOCK).fetchone()[0]
    return last if lowest is None else min(last, int(lowest))


def last_position(transaction: Transaction) -> int:
    """Give a position that none of the log lies beyond: what is committed by now is at it or before."""
    if transaction.is_sqlite:
        return safe_position(transaction)
    return int(transaction.run("SELECT last_value FROM ecrm_interaction_position").fetchone()[0])
