"""The table of the audit: append one record at the end of a shop's chain, read it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from ecrm.audit.model import Record, next_record
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Json, Key
from ecrm.values import Actor
from ecrm.values.personal import impersonal, personal

__all__ = ["AUDIT", "append", "last_of", "newest", "walk"]

AUDIT = sa.Table(
    "ecrm_audit",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("action", Key, nullable=False, info=impersonal()),
    sa.Column("subject_id", Id),
    sa.Column("actor", sa.Text, nullable=False, info=personal("staff", "prove who did what to personal data")),
    sa.Column("details", Json, nullable=False, info=impersonal()),
    sa.Column("previous", sa.LargeBinary, nullable=False, info=impersonal()),
    sa.Column("hash", sa.LargeBinary, nullable=False, info=impersonal()),
    sa.Index("ecrm_audit_subject_ix", "shop", "subject_id", "number"),
)
_COLUMNS = ("shop", "number", "at", "action", "subject_id", "actor", "details", "previous", "hash")
_INSERT = Put(AUDIT, ("shop", "number"), _COLUMNS)
_PAGE = 1_000


def append(
    transaction: Transaction,
    shop: str,
    action: str,
    subject_id: UUID | None,
    actor: Actor | None,
    details: Mapping[str, Any],
    at: dt.datetime,
) -> None:
    """Append a record in the caller's transaction, as the last thing it does.

    On PostgreSQL the shop's chain is held until the transaction ends: what waits for other locks after it
    would let writers wait for each other in a ring.

    Args:
        transaction: Open.
        shop: Whose customers.
        action: What was done, as `merge`.
        subject_id: To whom; None where it was nobody in particular.
        actor: By whom; None is the program itself.
        details: More of it, without personal data.
        at: When.
    """
    _hold(transaction, shop)
    record = next_record(last_of(transaction, shop), shop, action, subject_id, _said(actor), details, at)
    row = attrs.asdict(record, recurse=False) | {"details": json.dumps(dict(record.details))}
    _INSERT.run(transaction, [tuple(row[name] for name in _COLUMNS)])


def last_of(transaction: Transaction, shop: str) -> tuple[int, bytes] | None:
    """Give the number and hash of a shop's newest record; None where there is none."""
    mark = "?" if transaction.is_sqlite else "%s"
    sql = f"SELECT number, hash FROM {AUDIT.name} WHERE shop = {mark} ORDER BY number DESC LIMIT 1"
    row = transaction.run(sql, (shop,)).fetchone()
    return None if row is None else (row[0], bytes(row[1]))


def newest(
    transaction: Transaction, shop: str, subjects: Collection[UUID] | None, since: dt.datetime | None, limit: int
) -> list[Record]:
    """Give records, newest first.

    Args:
        transaction: Where they are read.
        shop: Whose.
        subjects: Only those done to one of these customers.
        since: Only from then on.
        limit: How many at most.
    """
    query = sa.select(AUDIT).where(AUDIT.c.shop == shop)
    if subjects is not None:
        query = query.where(AUDIT.c.subject_id.in_(subjects))
    if since is not None:
        query = query.where(AUDIT.c.at >= since)
    return [_record(row) for row in transaction.core(query.order_by(AUDIT.c.number.desc()).limit(limit))]


def walk(transaction: Transaction, shop: str) -> Iterator[Record]:
    """Give all records of a shop, by number, a page at a time."""
    after = -1
    while True:
        query = sa.select(AUDIT).where(AUDIT.c.shop == shop, AUDIT.c.number > after).order_by(AUDIT.c.number)
        page = transaction.core(query.limit(_PAGE)).all()
        yield from map(_record, page)
        if len(page) < _PAGE:
            return
        after = page[-1].number


def _hold(transaction: Transaction, shop: str) -> None:
    if not transaction.is_sqlite:
        # A lock of its own beside those of customers and settings, which have the two numbers before it.
        transaction.run("SELECT pg_advisory_xact_lock(1701013871, hashtext(%s))", (shop,))


def _said(actor: Actor | None) -> str:
    if actor is None:
        return "system"
    # A customer is named by the subject alone.
    return f"{actor.kind}:{actor.id}" if actor.id and actor.kind != "customer" else actor.kind


def _record(row: Any) -> Record:
    return Record(
        row.shop, row.number, row.at, row.action, row.subject_id, row.actor, row.details,
        bytes(row.previous), bytes(row.hash),
    )  # fmt: skip
