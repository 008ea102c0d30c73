"""Pairs of customers seen together whom the rules would not join."""

from __future__ import annotations

import sqlalchemy as sa

from ecrm.customers.model.grouping import EXCLUSIVE
from ecrm.customers.model.merge import Suggestion
from ecrm.customers.tables.profile import EDGE, PROFILE
from ecrm.database.transaction import Transaction

__all__ = ["refused_pairs"]


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
