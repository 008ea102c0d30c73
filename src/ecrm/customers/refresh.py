"""Keep the rows of customers true to the traits of their profiles."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from ecrm.customers.model.trait import fold_traits
from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables import profile as profile_table
from ecrm.database import Transaction

__all__ = ["refresh_customers"]


def refresh_customers(transaction: Transaction, shop: str, ids: Collection[UUID]) -> None:
    """Fold the traits of each customer anew; drop those who have no profile left.

    Args:
        transaction: The transaction that changed traits or profiles.
        shop: Whose customers.
        ids: The customers to look at.
    """
    profiles: dict[UUID, list[UUID]] = {id_: [] for id_ in ids}
    for row in profile_table.profiles_of(transaction, shop, ids):
        profiles[row.customer_id].append(row.id)
    kept = [
        fold_traits(id_, customer_table.traits_of_profiles(transaction, shop, members))
        for id_, members in profiles.items()
        if members
    ]
    customer_table.save_customers(transaction, shop, kept)
    gone = [id_ for id_, members in profiles.items() if not members]
    customer_table.drop_customers(transaction, shop, gone)
