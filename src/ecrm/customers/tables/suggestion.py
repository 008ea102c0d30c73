"""Pairs of customers who may be one: seen together and not joined by the rules, or suggested by somebody."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import sqlalchemy as sa

from ecrm.customers.model.grouping import EXCLUSIVE
from ecrm.customers.model.merge import Suggestion
from ecrm.customers.tables.decision import NEVER_MERGE
from ecrm.customers.tables.profile import EDGE, PROFILE
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Key
from ecrm.values.personal import personal

__all__ = ["SUGGESTION", "filed_pairs", "put_suggestion", "refused_pairs"]

SUGGESTION = sa.Table(
    "ecrm_suggestion",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("a", Id, primary_key=True),
    sa.Column("b", Id, primary_key=True),
    sa.Column("because", sa.Text, nullable=False, info=personal("content", "decide who is one customer", mask="text")),
    sa.Column("at", Instant, nullable=False),
)
_PUT = Put(SUGGESTION, ("shop", "a", "b"), ("shop", "a", "b", "because", "at"))


def put_suggestion(transaction: Transaction, shop: str, pair: tuple[UUID, UUID], because: str, at: dt.datetime) -> None:
    """Keep that two profiles may be of one customer; what was said first stays."""
    if pair[0] != pair[1]:
        _PUT.run(transaction, [(shop, *sorted(pair), because, at)])


def filed_pairs(transaction: Transaction, shop: str, limit: int) -> list[Suggestion]:
    """Give pairs that were suggested, and are neither one customer nor kept apart, oldest first."""
    one, other = PROFILE.alias(), PROFILE.alias()
    filed = SUGGESTION.c
    apart = sa.exists().where(NEVER_MERGE.c.shop == filed.shop, NEVER_MERGE.c.a == filed.a, NEVER_MERGE.c.b == filed.b)
    query = (
        sa.select(one.c.customer_id, other.c.customer_id, filed.because, filed.at)
        .join_from(SUGGESTION, one, sa.and_(one.c.shop == filed.shop, one.c.id == filed.a))
        .join(other, sa.and_(other.c.shop == filed.shop, other.c.id == filed.b))
        .where(filed.shop == shop, one.c.customer_id != other.c.customer_id, ~apart)
        .order_by(filed.at, filed.a)
        .limit(limit)
    )
    found = transaction.core(query)
    return [Suggestion(min(row[:2]), max(row[:2]), row.because, row.at) for row in found]


def refused_pairs(transaction: Transaction, shop: str, limit: int) -> list[Suggestion]:
    """Give pairs refused for two values of an exclusive kind, oldest evidence first."""
    one, other = PROFILE.alias(), PROFILE.alias()
    ids = one.c.customer_id, other.c.customer_id
    # A pair may have been seen together with either of them as the stronger: it is one pair.
    low, high = (sa.case((ids[0] < ids[1], a), else_=b) for a, b in (ids, ids[::-1]))
    query = (
        sa.select(low.label("low"), high.label("high"), sa.func.min(EDGE.c.first_at).label("at"))
        .join_from(EDGE, one, sa.and_(one.c.shop == EDGE.c.shop, one.c.id == EDGE.c.a))
        .join(other, sa.and_(other.c.shop == EDGE.c.shop, other.c.id == EDGE.c.b))
        .where(EDGE.c.shop == shop, EDGE.c.refused == EXCLUSIVE, ids[0] != ids[1])
        .group_by(low, high)
        .order_by(sa.literal_column("at"), low)
        .limit(limit)
    )
    return [Suggestion(row.low, row.high, EXCLUSIVE, row.at) for row in transaction.core(query)]
