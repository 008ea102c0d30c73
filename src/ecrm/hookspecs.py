"""The hooks a plugin may implement and the records they return; contributions only, no flow.

Hooks are asked once, when a CRM starts. What runs after a commit is no hook.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

import attrs
import pluggy

from ecrm.database import Transaction

__all__ = ["Follower", "Move", "Regrouping", "hookimpl", "hookspec"]

hookspec = pluggy.HookspecMarker("ecrm")
hookimpl = pluggy.HookimplMarker("ecrm")


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
    """Say how rows that hang on a customer follow when profiles move between customers.

    It runs inside the transaction that moves them, after the pointers moved. A table that hangs on
    profiles needs none: its rows follow by themselves.

    Args:
        table: The table's name.
        follow: What to do; it reads and writes through the transaction it is given.

    >>> Follower("acme_points", lambda transaction, regrouping: None).table
    'acme_points'
    """

    table: str
    follow: Callable[[Transaction, Regrouping], None]

    @classmethod
    def by_profile(cls, table: str, profile: str = "profile_id", customer: str = "customer_id") -> Follower:
        """Follow for a table that names both the profile a row came by and its customer.

        Args:
            table: The table; its shop column is `shop`.
            profile: The column of the profile.
            customer: The column that moves.
        """

        def follow(transaction: Transaction, regrouping: Regrouping) -> None:
            mark = "?" if transaction.is_sqlite else "%s"
            sql = f"UPDATE {table} SET {customer} = {mark} WHERE shop = {mark} AND {profile} = {mark}"  # noqa: S608
            for move in regrouping.moves:
                after, moved = (
                    (move.after.bytes, move.profile_id.bytes)
                    if transaction.is_sqlite
                    else (move.after, move.profile_id)
                )
                transaction.run(sql, (after, regrouping.shop, moved))

        return cls(table, follow)


class Hooks:
    """The hooks, by name."""

    @hookspec
    def register_event_kinds(self) -> Collection[type[Any]]:  # type: ignore[empty-body]
        """Contribute event classes, so that their JSON is read as them.

        Returns:
            Subclasses of `ecrm.events.Event` with a `NAME` of their own.
        """

    @hookspec
    def register_followers(self) -> Iterable[Follower]:  # type: ignore[empty-body]
        """Contribute how the plugin's rows follow a customer that is merged or parted."""
