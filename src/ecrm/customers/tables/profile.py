"""Profiles (one identity each), the customer each belongs to, and which were seen together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Change, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Key

__all__ = ["EDGE", "PROFILE", "EdgeRow", "ProfileRow"]

PROFILE = sa.Table(
    "ecrm_profile",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("kind", Key, primary_key=True),
    sa.Column("value", Key, primary_key=True),
    sa.Column("id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("is_junk", sa.Boolean, nullable=False),
    sa.Column("is_proven", sa.Boolean, nullable=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant, nullable=False),
    sa.Index("ecrm_profile_id_uq", "shop", "id", unique=True),
    sa.Index("ecrm_profile_customer_ix", "shop", "customer_id"),
)
EDGE = sa.Table(
    "ecrm_edge",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("a", Id, primary_key=True),
    sa.Column("b", Id, primary_key=True),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("is_proven", sa.Boolean, nullable=False),
    sa.Column("refused", sa.Text),
    sa.Index("ecrm_edge_b_ix", "shop", "b"),
)


class ProfileRow(NamedTuple):
    """A stored profile."""

    kind: str
    value: str
    id: UUID
    customer_id: UUID
    is_junk: bool
    is_proven: bool
    first_at: dt.datetime
    last_at: dt.datetime

    def __repr__(self) -> str:
        return f"<ProfileRow {self.kind}>"


class EdgeRow(NamedTuple):
    """A stored pair seen together."""

    a: UUID
    b: UUID
    first_at: dt.datetime
    is_proven: bool
    refused: str | None


_PROFILE_COLUMNS = ProfileRow._fields
_BY_IDENTITY = Lookup(PROFILE, ("shop", "kind", "value"), _PROFILE_COLUMNS)
_BY_IDENTITY_LOCKED = Lookup(PROFILE, ("shop", "kind", "value"), _PROFILE_COLUMNS, lock=True)
_BY_ID = Lookup(PROFILE, ("shop", "id"), _PROFILE_COLUMNS)
_BY_CUSTOMER = Lookup(PROFILE, ("shop", "customer_id"), _PROFILE_COLUMNS)
_BY_CUSTOMER_LOCKED = Lookup(PROFILE, ("shop", "customer_id"), _PROFILE_COLUMNS, lock=True)
_EDGE = Lookup(EDGE, ("shop", "a", "b"), EdgeRow._fields)
_EDGE_FROM = Lookup(EDGE, ("shop", "a"), EdgeRow._fields)
_EDGE_TO = Lookup(EDGE, ("shop", "b"), EdgeRow._fields)
_INSERT = Put(PROFILE, ("shop", "kind", "value"), ("shop", *_PROFILE_COLUMNS))
_SEEN = Change(PROFILE, ("shop", "kind", "value"), ("is_proven", "first_at", "last_at"))
_MOVE = Change(PROFILE, ("shop", "kind", "value"), ("customer_id", "is_junk"))
_PUT_EDGE = Put(
    EDGE,
    ("shop", "a", "b"),
    ("shop", *EdgeRow._fields),
    merge={"first_at": "min", "is_proven": "or", "refused": "set"},
)


def find_profiles(
    transaction: Transaction, shop: str, keys: Collection[tuple[str, str]], *, lock: bool = False
) -> list[ProfileRow]:
    """Find profiles by (kind, value); locked until the transaction ends where asked."""
    lookup = _BY_IDENTITY_LOCKED if lock else _BY_IDENTITY
    return [ProfileRow(*row) for row in lookup.rows(transaction, [(shop, *key) for key in sorted(keys)])]


def profiles_by_id(transaction: Transaction, shop: str, ids: Collection[UUID]) -> list[ProfileRow]:
    """Find profiles by their ids."""
    return [ProfileRow(*row) for row in _BY_ID.rows(transaction, [(shop, id_) for id_ in ids])]


def profiles_of(
    transaction: Transaction, shop: str, customers: Collection[UUID], *, lock: bool = False
) -> list[ProfileRow]:
    """Give all profiles of customers."""
    lookup = _BY_CUSTOMER_LOCKED if lock else _BY_CUSTOMER
    return [ProfileRow(*row) for row in lookup.rows(transaction, [(shop, id_) for id_ in sorted(customers)])]


def find_edges(
    transaction: Transaction, shop: str, pairs: Collection[tuple[UUID, UUID]]
) -> list[EdgeRow]:
    """Find the edges of exactly these pairs."""
    return [EdgeRow(*row) for row in _EDGE.rows(transaction, [(shop, *pair) for pair in pairs])]


def edges_of(transaction: Transaction, shop: str, ids: Collection[UUID]) -> list[EdgeRow]:
    """Give every edge that touches one of the profiles."""
    keys = [(shop, id_) for id_ in ids]
    rows = [*_EDGE_FROM.rows(transaction, keys), *_EDGE_TO.rows(transaction, keys)]
    return [EdgeRow(*row) for row in dict.fromkeys(rows)]


def insert_profiles(transaction: Transaction, shop: str, rows: Sequence[ProfileRow]) -> None:
    """Keep new profiles."""
    _INSERT.run(transaction, [(shop, *row) for row in rows])


def mark_seen(
    transaction: Transaction, shop: str, rows: Sequence[tuple[str, str, bool, dt.datetime, dt.datetime]]
) -> None:
    """Set when profiles were first and last seen, and whether they were ever proven."""
    _SEEN.run(transaction, [(shop, *row) for row in sorted(rows)])


def move_profiles(
    transaction: Transaction, shop: str, rows: Sequence[tuple[str, str, UUID, bool]]
) -> None:
    """Set the customer of profiles, and whether they still identify."""
    _MOVE.run(transaction, [(shop, *row) for row in sorted(rows)])


def put_edges(transaction: Transaction, shop: str, rows: Sequence[EdgeRow]) -> None:
    """Keep pairs seen together; the earliest time, any proof and the newest refusal stay."""
    _PUT_EDGE.run(transaction, [(shop, *row) for row in rows])
