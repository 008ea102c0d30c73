"""Who waits for which price: a table of the plugin's own, and the service that reads and writes it.

A reaction returns effects and writes no table; what a shop does by a service may.
"""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from ecrm import CRM, Money, NotFoundError, Who
from ecrm.hookspecs import Id, Key, impersonal, personal

METADATA = sa.MetaData()
# The profile a row came by never changes; the customer moves with it, as the Follower says.
WATCH = sa.Table(
    "ecrm_wishlist_reminder_watch",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("profile_id", Id, primary_key=True),
    sa.Column("product", Key, primary_key=True, info=personal("activity", "tell the customer when it is cheaper")),
    sa.Column("currency", Key, primary_key=True, info=impersonal()),
    sa.Column("below_minor", sa.BigInteger, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Index("ecrm_wishlist_reminder_watch_product_ix", "shop", "product", "currency"),
)


class Watches:
    """Keep who waits for a product to become cheaper, in one shop.

    Args:
        crm: The CRM's view on the shop.
    """

    def __init__(self, crm: CRM) -> None:
        self._crm = crm
        self._shop = crm.shop.key

    def watch(self, who: Who | UUID, product: str, *, below: Money) -> None:
        """Let a customer wait for a price; the newest one holds.

        Args:
            who: Whom.
            product: Its sku or product id.
            below: The price they wait for.

        Raises:
            NotFoundError: Nobody is known by that.
        """
        customer = self._crm.customers.find(who)
        if customer is None:
            raise NotFoundError("nobody is known by this identity: record what they did first")
        (identity, *_) = self._crm.customers.identities(customer.id)
        key = {
            "shop": self._shop, "profile_id": identity.profile_id, "product": product, "currency": below.currency
        }  # fmt: skip
        with self._crm.database.write() as transaction:
            transaction.core(WATCH.delete().where(*(WATCH.c[name] == value for name, value in key.items())))
            transaction.core(WATCH.insert().values(**key, below_minor=below.minor, customer_id=customer.id))

    def waiting_for(self, product: str, price: Money) -> list[UUID]:
        """Give the customers who wait for a product at this price, or a higher one.

        Args:
            product: Its sku or product id.
            price: What it costs.
        """
        query = sa.select(WATCH.c.customer_id).distinct().where(
            WATCH.c.shop == self._shop,
            WATCH.c.product == product,
            WATCH.c.currency == price.currency,
            WATCH.c.below_minor >= price.minor,
        )  # fmt: skip
        with self._crm.database.read() as transaction:
            return sorted(row.customer_id for row in transaction.core(query))
