"""Profiles (one identity each), the customer each belongs to, and which were seen together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Change, Lookup, Put
from ecrm.database.staging import Rows
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Key, micros
from ecrm.values.personal import impersonal, personal

__all__ = ["EDGE", "PROFILE", "EdgeRow", "ProfileRow"]

PROFILE = sa.Table(
    "ecrm_profile",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("kind", Key, primary_key=True, info=impersonal()),
    sa.Column("value", Key, primary_key=True, info=personal("identity", "recognise the customer")),
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
    sa.Column("refused", sa.Text, info=impersonal()),
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
_BY_ID = Lookup(PROFILE, ("shop", "id"), _PROFILE_COLUMNS)
_BY_CUSTOMER = Lookup(PROFILE, ("shop", "customer_id"), _PROFILE_COLUMNS)
_OWNER = Lookup(PROFILE, ("shop", "kind", "value"), ("kind", "value", "id", "customer_id", "is_junk"))
_PAIRS = Rows([EDGE.c[name] for name in ("shop", "a", "b", "first_at", "is_proven")])
_KNOWN_POSTGRESQL = (
    "SELECT r.a, r.b FROM {rows} CROSS JOIN LATERAL (SELECT e.a, e.b FROM ecrm_edge e WHERE e.shop = s.v0 "
    "AND e.a = s.v1 AND e.b = s.v2 AND e.first_at <= s.v3 AND e.is_proven >= s.v4 OFFSET 0) r"
)
_KNOWN_SQLITE = "SELECT 1 FROM ecrm_edge WHERE shop = ? AND a = ? AND b = ? AND first_at <= ? AND is_proven >= ?"
PairSeen = tuple[UUID, UUID, dt.datetime, bool]
_EDGE_FROM = Lookup(EDGE, ("shop", "a"), EdgeRow._fields)
_EDGE_TO = Lookup(EDGE, ("shop", "b"), EdgeRow._fields)
_INSERT = Put(PROFILE, ("shop", "kind", "value"), ("shop", *_PROFILE_COLUMNS))
_SEEN = Change(
    PROFILE,
    ("shop", "kind", "value"),
    ("is_proven", "first_at", "last_at"),
    merge={"is_proven": "or", "first_at": "min", "last_at": "max"},
)
_MOVE = Change(PROFILE, ("shop", "kind", "value"), ("customer_id", "is_junk"))
_PUT_EDGE = Put(
    EDGE,
    ("shop", "a", "b"),
    ("shop", *EdgeRow._fields),
    merge={"first_at": "min", "is_proven": "or", "refused": "set"},
)


def find_profiles(transaction: Transaction, shop: str, keys: Collection[tuple[str, str]]) -> list[ProfileRow]:
    """Find profiles by (kind, value)."""
    return [ProfileRow(*row) for row in _BY_IDENTITY.rows(transaction, [(shop, *key) for key in keys])]


def find_owners(
    transaction: Transaction, shop: str, keys: Collection[tuple[str, str]]
) -> list[tuple[str, str, UUID, UUID, bool]]:
    """Find (kind, value, profile, customer, is junk) by (kind, value), for many at once."""
    rows = _OWNER.rows(transaction, [(shop, *key) for key in keys])
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def shops_with_profiles(transaction: Transaction) -> list[str]:
    """List the shops that know anybody, each found by one step along the key."""
    mark = "?" if transaction.is_sqlite else "%s"
    sql = f"SELECT min(shop) FROM {PROFILE.name} WHERE shop > {mark}"
    found: list[str] = []
    while (after := transaction.run(sql, (found[-1] if found else "",)).fetchone()[0]) is not None:
        found.append(after)
    return found


def profiles_by_id(transaction: Transaction, shop: str, ids: Collection[UUID]) -> list[ProfileRow]:
    """Find profiles by their ids."""
    return [ProfileRow(*row) for row in _BY_ID.rows(transaction, [(shop, id_) for id_ in ids])]


def hold_profiles(transaction: Transaction, shop: str, ids: Collection[UUID]) -> set[UUID]:
    """Give those of the profiles that are there; nobody erases them until the transaction ends."""
    columns = PROFILE.c
    query = sa.select(columns.id).where(columns.shop == shop, columns.id.in_(sorted(ids))).order_by(columns.id)
    if not transaction.is_sqlite:
        # The weakest lock there is: records go on, a deletion waits.
        query = query.with_for_update(read=True, key_share=True)
    return {row.id for row in transaction.core(query)}


def profiles_of(transaction: Transaction, shop: str, customers: Collection[UUID]) -> list[ProfileRow]:
    """Give all profiles of customers."""
    return [ProfileRow(*row) for row in _BY_CUSTOMER.rows(transaction, [(shop, id_) for id_ in customers])]


def known_pairs(transaction: Transaction, shop: str, pairs: Sequence[PairSeen]) -> set[int]:
    """Give the places of the pairs that were seen together at least as early, and proven if these are."""
    if not transaction.is_sqlite:
        rows = [(shop, *pair) for pair in pairs]
        places = {(a, b): place for place, (a, b, _, _) in enumerate(pairs)}
        found = _PAIRS.run(transaction, _KNOWN_POSTGRESQL, rows).fetchall() if rows else []
        return {places[a, b] for a, b in found}
    run = transaction.driver.execute
    return {
        place
        for place, (a, b, at, is_proven) in enumerate(pairs)
        if run(_KNOWN_SQLITE, (shop, a.bytes, b.bytes, micros(at), is_proven)).fetchone()
    }


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
    """Widen when profiles were seen, and note whether they were proven."""
    _SEEN.run(transaction, [(shop, *row) for row in sorted(rows)])


def move_profiles(transaction: Transaction, shop: str, rows: Sequence[tuple[str, str, UUID, bool]]) -> None:
    """Set the customer of profiles, and whether they still identify."""
    _MOVE.run(transaction, [(shop, *row) for row in sorted(rows)])


def put_edges(transaction: Transaction, shop: str, rows: Sequence[EdgeRow]) -> None:
    """Keep pairs seen together; the earliest time, any proof and the newest refusal stay."""
    _PUT_EDGE.run(transaction, [(shop, *row) for row in rows])
