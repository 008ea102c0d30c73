"""What is counted of customers: wide rows of facts, distinct days, revenue by currency.

Columns come from the declarations in `model.fact` and of plugins; `wide` reads and writes them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Change, Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Day, Id, Key
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.fact import EVENT_FACTS, ORDER_FACTS
from ecrm.interactions.tables.wide import CUSTOMER, Wide
from ecrm.values.personal import impersonal

__all__ = ["DAY", "FACT", "FACT_DAY", "MERGES", "REVENUE", "metadata_of", "wide_tables"]

CORE = Wide("ecrm_fact", METADATA, (*EVENT_FACTS, *ORDER_FACTS))
FACT, MERGES = CORE.table, CORE.merges
DAY = sa.Table(
    "ecrm_purchase_day",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("day", Day, primary_key=True),
    sa.Column("orders", sa.BigInteger, nullable=False),
)
REVENUE = sa.Table(
    "ecrm_revenue",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("currency", Key, primary_key=True, info=impersonal()),
    sa.Column("spent_minor", sa.BigInteger, nullable=False),
    sa.Column("revenue_minor", sa.BigInteger, nullable=False),
)
FACT_DAY = sa.Table(
    "ecrm_fact_day",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("fact", Key, primary_key=True, info=impersonal()),
    sa.Column("day", Day, primary_key=True),
    sa.Column("events", sa.BigInteger, nullable=False),
)
_DROP_DAYS, _DROP_REVENUE = Drop(DAY, CUSTOMER), Drop(REVENUE, CUSTOMER)
_PUT_DAY = Put(
    DAY, (*CUSTOMER, "day"), (*CUSTOMER, "day", "orders"),
    merge={"orders": "add"}, returning=("customer_id", "day", "orders"),
)  # fmt: skip
_PUT_REVENUE = Put(
    REVENUE, (*CUSTOMER, "currency"), (*CUSTOMER, "currency", "spent_minor", "revenue_minor"),
    merge={"spent_minor": "add", "revenue_minor": "add"},
)  # fmt: skip
_REVENUE_OF = Lookup(REVENUE, CUSTOMER, ("customer_id", "currency", "spent_minor", "revenue_minor"))
_DAYS_OF = Lookup(DAY, CUSTOMER, ("customer_id", "day", "orders"))
_SET_BOUNDS = Change(FACT, CUSTOMER, ("orders_first_at", "orders_last_at"))
_PUT_FACT_DAY = Put(
    FACT_DAY, (*CUSTOMER, "fact", "day"), (*CUSTOMER, "fact", "day", "events"),
    merge={"events": "add"}, returning=("customer_id", "fact", "day", "events"),
)  # fmt: skip
_FACT_DAYS_OF = Lookup(FACT_DAY, (*CUSTOMER, "fact"), ("customer_id", "fact", "day", "events"))
_DROP_FACT_DAYS = Drop(FACT_DAY, (*CUSTOMER, "fact"))


@lru_cache(maxsize=64)
def wide_tables(book: FactBook) -> Mapping[str, Wide]:
    """Give the wide table of each plugin that declares facts, by plugin, each in a metadata of its own."""
    return MappingProxyType(
        {
            plugin: Wide(f"ecrm_{plugin}_fact", sa.MetaData(naming_convention=METADATA.naming_convention), facts)
            for plugin, facts in book.by_plugin.items()
        }
    )


def metadata_of(book: FactBook) -> Mapping[str, sa.MetaData]:
    """Give what the wide table of each plugin is made from, by plugin."""
    return {plugin: wide.table.metadata for plugin, wide in wide_tables(book).items()}


def read_facts(
    transaction: Transaction, shop: str, customers: Collection[UUID], book: FactBook
) -> dict[UUID, dict[str, Any]]:
    """Give the stored facts of customers, by fact name."""
    found = CORE.read(transaction, shop, customers)
    for wide in wide_tables(book).values():
        for customer, facts in wide.read(transaction, shop, customers).items():
            found.setdefault(customer, {}).update(facts)
    return found


def read_revenue(transaction: Transaction, shop: str, customers: Collection[UUID]) -> list[tuple[UUID, str, int, int]]:
    """Give (customer, currency, spent, revenue) in minor units, of currencies in which any of it is left."""
    rows = _REVENUE_OF.rows(transaction, [(shop, id_) for id_ in customers])
    return [(row[0], row[1], row[2], row[3]) for row in rows if row[2] or row[3]]


def read_days(transaction: Transaction, shop: str, customers: Collection[UUID]) -> list[tuple[UUID, dt.date, int]]:
    """Give (customer, day, orders that count) for days that have any."""
    rows = _DAYS_OF.rows(transaction, [(shop, id_) for id_ in customers])
    return [(row[0], row[1], row[2]) for row in rows if row[2]]


def read_fact_days(
    transaction: Transaction, shop: str, customers: Collection[UUID], book: FactBook
) -> list[tuple[UUID, str, dt.date, int]]:
    """Give (customer, fact, day, events) of the plugins' facts that count days."""
    rows = _FACT_DAYS_OF.rows(transaction, _day_keys(shop, customers, book))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def add_days(transaction: Transaction, shop: str, days: Mapping[tuple[UUID, dt.date], int]) -> dict[UUID, int]:
    """Add orders to days; give by how many days each customer's distinct days changed."""
    rows = [(shop, customer, day, orders) for (customer, day), orders in days.items() if orders]
    changed: dict[UUID, int] = {}
    for customer, day, now in _PUT_DAY.run(transaction, rows):
        before = now - days[customer, day]
        changed[customer] = changed.get(customer, 0) + (now > 0) - (before > 0)
    return changed


