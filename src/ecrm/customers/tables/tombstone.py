"""Tombstones: marks of identities that were erased, from which nobody reads whose they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Key
from ecrm.values.personal import impersonal

__all__ = ["TOMBSTONE"]

TOMBSTONE = sa.Table(
    "ecrm_tombstone",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("kind", Key, primary_key=True, info=impersonal()),
    sa.Column("hmac", Key, primary_key=True, info=impersonal()),
    sa.Column("at", Instant, nullable=False),
)
_KEY = ("shop", "kind", "hmac")
_FIND = Lookup(TOMBSTONE, _KEY, ("kind", "hmac"))
_PUT = Put(TOMBSTONE, _KEY, (*_KEY, "at"))
_DROP = Drop(TOMBSTONE, _KEY)
Mark = tuple[str, str]


def has_tombstones(transaction: Transaction, shop: str) -> bool:
    """Tell whether anybody of a shop was ever erased: most shops need look no further."""
    mark = "?" if transaction.is_sqlite else "%s"
    sql = f"SELECT 1 FROM {TOMBSTONE.name} WHERE shop = {mark} LIMIT 1"
    return transaction.run(sql, (shop,)).fetchone() is not None


def find_tombstones(transaction: Transaction, shop: str, marks: Collection[Mark]) -> set[Mark]:
    """Give those of the marks (kind, hmac) that stand."""
    return {(row[0], row[1]) for row in _FIND.rows(transaction, [(shop, *mark) for mark in marks])}


def put_tombstones(transaction: Transaction, shop: str, marks: Collection[Mark], at: dt.datetime) -> None:
    """Set marks; one that stands stays."""
    _PUT.run(transaction, [(shop, *mark, at) for mark in sorted(marks)])


def drop_tombstones(transaction: Transaction, shop: str, marks: Collection[Mark]) -> None:
    """Take marks away."""
    _DROP.run(transaction, [(shop, *mark) for mark in marks])
