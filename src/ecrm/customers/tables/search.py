"""Find customers by the beginning of an e-mail address or a phone number."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from ecrm.customers.tables.profile import PROFILE
from ecrm.database.transaction import Transaction
from ecrm.values import phone_prefixes

__all__ = ["search_identities"]


def search_identities(transaction: Transaction, shop: str, text: str, country: str | None, limit: int) -> list[UUID]:
    """Find customers by the beginning of an e-mail (it has an @) or phone (it is digits); else nobody."""
    if "@" in text:
        return _beginning(transaction, shop, "email", [text.strip().lower()], limit)
    return _beginning(transaction, shop, "phone", phone_prefixes(text, country), limit)


def _beginning(transaction: Transaction, shop: str, kind: str, prefixes: list[str], limit: int) -> list[UUID]:
    columns = PROFILE.c
    ranges = [sa.and_(columns.value >= prefix, columns.value < prefix + "\U0010ffff") for prefix in prefixes]
    if not ranges:
        return []
    query = sa.select(columns.customer_id).where(columns.shop == shop, columns.kind == kind, sa.or_(*ranges))
    return [row[0] for row in transaction.core(query.distinct().limit(limit))]