def add_revenue(transaction: Transaction, shop: str, amounts: Mapping[tuple[UUID, str], tuple[int, int]]) -> None:
    """Add to what customers spent, by currency."""
    rows = [(shop, customer, currency, *both) for (customer, currency), both in amounts.items()]
    _PUT_REVENUE.run(transaction, rows)


def add_fact_days(
    transaction: Transaction, shop: str, days: Mapping[tuple[UUID, str, dt.date], int]
) -> list[tuple[UUID, str]]:
    """Add events to days, by customer, fact and day; give customer and fact of each day that had none before."""
    rows = _PUT_FACT_DAY.run(transaction, [(shop, *key, events) for key, events in days.items()])
    return [(customer, name) for customer, name, day, now in rows if now == days[customer, name, day]]


def set_bounds(
    transaction: Transaction, shop: str, bounds: Mapping[UUID, tuple[dt.datetime | None, dt.datetime | None]]
) -> None:
    """Set when customers placed their first and last order."""
    _SET_BOUNDS.run(transaction, [(shop, customer, *both) for customer, both in bounds.items()])


def drop_facts(
    transaction: Transaction, shop: str, customers: Collection[UUID], book: FactBook, *, with_kept: bool
) -> None:
    """Forget what was counted of customers, to count it anew.

    Args:
        transaction: Where.
        shop: Whose.
        customers: The customers.
        book: The facts there are.
        with_kept: Whether to forget what reactions kept, too.
    """
    CORE.drop(transaction, shop, customers)
    for drop in (_DROP_DAYS, _DROP_REVENUE):
        drop.run(transaction, [(shop, id_) for id_ in customers])
    _DROP_FACT_DAYS.run(transaction, _day_keys(shop, customers, book))
    for wide in wide_tables(book).values():
        if with_kept:
            wide.drop(transaction, shop, customers)
        else:
            wide.clear(transaction, shop, customers)


def _day_keys(shop: str, customers: Collection[UUID], book: FactBook) -> list[tuple[str, UUID, str]]:
    names = [fact.name for facts in book.by_plugin.values() for fact in facts if fact.how == "days"]
    return [(shop, id_, name) for id_ in customers for name in names]
