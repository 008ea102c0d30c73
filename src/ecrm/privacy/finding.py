"""Find a person with all that means them, known or named in the inbox alone."""

from __future__ import annotations

from uuid import UUID

from ecrm.customers.finding import find_profile, named
from ecrm.customers.tables import profile as profile_table
from ecrm.database import Transaction
from ecrm.errors import NotFoundError
from ecrm.interactions.tables import orders as order_table
from ecrm.privacy.model.person import Person
from ecrm.shops.model import Settings
from ecrm.values.who import Someone

__all__ = ["find_person"]


def find_person(transaction: Transaction, shop: str, who: Someone, settings: Settings) -> Person:
    """Find a person; of somebody who is not known, what they were named by.

    Raises:
        NotFoundError: It is an id that nobody has.
        InvalidError: The text could mean several things.
    """
    profile = find_profile(transaction, shop, who, settings)
    if profile is None:
        read = named(who, settings)
        if isinstance(read, UUID):
            message = "there is no customer with this id in this shop: they may have been erased already"
            raise NotFoundError(message)
        return Person(shop, None, frozenset(), frozenset((claim.kind, claim.value) for claim in read))
    rows = profile_table.profiles_of(transaction, shop, [profile.customer_id])
    ids = frozenset(row.id for row in rows)
    orders = frozenset((order.source, order.order_id) for order in order_table.orders_of(transaction, shop, ids))
    identities = frozenset((row.kind, row.value) for row in rows)
    return Person(shop, profile.customer_id, ids, identities, orders)
