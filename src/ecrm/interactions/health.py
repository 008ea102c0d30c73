"""Look at a CRM's health: its tables, its inbox, and whether its facts are what its history says."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

import attrs

from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.lock import hold_shop
from ecrm.database import Database, Transaction
from ecrm.interactions.model.order import fold_order
from ecrm.interactions.recording import earlier_events
from ecrm.interactions.recounting import recount, snapshot
from ecrm.interactions.tables import orders as order_table

__all__ = ["Finding", "recount_shop"]

_PAGE = 200


@attrs.frozen
class Finding:
    """Tell of one thing that was looked at.

    Args:
        name: What, in a word.
        is_good: Whether it is as it should be.
        detail: What was found and, where it is not good, what to do.
        figure: The number behind it, where there is one.
    """

    name: str
    is_good: bool
    detail: str
    figure: float | None = None


def recount_shop(
    database: Database, shop: str, progress: Callable[[int], None] | None = None
) -> tuple[int, list[UUID]]:
    """Fold every order and count every fact of a shop anew, keep the result, and compare.

    Args:
        database: Where the shop lives.
        shop: The shop.
        progress: Called with the number of customers done.

    Returns:
        How many customers were looked at, and those whose facts or orders were not right before.
    """
    done = 0
    wrong: list[UUID] = []
    after: UUID | None = None
    while True:

        def work(transaction: Transaction, after: UUID | None = after) -> tuple[list[UUID], list[UUID]]:
            hold_shop(transaction, shop)
            page = [c.id for c in customer_table.list_customers(transaction, shop, after, _PAGE)]
            return page, _recounted(transaction, shop, page)

        page, differing = database.transact(work)
        if not page:
            return done, wrong
        after = page[-1]
        done += len(page)
        wrong += differing
        if progress is not None:
            progress(done)


def _recounted(transaction: Transaction, shop: str, customers: Collection[UUID]) -> list[UUID]:
    before = snapshot(transaction, shop, customers)
    refolded = _refold(transaction, shop, customers)
    recount(transaction, shop, customers)
    now = snapshot(transaction, shop, customers)
    return [id_ for id_ in customers if id_ in refolded or before.get(id_, {}) != now.get(id_, {})]


def _refold(transaction: Transaction, shop: str, customers: Collection[UUID]) -> set[UUID]:
    profiles = {row.id: row.customer_id for row in profile_table.profiles_of(transaction, shop, customers)}
    held = order_table.orders_of(transaction, shop, profiles)
    events = earlier_events(transaction, shop, held)
    folded = [fold_order(*key, found) for key, found in events.items()]
    known = {(order.source, order.order_id): order for order in held}
    wrong = [order for order in folded if known[order.source, order.order_id] != order]
    order_table.save_orders(transaction, shop, wrong)
    return {profiles[known[order.source, order.order_id].profile_id] for order in wrong}
