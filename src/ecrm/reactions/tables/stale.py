"""Customers whose kept facts must be said again, since they were merged or parted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Drop, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Key
from ecrm.values.personal import impersonal

__all__ = ["STALE", "StaleRow"]

STALE = sa.Table(
    "ecrm_stale",
    METADATA,
    sa.Column("reaction", Key, primary_key=True, info=impersonal()),
    sa.Column("shop", Key, primary_key=True),
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("mark", Id, nullable=False),
)
_KEY = ("reaction", "shop", "customer_id")
_PUT = Put(STALE, _KEY, (*_KEY, "mark"), merge={"mark": "set"})
_DROP = Drop(STALE, (*_KEY, "mark"))


class StaleRow(NamedTuple):
    """A customer of whom a reaction must be asked again; `mark` tells a newer request from an older."""

    reaction: str
    shop: str
    customer_id: UUID
    mark: UUID


def mark_stale(transaction: Transaction, rows: Sequence[StaleRow]) -> None:
    """Ask for customers to be looked at again."""
    _PUT.run(transaction, rows)


def stale_rows(transaction: Transaction, reaction: str, limit: int) -> list[StaleRow]:
    """Give who is to be looked at again by a reaction."""
    query = sa.select(STALE).where(STALE.c.reaction == reaction).order_by(STALE.c.shop, STALE.c.customer_id)
    return [StaleRow(row.reaction, row.shop, row.customer_id, row.mark) for row in transaction.core(query.limit(limit))]


def drop_stale(transaction: Transaction, rows: Iterable[StaleRow]) -> None:
    """Take away requests that are done; one that came again meanwhile stays."""
    _DROP.run(transaction, list(rows))


def stale_reactions(transaction: Transaction) -> Collection[str]:
    """Give the reactions that somebody waits for."""
    return {row[0] for row in transaction.run("SELECT DISTINCT reaction FROM ecrm_stale").fetchall()}
