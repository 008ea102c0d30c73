"""The journal of merges, by rule or by a person, and the pairs that are never one customer."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from ecrm.customers.model.merge import Merge
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Change, Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Json, Key
from ecrm.values.personal import impersonal, personal

__all__ = ["MERGE", "NEVER_MERGE", "MergeRow"]

MERGE = sa.Table(
    "ecrm_merge",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("keep", Id, nullable=False),
    sa.Column("absorb", Id, nullable=False),
    sa.Column("keep_profile", Id, nullable=False),
    sa.Column("absorb_profile", Id, nullable=False),
    sa.Column("is_rule", sa.Boolean, nullable=False),
    sa.Column(
        "because", sa.Text, nullable=False, info=personal("content", "tell why two customers became one", mask="text")
    ),
    sa.Column("actor", sa.Text, nullable=False, info=personal("staff", "tell who decided")),
    sa.Column("at", Instant, nullable=False),
    sa.Column("moved", Json, nullable=False, info=impersonal()),
    sa.Column("undone_at", Instant),
    sa.Index("ecrm_merge_keep_ix", "shop", "keep_profile"),
    sa.Index("ecrm_merge_absorb_ix", "shop", "absorb_profile"),
)
NEVER_MERGE = sa.Table(
    "ecrm_never_merge",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("a", Id, primary_key=True),
    sa.Column("b", Id, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ecrm_never_merge_b_ix", "shop", "b"),
)


class MergeRow(NamedTuple):
    """A stored merge: the two customers, a profile that stands for each, the profiles it moved as text."""

    id: UUID
    keep: UUID
    absorb: UUID
    keep_profile: UUID
    absorb_profile: UUID
    is_rule: bool
    because: str
    actor: str
    at: dt.datetime
    moved: str
    undone_at: dt.datetime | None

    def merge(self) -> Merge:
        """Give it as callers see it."""
        is_undone = self.undone_at is not None
        return Merge(self.id, self.keep, self.absorb, self.because, self.actor, self.at, is_undone)


_COLUMNS = MergeRow._fields
_BY_ID = Lookup(MERGE, ("shop", "id"), _COLUMNS)
_BY_KEEP = Lookup(MERGE, ("shop", "keep_profile"), _COLUMNS)
_BY_ABSORB = Lookup(MERGE, ("shop", "absorb_profile"), _COLUMNS)
_INSERT = Put(MERGE, ("shop", "id"), ("shop", *_COLUMNS))
_UNDO = Change(MERGE, ("shop", "id"), ("undone_at",))
_SET_MOVED = Change(MERGE, ("shop", "id"), ("moved",))
_NEVER_FROM = Lookup(NEVER_MERGE, ("shop", "a"), ("a", "b"))
_NEVER_TO = Lookup(NEVER_MERGE, ("shop", "b"), ("a", "b"))
_PUT_NEVER = Put(NEVER_MERGE, ("shop", "a", "b"), ("shop", "a", "b", "at"))
_DROP_NEVER = Drop(NEVER_MERGE, ("shop", "a", "b"))


def find_merge(transaction: Transaction, shop: str, merge_id: UUID) -> MergeRow | None:
    """Find one merge."""
    rows = _BY_ID.rows(transaction, [(shop, merge_id)])
    return MergeRow(*rows[0]) if rows else None


def merges_of(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> list[MergeRow]:
    """Give the merges these profiles stand for a side of, undone ones too, oldest first."""
    keys = [(shop, id_) for id_ in profiles]
    rows = dict.fromkeys([*_BY_KEEP.rows(transaction, keys), *_BY_ABSORB.rows(transaction, keys)])
    return sorted((MergeRow(*row) for row in rows), key=lambda row: (row.at, row.id))


def insert_merges(transaction: Transaction, shop: str, rows: Sequence[MergeRow]) -> None:
    """Write merges into the journal."""
    _INSERT.run(transaction, [(shop, *row) for row in rows])


def set_moved(transaction: Transaction, shop: str, merge_id: UUID, moved: Collection[str]) -> None:
    """Complete a merge's journal with the profiles it moved."""
    _SET_MOVED.run(transaction, [(shop, merge_id, json.dumps(list(moved)))])


def undo_merge(transaction: Transaction, shop: str, merge_id: UUID, at: dt.datetime) -> None:
    """Mark a merge as undone."""
    _UNDO.run(transaction, [(shop, merge_id, at)])


def never_merges_of(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Give the pairs that are never one customer and touch these profiles."""
    keys = [(shop, id_) for id_ in profiles]
    rows = [*_NEVER_FROM.rows(transaction, keys), *_NEVER_TO.rows(transaction, keys)]
    return [(a, b) for a, b in dict.fromkeys(rows)]


def put_never_merge(transaction: Transaction, shop: str, pair: tuple[UUID, UUID], at: dt.datetime) -> None:
    """Keep a pair apart from now on."""
    _PUT_NEVER.run(transaction, [(shop, *sorted(pair), at)])


def drop_never_merges(transaction: Transaction, shop: str, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Let pairs be merged again."""
    _DROP_NEVER.run(transaction, [(shop, *pair) for pair in pairs])
