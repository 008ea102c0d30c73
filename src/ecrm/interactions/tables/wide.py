"""A wide table of facts: one row a customer, a column or three for each fact.

The core has one, and each plugin that declares facts. What they hold follows from the declarations.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.rows import Change, Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Day, Id, Instant, Key, Whole
from ecrm.interactions.model.measure import MILLION, is_in_millionths
from ecrm.values.fact import Fact
from ecrm.values.personal import personal

__all__ = ["CUSTOMER", "Wide"]

CUSTOMER = ("shop", "customer_id")
_DERIVED = personal("derived", "know the customer, choose whom to write to")
_TYPES: Mapping[str, type[sa.types.TypeEngine[Any]]] = {
    "integer": sa.BigInteger,
    "number": sa.Float,
    "text": Key,
    "boolean": sa.Boolean,
    "time": Instant,
    "day": Day,
}


class Wide:
    """Read and write one wide table.

    Args:
        name: The table's.
        metadata: What it is a table of.
        facts: What it holds.
    """

    def __init__(self, name: str, metadata: sa.MetaData, facts: Sequence[Fact]) -> None:
        self.facts = tuple(facts)
        self.merges: Mapping[str, str] = {column: how for fact in facts for column, how in _merges(fact).items()}
        self.table = sa.Table(
            name,
            metadata,
            sa.Column("shop", Key, primary_key=True),
            sa.Column("customer_id", Id, primary_key=True),
            *(column for fact in facts for column in _columns(fact)),
        )
        self._names = [fact.name for fact in facts]
        self._in_millionths = [fact.name for fact in facts if is_in_millionths(fact)]
        self._read = Lookup(self.table, CUSTOMER, ("customer_id", *(fact.column for fact in facts)))
        self._drop = Drop(self.table, CUSTOMER)
        self._cleared = Change(self.table, CUSTOMER, tuple(self.merges)) if self.merges else None
        self._put = lru_cache(maxsize=512)(self._adding)
        self.keeping = lru_cache(maxsize=64)(self._keeping)

    def __repr__(self) -> str:
        return f"<Wide {self.table.name}>"

    def neutral(self, column: str) -> int | None:
        """Give what changes nothing where it is added to a column."""
        return 0 if self.merges[column] == "add" else None

    def read(self, transaction: Transaction, shop: str, customers: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
        """Give what is stored of customers, by fact name."""
        rows = self._read.rows(transaction, [(shop, id_) for id_ in customers])
        found = {row[0]: dict(zip(self._names, row[1:], strict=True)) for row in rows}
        for facts in found.values():
            for name in self._in_millionths:
                facts[name] /= MILLION
        return found

    def add(self, transaction: Transaction, shop: str, changes: Mapping[UUID, Mapping[str, Any]]) -> None:
        """Merge changes into the rows: counts add, bounds widen, last values compare."""
        touched = tuple(name for name in self.merges if any(name in change for change in changes.values()))
        if not touched:
            return
        neutral = tuple(self.neutral(name) for name in touched)
        rows = [
            (shop, customer, *(change.get(name, none) for name, none in zip(touched, neutral, strict=True)))
            for customer, change in changes.items()
            if change
        ]
        self._put(touched).run(transaction, rows)

    def drop(self, transaction: Transaction, shop: str, customers: Collection[UUID]) -> None:
        """Forget all of customers, kept values too."""
        self._drop.run(transaction, [(shop, id_) for id_ in customers])

    def clear(self, transaction: Transaction, shop: str, customers: Collection[UUID]) -> None:
        """Forget what was counted of customers; kept values stay."""
        if not any(fact.how == "kept" for fact in self.facts):
            self.drop(transaction, shop, customers)
        elif self._cleared is not None:
            neutral = tuple(self.neutral(name) for name in self.merges)
            self._cleared.run(transaction, [(shop, id_, *neutral) for id_ in customers])

    def _adding(self, touched: tuple[str, ...]) -> Put:
        merge = {name: self.merges[name] for name in touched}
        return Put(self.table, CUSTOMER, (*CUSTOMER, *touched), merge=merge)

    def _keeping(self, columns: tuple[str, ...]) -> Put:
        """Give the statement that sets kept values."""
        return Put(self.table, CUSTOMER, (*CUSTOMER, *columns), merge=dict.fromkeys(columns, "set"))


def _columns(fact: Fact) -> list[sa.Column[Any]]:
    if fact.adds_up:
        kind = Whole if fact.how == "sum" else sa.BigInteger
        return [sa.Column(fact.column, kind, nullable=False, server_default="0", info=_DERIVED)]
    value: sa.Column[Any] = sa.Column(fact.column, _TYPES[fact.type], info=_DERIVED)
    if fact.how == "last":
        key: sa.Column[Any] = sa.Column(f"{fact.column}_key", Key, info=_DERIVED)
        return [value, sa.Column(f"{fact.column}_at", Instant), key]
    return [value]


def _merges(fact: Fact) -> dict[str, str]:
    name = fact.column
    if fact.adds_up:
        return {name: "add"}
    if fact.how == "last":
        at, key = f'"{name}_at"', f'"{name}_key"'
        newer = f"CASE WHEN t.{at} IS NULL OR (excluded.{at}, excluded.{key}) > (t.{at}, t.{key})"
        return {
            each: f'{newer} THEN excluded."{each}" ELSE t."{each}" END' for each in (name, f"{name}_at", f"{name}_key")
        }
    if fact.how == "order":
        return {name: "min" if name.endswith("first_at") else "max"}
    return {} if fact.how == "kept" else {name: fact.how}
