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
    query = (
        sa.select(one.c.customer_id, other.c.customer_id, EDGE.c.refused, sa.func.min(EDGE.c.first_at).label("at"))
        .join_from(EDGE, one, sa.and_(one.c.shop == EDGE.c.shop, one.c.id == EDGE.c.a))
        .join(other, sa.and_(other.c.shop == EDGE.c.shop, other.c.id == EDGE.c.b))
        .where(EDGE.c.shop == shop, EDGE.c.refused == EXCLUSIVE, one.c.customer_id != other.c.customer_id)
        .group_by(one.c.customer_id, other.c.customer_id, EDGE.c.refused)
        .order_by(sa.literal_column("at"), one.c.customer_id)
        .limit(limit)
    )
    return [Suggestion(*row) for row in transaction.core(query)]
