"""How far each reaction has read the log, and which worker has it in hand.

A cursor moves by compare-and-set: the position it was at, and the epoch that taking it in hand began. Who
was stopped for longer than its lease finds another epoch and changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from ecrm.database.coding import Coder
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Key, micros
from ecrm.values.personal import impersonal

__all__ = ["REACTION", "CursorRow", "Lease"]

REACTION = sa.Table(
    "ecrm_reaction",
    METADATA,
    sa.Column("name", Key, primary_key=True, info=impersonal()),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("leased_until", Instant),
    # Whether the lease before this one was never given back: its worker died, or was stopped too long.
    sa.Column("was_left", sa.Boolean, nullable=False, server_default=sa.false()),
    # The position that is tried alone after that, and how often it was.
    sa.Column("trying", sa.BigInteger),
    sa.Column("trials", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rest_until", Instant),
    sa.Column("stumbles", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("moved_at", Instant, nullable=False),
)
_COLUMNS = ("name", "position", "leased_until", "rest_until", "moved_at")
_CODER = Coder([REACTION.c[name] for name in _COLUMNS])
_FIRST_REST_S, _LONGEST_REST_S = 10, 600
_ENROL = Put(REACTION, ("name",), ("name", "position", "moved_at"))


class CursorRow(NamedTuple):
    """How far a reaction has read."""

    name: str
    position: int
    leased_until: dt.datetime | None
    rest_until: dt.datetime | None
    moved_at: dt.datetime

    def is_free(self, now: dt.datetime) -> bool:
        """Tell whether a worker may take it in hand."""
        return all(until is None or until <= now for until in (self.leased_until, self.rest_until))


class Lease(NamedTuple):
    """A reaction in hand: what a compare-and-set compares."""

    name: str
    position: int
    epoch: int
    was_left: bool


def enrol(transaction: Transaction, names: Iterable[str], position: int, now: dt.datetime) -> None:
    """Begin the cursors that are not there at a position; those there stay where they are."""
    _ENROL.run(transaction, [(name, position, now) for name in names])


def cursors(transaction: Transaction) -> dict[str, CursorRow]:
    """Give every cursor, by the reaction's name."""
    rows = transaction.run(f"SELECT {', '.join(_COLUMNS)} FROM ecrm_reaction").fetchall()
    return {row[0]: CursorRow(*row) for row in _CODER.decoded(transaction.dialect, rows)}


def take(transaction: Transaction, name: str, now: dt.datetime, until: dt.datetime) -> Lease | None:
    """Take a reaction in hand until a time; None where another worker has it, or it rests."""
    sql = (
        "UPDATE ecrm_reaction SET epoch = epoch + 1, was_left = leased_until IS NOT NULL, leased_until = {0} "
        "WHERE name = {0} AND (leased_until IS NULL OR leased_until <= {0}) AND (rest_until IS NULL OR rest_until <= "
        "{0}) RETURNING position, epoch, was_left"
    )
    then = _stored(transaction, now)
    row = _run(transaction, sql, (_stored(transaction, until), name, then, then)).fetchone()
    return None if row is None else Lease(name, int(row[0]), int(row[1]), bool(row[2]))


def move(
    transaction: Transaction, lease: Lease, to: int, now: dt.datetime, until: dt.datetime, *, stumbled: bool = False
) -> Lease | None:
    """Move a cursor on, and keep it in hand until a time; None where it is not in hand any more."""
    sql = (
        "UPDATE ecrm_reaction SET position = {0}, moved_at = {0}, leased_until = {0}, trying = NULL, trials = 0, "
        "stumbles = %s WHERE name = {0} AND epoch = {0} AND position = {0}"
    ) % ("stumbles + 1" if stumbled else "0")
    times = _stored(transaction, now), _stored(transaction, until)
    values = (to, *times, lease.name, lease.epoch, lease.position)
    return lease._replace(position=to) if _run(transaction, sql, values).rowcount else None


def is_held(transaction: Transaction, lease: Lease) -> bool:
    """Tell whether a reaction is in hand still; nobody else takes it before the transaction ends."""
    sql = "UPDATE ecrm_reaction SET epoch = epoch WHERE name = {0} AND epoch = {0}"
    return bool(_run(transaction, sql, (lease.name, lease.epoch)).rowcount)


def give_back(transaction: Transaction, lease: Lease) -> None:
    """Give a reaction back, where it is in hand still."""
    sql = "UPDATE ecrm_reaction SET leased_until = NULL WHERE name = {0} AND epoch = {0}"
    _run(transaction, sql, (lease.name, lease.epoch))


def try_alone(transaction: Transaction, lease: Lease, position: int) -> int:
    """Say that one position is tried alone; give how often it was, 0 where the lease is lost."""
    sql = (
        "UPDATE ecrm_reaction SET trials = CASE WHEN trying = {0} THEN trials + 1 ELSE 1 END, trying = {0} "
        "WHERE name = {0} AND epoch = {0} RETURNING trials"
    )
    row = _run(transaction, sql, (position, position, lease.name, lease.epoch)).fetchone()
    return 0 if row is None else int(row[0])


def rest(transaction: Transaction, lease: Lease, now: dt.datetime) -> None:
    """Give a reaction back that did not come back in time, and let it rest, each time in a row for longer."""
    sql = "SELECT stumbles FROM ecrm_reaction WHERE name = {0} AND epoch = {0}"
    row = _run(transaction, sql, (lease.name, lease.epoch)).fetchone()
    if row is None:
        return
    rest_s = min(_FIRST_REST_S * 2 ** max(row[0] - 1, 0), _LONGEST_REST_S)
    sql = "UPDATE ecrm_reaction SET leased_until = NULL, rest_until = {0} WHERE name = {0} AND epoch = {0}"
    _run(transaction, sql, (_stored(transaction, now + dt.timedelta(seconds=rest_s)), lease.name, lease.epoch))


def _run(transaction: Transaction, sql: str, values: tuple[Any, ...]) -> Any:
    return transaction.run(sql.format("?" if transaction.is_sqlite else "%s"), values)


def _stored(transaction: Transaction, at: dt.datetime | None) -> Any:
    return micros(at) if transaction.is_sqlite and at is not None else at
