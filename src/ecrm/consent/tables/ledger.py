"""The ledger: append-only, one line for each word of a customer; and which lines turned out to be wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.consent.model.decision import LedgerEntry
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Json, Key
from ecrm.values.personal import impersonal, personal

__all__ = ["CONSENT", "CONSENT_VOID", "hold_consent", "share_consent"]

CONSENT = sa.Table(
    "ecrm_consent",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("profile_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("purpose", Key, nullable=False, info=impersonal()),
    sa.Column("channel", Key, info=impersonal()),
    sa.Column("status", Key, nullable=False, info=personal("evidence", "prove what was agreed to")),
    sa.Column("at", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("covers", Json, nullable=False, info=impersonal()),
    sa.Column("text_version", Key, info=personal("evidence", "prove what was agreed to")),
    sa.Column("text_hash", Key, info=impersonal()),
    sa.Column("source", Key, nullable=False, info=impersonal()),
    sa.Column("method", sa.Text, info=personal("evidence", "prove what was agreed to")),
    sa.Column("evidence", Json, nullable=False, info=personal("evidence", "prove what was agreed to")),
    sa.Column("actor", sa.Text, nullable=False, info=personal("staff", "tell who said what was agreed to")),
)
CONSENT_VOID = sa.Table(
    "ecrm_consent_void",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("profile_id", Id, primary_key=True),
    sa.Column("entry_id", Id, primary_key=True),
    sa.Column("at", Instant, nullable=False),
)
_COLUMNS = (
    "profile_id", "id", "purpose", "channel", "status", "at", "recorded_at", "covers", "text_version", "text_hash",
    "source", "method", "evidence", "actor",
)  # fmt: skip
_OF_PROFILE = Lookup(CONSENT, ("shop", "profile_id"), _COLUMNS)
_VOIDS = Lookup(CONSENT_VOID, ("shop", "profile_id"), ("entry_id",))
_APPEND = Put(CONSENT, ("shop", "profile_id", "id"), ("shop", *_COLUMNS))
_VOID = Put(CONSENT_VOID, ("shop", "profile_id", "entry_id"), ("shop", "profile_id", "entry_id", "at"))
# Beside the locks of shops, settings, the audit and budgets, which have the numbers before it.
_LOCK = "1701013873, hashtext(%s)"


def hold_consent(transaction: Transaction, shop: str) -> None:
    """Wait until nobody decides by this shop's ledger, and keep others from it until the end.

    Whoever writes the ledger, or joins and parts customers, takes it after the shop's own lock.
    """
    if not transaction.is_sqlite:
        transaction.run(f"SELECT pg_advisory_xact_lock({_LOCK})", (shop,))


def share_consent(transaction: Transaction, shop: str) -> None:
    """Keep this shop's ledger as it is until the end: what is committed before is seen, what comes waits."""
    if not transaction.is_sqlite:
        transaction.run(f"SELECT pg_advisory_xact_lock_shared({_LOCK})", (shop,))


def has_entries(transaction: Transaction) -> bool:
    """Tell whether anybody's word is on the ledger."""
    return transaction.run(f"SELECT 1 FROM {CONSENT.name} LIMIT 1").fetchone() is not None


def append_entries(transaction: Transaction, shop: str, entries: Sequence[LedgerEntry]) -> None:
    """Append lines; one that is there stays as it is."""
    _APPEND.run(transaction, [(shop, *_row(entry)) for entry in entries])


def void_entry(transaction: Transaction, shop: str, profile_id: UUID, entry_id: UUID, at: dt.datetime) -> None:
    """Note that a line was wrong; it stays on the ledger and decides nothing."""
    _VOID.run(transaction, [(shop, profile_id, entry_id, at)])


def entries_of(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> list[LedgerEntry]:
    """Give the lines of profiles that decide, in no order."""
    keys = [(shop, id_) for id_ in profiles]
    found = _OF_PROFILE.rows(transaction, keys)
    if not found:
        return []
    voided = {row[0] for row in _VOIDS.rows(transaction, keys)}
    return [_entry(row) for row in found if row[1] not in voided]


def every_entry_of(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> list[tuple[LedgerEntry, bool]]:
    """Give all lines of profiles, the oldest first, and whether each was wrong."""
    keys = [(shop, id_) for id_ in profiles]
    voided = {row[0] for row in _VOIDS.rows(transaction, keys)}
    found = sorted((_entry(row) for row in _OF_PROFILE.rows(transaction, keys)), key=lambda one: one.order)
    return [(entry, entry.id in voided) for entry in found]


def _row(entry: LedgerEntry) -> tuple[Any, ...]:
    return (
        entry.profile_id, entry.id, entry.purpose, entry.channel, entry.status, entry.at, entry.recorded_at,
        json.dumps(sorted(str(id_) for id_ in entry.covers)), entry.text_version, entry.text_hash, entry.source,
        entry.method, json.dumps(dict(entry.evidence)), entry.actor,
    )  # fmt: skip


def _entry(row: tuple[Any, ...]) -> LedgerEntry:
    held = dict(zip(_COLUMNS, row, strict=True))
    held["covers"] = frozenset(UUID(id_) for id_ in json.loads(held["covers"]))
    held["evidence"] = json.loads(held["evidence"])
    return LedgerEntry(**held)
