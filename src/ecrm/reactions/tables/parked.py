"""What failed: set aside to be tried again, and parked where it failed too often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from ecrm.customers.tables.profile import hold_profiles
from ecrm.database.metadata import METADATA
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Json, Key
from ecrm.values.personal import impersonal, personal

__all__ = ["PARKED", "ParkedRow"]

PARKED = sa.Table(
    "ecrm_parked",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
    sa.Column("shop", Key, nullable=False),
    sa.Column("reaction", Key, nullable=False, info=impersonal()),
    sa.Column("cause_id", Id, nullable=False),
    sa.Column("profile_id", Id, nullable=False),
    # Of a timer that was due: what its function is given. Of an interaction: nothing, it is on the log.
    sa.Column("due", Json, info=personal("activity", "try again what failed")),
    sa.Column("state", Key, nullable=False, info=impersonal()),
    sa.Column("tries", sa.BigInteger, nullable=False),
    sa.Column("next_try_at", Instant, nullable=False),
    sa.Column("failed_at", Instant, nullable=False),
    sa.Column("error", sa.Text, nullable=False, info=impersonal()),
    sa.Index("ecrm_parked_cause_uq", "shop", "reaction", "cause_id", unique=True),
    sa.Index("ecrm_parked_next_ix", "state", "next_try_at"),
    sa.Index("ecrm_parked_profile_ix", "shop", "profile_id"),
    sqlite_autoincrement=True,
)
RETRYING, GIVEN_UP = "retrying", "parked"


class ParkedRow(NamedTuple):
    """One thing that failed."""

    id: int
    shop: str
    reaction: str
    cause_id: UUID
    profile_id: UUID
    due: Mapping[str, Any] | None
    state: str
    tries: int
    next_try_at: dt.datetime
    failed_at: dt.datetime
    error: str

    def __repr__(self) -> str:
        return f"<ParkedRow {self.id} {self.reaction} {self.state}>"


def set_aside(transaction: Transaction, row: ParkedRow) -> None:
    """Keep something that failed; where it is there already, what is newer stands.

    Of somebody who was erased meanwhile nothing is kept.
    """
    if not hold_profiles(transaction, row.shop, [row.profile_id]):
        return
    values = {name: value for name, value in row._asdict().items() if name != "id"}
    statement = PARKED.update().where(
        PARKED.c.shop == row.shop, PARKED.c.reaction == row.reaction, PARKED.c.cause_id == row.cause_id
    )
    if transaction.core(statement.values(**values)).rowcount == 0:
        transaction.core(PARKED.insert().values(**values))


def parked_rows(
    transaction: Transaction, shop: str, states: Collection[str], limit: int, reaction: str | None = None
) -> list[ParkedRow]:
    """Give what failed in a shop, oldest first."""
    query = sa.select(PARKED).where(PARKED.c.shop == shop, PARKED.c.state.in_(sorted(states)))
    if reaction is not None:
        query = query.where(PARKED.c.reaction == reaction)
    return [_row(row) for row in transaction.core(query.order_by(PARKED.c.id).limit(limit))]


def due_rows(transaction: Transaction, names: Collection[str], now: dt.datetime, limit: int) -> list[ParkedRow]:
    """Give what is to be tried again by now, of these reactions and timers, the longest waiting first."""
    chosen = PARKED.c
    query = sa.select(PARKED).where(
        chosen.state == RETRYING, chosen.next_try_at <= now, chosen.reaction.in_(sorted(names))
    )
    return [_row(row) for row in transaction.core(query.order_by(chosen.next_try_at, chosen.id).limit(limit))]


def next_try(transaction: Transaction, names: Collection[str], after: dt.datetime) -> dt.datetime | None:
    """Give when the next of these is to be tried again, after a time."""
    query = sa.select(sa.func.min(PARKED.c.next_try_at)).where(
        PARKED.c.state == RETRYING, PARKED.c.reaction.in_(sorted(names)), PARKED.c.next_try_at > after
    )
    found: dt.datetime | None = transaction.core(query).scalar_one()
    return found


def claim(transaction: Transaction, row: ParkedRow, until: dt.datetime) -> ParkedRow | None:
    """Count a try before it is made, and keep other workers off until a time; None where one was faster."""
    statement = _same(PARKED.update(), row).values(tries=row.tries + 1, next_try_at=until)
    return row._replace(tries=row.tries + 1) if transaction.core(statement).rowcount else None


def settle(transaction: Transaction, row: ParkedRow) -> bool:
    """Take away what has been done; False where another worker has it."""
    return transaction.core(_same(PARKED.delete(), row)).rowcount > 0


def put_back(transaction: Transaction, row: ParkedRow) -> None:
    """Keep the outcome of a try that failed, where no other worker has it."""
    values = {"state": row.state, "next_try_at": row.next_try_at, "failed_at": row.failed_at, "error": row.error}
    transaction.core(_same(PARKED.update(), row).values(**values))


def retry_rows(transaction: Transaction, shop: str, ids: Collection[int] | None, now: dt.datetime) -> int:
    """Let what failed be tried from the beginning: these, or all; give how many."""
    statement = PARKED.update().where(PARKED.c.shop == shop)
    if ids is not None:
        statement = statement.where(PARKED.c.id.in_(sorted(ids)))
    return transaction.core(statement.values(state=RETRYING, tries=0, next_try_at=now)).rowcount


def count_parked(transaction: Transaction, shop: str) -> dict[tuple[str, str], int]:
    """Give how many failed in a shop, by reaction and state."""
    query = sa.select(PARKED.c.reaction, PARKED.c.state, sa.func.count()).where(PARKED.c.shop == shop)
    return {(row[0], row[1]): row[2] for row in transaction.core(query.group_by(PARKED.c.reaction, PARKED.c.state))}


def _same(statement: Any, row: ParkedRow) -> Any:
    return statement.where(PARKED.c.id == row.id, PARKED.c.tries == row.tries, PARKED.c.state == RETRYING)


def _row(row: Any) -> ParkedRow:
    found = row._asdict()
    return ParkedRow(**{name: found[name] for name in ParkedRow._fields})
