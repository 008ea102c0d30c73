"""Write a tally; count the facts of customers anew from their history, and compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from ecrm.customers.tables import profile as profile_table
from ecrm.database import Transaction
from ecrm.hookspecs import Follower, Regrouping
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.tally import Tally
from ecrm.interactions.tables import facts as fact_table
from ecrm.interactions.tables import log as log_table
from ecrm.interactions.tables import orders as order_table
from ecrm.shops.model import Settings
from ecrm.shops.tables import load_settings

__all__ = ["fact_follower", "recount", "save_tally", "snapshot"]


def save_tally(transaction: Transaction, shop: str, tally: Tally, book: FactBook) -> None:
    """Write what was added up; days first, since they decide a column of the wide row."""
    for customer, days in fact_table.add_days(transaction, shop, tally.days).items():
        if days:
            tally.columns[customer]["orders_days"] = tally.columns[customer].get("orders_days", 0) + days
    fact_table.add_revenue(transaction, shop, tally.amounts)
    fact_table.CORE.add(transaction, shop, tally.columns)
    if len(tally.by_owner) > 1:
        _save_plugins(transaction, shop, tally, book)
    if tally.stale_bounds:
        _mend_bounds(transaction, shop, tally.stale_bounds)


def recount(
    transaction: Transaction, shop: str, customers: Collection[UUID], book: FactBook, *, with_kept: bool = False
) -> None:
    """Count the facts of customers anew from their interactions and orders.

    Args:
        transaction: The transaction that changed their history or profiles.
        shop: Whose customers.
        customers: The customers; those without a profile are left without facts.
        book: The facts there are.
        with_kept: Whether to forget what reactions kept of them, since they are somebody else than they were.
    """
    settings = Settings(**(load_settings(transaction, shop) or {}))
    fact_table.drop_facts(transaction, shop, customers, book, with_kept=with_kept)
    profiles = _profiles_by_customer(transaction, shop, customers)
    tally = Tally(settings.day_of, book)
    for customer, members in profiles.items():
        for interaction in log_table.interactions_of(transaction, shop, members):
            tally.add_interaction(customer, interaction)
        for order in order_table.orders_of(transaction, shop, members):
            tally.change_order(None, (customer, order.contribution()))
    save_tally(transaction, shop, tally, book)


def snapshot(transaction: Transaction, shop: str, customers: Collection[UUID], book: FactBook) -> dict[UUID, Any]:
    """Give all that is known of customers, to compare two moments."""
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for customer, facts in fact_table.read_facts(transaction, shop, customers, book).items():
        found[customer] |= _known(facts, book)
    for customer, currency, spent, revenue in fact_table.read_revenue(transaction, shop, customers):
        if spent or revenue:
            found[customer][f"revenue.{currency}"] = (spent, revenue)
    for customer, day, orders in fact_table.read_days(transaction, shop, customers):
        found[customer][f"day.{day}"] = orders
    for customer, name, day, events in fact_table.read_fact_days(transaction, shop, customers, book):
        found[customer][f"day.{name}.{day}"] = events
    return dict(found)


def fact_follower(book: FactBook) -> Follower:
    """Make the follower that counts the facts of merged and parted customers anew.

    What reactions kept of them is forgotten: they are asked again.
    """

    def follow(transaction: Transaction, regrouping: Regrouping) -> None:
        recount(transaction, regrouping.shop, regrouping.touched, book, with_kept=True)

    return Follower("ecrm_fact", follow)


def _save_plugins(transaction: Transaction, shop: str, tally: Tally, book: FactBook) -> None:
    changes = tally.of_plugins
    for customer, name in fact_table.add_fact_days(transaction, shop, tally.fact_days):
        change, column = changes[book.owner_of(name)][customer], book.by_name[name].column
        change[column] = change.get(column, 0) + 1
    tables = fact_table.wide_tables(book)
    for plugin in sorted(changes):
        tables[plugin].add(transaction, shop, changes[plugin])


def _known(facts: Mapping[str, Any], book: FactBook) -> dict[str, Any]:
    # A row of noughts says what no row says.
    return {name: value for name, value in facts.items() if value is not None and value != book.at_first.get(name)}


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
