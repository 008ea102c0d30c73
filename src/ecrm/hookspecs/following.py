"""How a plugin's rows follow the customer they hang on: merged or parted, exported, erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs

from ecrm.database import Transaction
from ecrm.hookspecs.naming import check_callable, one_of

__all__ = ["Follower", "Move", "Regrouping"]

Row = dict[str, Any]
_ID_BYTES = 16


@attrs.frozen
class Move:
    """Say that a profile left one customer for another."""

    profile_id: UUID
    before: UUID
    after: UUID


@attrs.frozen
class Regrouping:
    """Hold what a merge, an unmerge or a rule changed: pointers moved, history did not.

    Args:
        shop: Whose customers.
        moves: The profiles that changed customer.
    """

    shop: str
    moves: tuple[Move, ...]

    @property
    def touched(self) -> frozenset[UUID]:
        """Give every customer that gained or lost a profile."""
        return frozenset(id_ for move in self.moves for id_ in (move.before, move.after))


@attrs.frozen
class Follower:
    """Say how rows that hang on a customer follow: merged or parted, exported, erased.

    Each function runs inside a transaction of the core, on the one it is given; `follow` after the
    pointers moved. Ids are compared by the columns' own types.

    Args:
        table: The table's name.
        follow: What to do when profiles move between customers.
        key: The column with the id a row hangs on, of a profile or of a customer.
        hangs_on: Which of the two.
        export: Gives a customer's rows as JSON would hold them; None gives all columns, as the database holds them.
        erase: Deletes a customer's rows and gives how many; None deletes by the key.

    >>> Follower("acme_points", lambda transaction, regrouping: None).table
    'acme_points'
    """

    table: str
    follow: Callable[[Transaction, Regrouping], None] = attrs.field(validator=check_callable)
    key: str = "customer_id"
    hangs_on: str = attrs.field(default="customer", validator=one_of("customer", "profile"))
    export: Callable[[Transaction, str, Collection[UUID]], list[Row]] | None = None
    erase: Callable[[Transaction, str, Collection[UUID]], int] | None = None

    @classmethod
    def by_profile(cls, table: str, profile: str = "profile_id", customer: str | None = "customer_id") -> Follower:
        """Follow for a table that names the profile a row came by.

        Args:
            table: The table; its shop column is `shop`.
            profile: The column of the profile.
            customer: The column that moves with it; None where the row names no customer.
        """

        def follow(transaction: Transaction, regrouping: Regrouping) -> None:
            if customer is None:
                return
            mark = "?" if transaction.is_sqlite else "%s"
            sql = f"UPDATE {table} SET {customer} = {mark} WHERE shop = {mark} AND {profile} = {mark}"  # noqa: S608
            for move in regrouping.moves:
                after, moved = (_stored(transaction, id_) for id_ in (move.after, move.profile_id))
                transaction.run(sql, (after, regrouping.shop, moved))

        return cls(table, follow, profile, "profile")

    def exported(self, transaction: Transaction, shop: str, ids: Collection[UUID]) -> list[Row]:
        """Give the rows of a customer.

        Args:
            transaction: Where they are read.
            shop: Whose.
            ids: Of the customer, or of their profiles where rows hang on these.
        """
        if self.export is not None:
            return self.export(transaction, shop, ids)
        found = []
        for id_ in ids:
            cursor = transaction.run(self._sql("SELECT *", transaction), (shop, _stored(transaction, id_)))
            names = [column[0] for column in cursor.description]
            found += [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]
        return found

    def erased(self, transaction: Transaction, shop: str, ids: Collection[UUID]) -> int:
        """Delete the rows of a customer; give how many.

        Args:
            transaction: Where they are deleted.
            shop: Whose.
            ids: Of the customer, or of their profiles where rows hang on these.
        """
        if self.erase is not None:
            return self.erase(transaction, shop, ids)
        sql = self._sql("DELETE", transaction)
        return sum(transaction.run(sql, (shop, _stored(transaction, id_))).rowcount for id_ in ids)

    def _sql(self, verb: str, transaction: Transaction) -> str:
        mark = "?" if transaction.is_sqlite else "%s"
        return f"{verb} FROM {self.table} WHERE shop = {mark} AND {self.key} = {mark}"


def _plain(value: Any) -> Any:
    # As JSON holds it: an id as text, a time as ISO writes it, an amount with all of its digits.
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        held = bytes(value)
        return str(UUID(bytes=held)) if len(held) == _ID_BYTES else held.hex()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _stored(transaction: Transaction, id_: UUID) -> Any:
    return id_.bytes if transaction.is_sqlite else id_
