"""The table of requests: what people asked for, and by when they must be answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from ecrm.database import Transaction
from ecrm.database.metadata import METADATA
from ecrm.database.types import Id, Instant, Key
from ecrm.privacy.model.asking import UNKNOWN
from ecrm.privacy.model.request import Request
from ecrm.values.personal import impersonal, personal

__all__ = ["REQUEST"]

REQUEST = sa.Table(
    "ecrm_privacy_request",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", Key, nullable=False, info=impersonal()),
    sa.Column("law", Key, nullable=False, info=impersonal()),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("state", Key, nullable=False, info=impersonal()),
    sa.Column("channel", sa.Text, nullable=False, info=impersonal()),
    sa.Column("evidence", sa.Text, nullable=False, info=personal("evidence", "prove what was asked for", mask="text")),
    sa.Column("closed_at", Instant),
    sa.Index("ecrm_privacy_request_due_ix", "shop", "state", "due_at"),
)
_COLUMNS = [REQUEST.c[field.name] for field in attrs.fields(Request)]


def insert_request(transaction: Transaction, shop: str, request: Request) -> None:
    """Keep a request."""
    transaction.core(REQUEST.insert().values(shop=shop, **attrs.asdict(request)))


def find_request(transaction: Transaction, shop: str, id_: UUID) -> Request | None:
    """Find one request."""
    row = transaction.core(sa.select(*_COLUMNS).where(REQUEST.c.shop == shop, REQUEST.c.id == id_)).first()
    return None if row is None else _request(row)


def list_requests(transaction: Transaction, shop: str, state: str | None, limit: int) -> list[Request]:
    """Give requests, those that are due first before others."""
    query = sa.select(*_COLUMNS).where(REQUEST.c.shop == shop)
    if state is not None:
        query = query.where(REQUEST.c.state == state)
    return [_request(row) for row in transaction.core(query.order_by(REQUEST.c.due_at, REQUEST.c.id).limit(limit))]


def requests_of(transaction: Transaction, shop: str, customers: Collection[UUID]) -> list[Request]:
    """Give the requests of customers."""
    query = sa.select(*_COLUMNS).where(REQUEST.c.shop == shop, REQUEST.c.customer_id.in_(sorted(customers)))
    return [_request(row) for row in transaction.core(query.order_by(REQUEST.c.received_at))]


def close_request(transaction: Transaction, shop: str, id_: UUID, state: str, at: dt.datetime) -> bool:
    """Mark an open request as answered; False where it is not open any more."""
    statement = REQUEST.update().where(REQUEST.c.shop == shop, REQUEST.c.id == id_, REQUEST.c.state == "open")
    # One that a source told of names the person in its evidence: what is answered needs it no more.
    evidence = sa.case((REQUEST.c.customer_id == UNKNOWN, ""), else_=REQUEST.c.evidence)
    return transaction.core(statement.values(state=state, closed_at=at, evidence=evidence)).rowcount > 0


def blank_evidence(transaction: Transaction, shop: str, customers: Collection[UUID]) -> int:
    """Take away what proves the requests of customers; that they asked stays. Give how many had any."""
    statement = REQUEST.update().where(
        REQUEST.c.shop == shop, REQUEST.c.customer_id.in_(sorted(customers)), REQUEST.c.evidence != ""
    )
    return transaction.core(statement.values(evidence="")).rowcount


def blank_every_evidence(transaction: Transaction, shop: str) -> int:
    """Take away what proves the requests of a shop that is no more; give how many had any."""
    statement = REQUEST.update().where(REQUEST.c.shop == shop, REQUEST.c.evidence != "")
    return transaction.core(statement.values(evidence="")).rowcount


def count_overdue(transaction: Transaction, shop: str, now: dt.datetime) -> tuple[int, int]:
    """Give how many requests are open, and how many of them should have been answered before now."""
    late = sa.func.sum(sa.case((REQUEST.c.due_at < now, 1), else_=0))
    query = sa.select(sa.func.count(), late).where(REQUEST.c.shop == shop, REQUEST.c.state == "open")
    row = transaction.core(query).one()
    return row[0], int(row[1] or 0)


def _request(row: Any) -> Request:
    return Request(**row._asdict())
