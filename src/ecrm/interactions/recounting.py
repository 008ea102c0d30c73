"""Write a tally; count the facts of customers anew from their history, and compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from ecrm.customers.tables import profile as profile_table
from ecrm.database import Transaction
from ecrm.hookspecs import Follower, Regrouping
from ecrm.interactions.model.fact import is_by_customer
from ecrm.interactions.model.tally import Tally
from ecrm.interactions.tables import facts as fact_table
from ecrm.interactions.tables import log as log_table
from ecrm.interactions.tables import orders as order_table
from ecrm.shops.model import Settings
from ecrm.shops.tables import load_settings

__all__ = ["FACT_FOLLOWER", "recount", "save_tally", "snapshot"]


def save_tally(transaction: Transaction, shop: str, tally: Tally) -> None:
    """Write what was added up; days first, since they decide a column of the wide row."""
    for customer, days in fact_table.add_days(transaction, shop, tally.days).items():
        if days:
            tally.columns[customer]["orders_days"] = tally.columns[customer].get("orders_days", 0) + days
    fact_table.add_revenue(transaction, shop, tally.amounts)
    fact_table.add_facts(transaction, shop, tally.columns)
    if tally.stale_bounds:
        _mend_bounds(transaction, shop, tally.stale_bounds)


def recount(transaction: Transaction, shop: str, customers: Collection[UUID]) -> None:
    """Count the facts of customers anew from their interactions and orders.

    Args:
        transaction: The transaction that changed their history or profiles.
        shop: Whose customers.
        customers: The customers; those without a profile are left without facts.
    """
    settings = Settings(**(load_settings(transaction, shop) or {}))
    fact_table.drop_facts(transaction, shop, customers)
    profiles = _profiles_by_customer(transaction, shop, customers)
    tally = Tally(settings.day_of)
    for customer, members in profiles.items():
        for interaction in log_table.interactions_of(transaction, shop, members):
            tally.add_event(
                customer,
                interaction.kind,
                interaction.at,
                interaction.channel,
                f"{interaction.source}:{interaction.source_id}",
                interaction.properties,
                by_customer=is_by_customer(interaction.context),
            )
        for order in order_table.orders_of(transaction, shop, members):
            tally.change_order(None, (customer, order.contribution()))
    save_tally(transaction, shop, tally)


def snapshot(transaction: Transaction, shop: str, customers: Collection[UUID]) -> dict[UUID, Any]:
    """Give all that is counted of customers, to compare two moments."""
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for customer, facts in fact_table.read_facts(transaction, shop, customers).items():
        found[customer] |= facts
    for customer, currency, spent, revenue in fact_table.read_revenue(transaction, shop, customers):
        if spent or revenue:
            found[customer][f"revenue.{currency}"] = (spent, revenue)
    for customer, day, orders in fact_table.read_days(transaction, shop, customers):
        found[customer][f"day.{day}"] = orders
    return dict(found)


def _follow(transaction: Transaction, regrouping: Regrouping) -> None:
    recount(transaction, regrouping.shop, regrouping.touched)


FACT_FOLLOWER = Follower("ecrm_fact", _follow)


def _profiles_by_customer(transaction: Transaction, shop: str, customers: Collection[UUID]) -> dict[UUID, list[UUID]]:
    members: dict[UUID, list[UUID]] = defaultdict(list)
    for row in profile_table.profiles_of(transaction, shop, customers):
        members[row.customer_id].append(row.id)
    return members


def _mend_bounds(transaction: Transaction, shop: str, customers: Collection[UUID]) -> None:
    bounds = {}
    profiles = _profiles_by_customer(transaction, shop, customers)
    for customer in customers:
        times = list(_counted_times(transaction, shop, profiles.get(customer, ())))
        bounds[customer] = (min(times, default=None), max(times, default=None))
    fact_table.set_bounds(transaction, shop, bounds)


def _counted_times(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> Iterator[Any]:
    for order in order_table.orders_of(transaction, shop, profiles):
        if order.is_counted:
            yield order.placed_at
