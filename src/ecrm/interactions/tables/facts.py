"""The wide row of facts of each customer, the days they bought on, and their revenue by currency.

Columns come from the declarations in `model.fact`; statements are compiled once for each set of columns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Change, Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Day, Id, Instant, Key
from ecrm.interactions.model.fact import EVENT_FACTS, ORDER_FACTS
from ecrm.values.fact import Fact

__all__ = ["DAY", "FACT", "MERGES", "REVENUE"]


def _columns(fact: Fact) -> list[sa.Column[Any]]:
    if fact.type == "time":
        return [sa.Column(fact.column, Instant)]
    if fact.how == "last":
        value = sa.Column(fact.column, sa.Float)
        return [value, sa.Column(f"{fact.column}_at", Instant), sa.Column(f"{fact.column}_key", Key)]
    return [sa.Column(fact.column, sa.BigInteger, nullable=False, server_default="0")]


def _merges(fact: Fact) -> dict[str, str]:
    name = fact.column
    if fact.how == "last":
        newer = (
            f"CASE WHEN t.{name}_at IS NULL OR (excluded.{name}_at, excluded.{name}_key) > (t.{name}_at, t.{name}_key)"
        )
        return {each: f"{newer} THEN excluded.{each} ELSE t.{each} END" for each in (name, f"{name}_at", f"{name}_key")}
    if fact.type == "time":
        return {name: "min" if name.endswith("first_at") else "max"}
    return {name: "add"}


STORED = (*EVENT_FACTS, *ORDER_FACTS)
MERGES: Mapping[str, str] = {column: how for fact in STORED for column, how in _merges(fact).items()}
FACT = sa.Table(
    "ecrm_fact",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("customer_id", Id, primary_key=True),
    *(column for fact in STORED for column in _columns(fact)),
)
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
    sa.Column("currency", Key, primary_key=True),
    sa.Column("spent_minor", sa.BigInteger, nullable=False),
    sa.Column("revenue_minor", sa.BigInteger, nullable=False),
)
_CUSTOMER = ("shop", "customer_id")
_NAMES = tuple(fact.column for fact in STORED)
_READ = Lookup(FACT, _CUSTOMER, ("customer_id", *_NAMES))
_DROPS = [Drop(table, _CUSTOMER) for table in (FACT, DAY, REVENUE)]
_PUT_DAY = Put(
    DAY, (*_CUSTOMER, "day"), ("shop", "customer_id", "day", "orders"),
    merge={"orders": "add"}, returning=("customer_id", "day", "orders"),
)  # fmt: skip
_PUT_REVENUE = Put(
    REVENUE, (*_CUSTOMER, "currency"), ("shop", "customer_id", "currency", "spent_minor", "revenue_minor"),
    merge={"spent_minor": "add", "revenue_minor": "add"},
)  # fmt: skip
_REVENUE_OF = Lookup(REVENUE, _CUSTOMER, ("customer_id", "currency", "spent_minor", "revenue_minor"))
_DAYS_OF = Lookup(DAY, _CUSTOMER, ("customer_id", "day", "orders"))
_SET_BOUNDS = Change(FACT, _CUSTOMER, ("orders_first_at", "orders_last_at"))


def read_facts(transaction: Transaction, shop: str, customers: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Give the stored facts of customers, by fact name."""
    names = [fact.name for fact in STORED]
    rows = _READ.rows(transaction, [(shop, id_) for id_ in customers])
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def read_revenue(transaction: Transaction, shop: str, customers: Collection[UUID]) -> list[tuple[UUID, str, int, int]]:
    """Give (customer, currency, spent, revenue) in minor units, of currencies in which any of it is left."""
    rows = _REVENUE_OF.rows(transaction, [(shop, id_) for id_ in customers])
    return [(row[0], row[1], row[2], row[3]) for row in rows if row[2] or row[3]]


def read_days(transaction: Transaction, shop: str, customers: Collection[UUID]) -> list[tuple[UUID, dt.date, int]]:
    """Give (customer, day, orders that count) for days that have any."""
    rows = _DAYS_OF.rows(transaction, [(shop, id_) for id_ in customers])
    return [(row[0], row[1], row[2]) for row in rows if row[2]]


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


def add_facts(transaction: Transaction, shop: str, columns: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Merge changes into the wide rows: counts add, times widen, last values compare."""
    touched = tuple(name for name in MERGES if any(name in change for change in columns.values()))
    if not touched:
        return
    neutral = tuple(0 if MERGES[name] == "add" else None for name in touched)
    rows = [
        (shop, customer, *(change.get(name, none) for name, none in zip(touched, neutral, strict=True)))
        for customer, change in columns.items()
    ]
    _put(touched).run(transaction, rows)


def set_bounds(
    transaction: Transaction, shop: str, bounds: Mapping[UUID, tuple[dt.datetime | None, dt.datetime | None]]
) -> None:
    """Set when customers placed their first and last order."""
    _SET_BOUNDS.run(transaction, [(shop, customer, *both) for customer, both in bounds.items()])


def drop_facts(transaction: Transaction, shop: str, customers: Collection[UUID]) -> None:
    """Forget the facts of customers, to count them anew."""
    for drop in _DROPS:
        drop.run(transaction, [(shop, id_) for id_ in customers])


@lru_cache(maxsize=512)
def _put(touched: tuple[str, ...]) -> Put:
    merge = {name: MERGES[name] for name in touched}
    return Put(FACT, _CUSTOMER, ("shop", "customer_id", *touched), merge=merge)
