"""A person as erasure and export see them, and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

import attrs

__all__ = ["Erased", "Person", "Retained", "sum_erased"]


@attrs.frozen(repr=False)
class Person:
    """Hold by what a person is found in every table.

    Args:
        shop: Whose customer.
        customer_id: The customer; None where they are named in the inbox alone.
        profile_ids: Their profiles.
        identities: (kind, value) of each, normalised.
        orders: (source, order id) of their orders.
    """

    shop: str
    customer_id: UUID | None
    profile_ids: frozenset[UUID]
    identities: frozenset[tuple[str, str]]
    orders: frozenset[tuple[str, str]] = frozenset()

    @property
    def ids(self) -> frozenset[UUID]:
        """Give every id that means them: a customer's is that of one of their profiles, today's or a former one."""
        return self.profile_ids if self.customer_id is None else self.profile_ids | {self.customer_id}

    def __repr__(self) -> str:
        return f"<Person {self.customer_id}>"


@attrs.frozen
class Erased:
    """Tell what was erased.

    Args:
        customer_id: The id they had; None where they were named in the inbox alone.
        at: When.
        rows: How many rows went, by table.
        tombstones: How many identities are marked, so that nothing brings them back.
        is_shredded: Whether the SQLite file holds none of it any more; False where others had it open for too
            long: call `crm.privacy.vacuum()` later. On PostgreSQL True: its own VACUUM takes away what is gone.
        left_in_host: How many rows of the inbox in the shop's own file could not be deleted now, since the shop
            was writing: `emit` prunes them.
    """

    customer_id: UUID | None
    at: dt.datetime
    rows: Mapping[str, int]
    tombstones: int
    is_shredded: bool = True
    left_in_host: int = 0

    @property
    def count(self) -> int:
        """Give how many rows went in all."""
        return sum(self.rows.values())


@attrs.frozen
class Retained:
    """Tell what was taken away because its time was over.

    Args:
        blanked: How many values, by `event.field`.
    """

    blanked: Mapping[str, int]

    @property
    def count(self) -> int:
        """Give how many values were taken away in all."""
        return sum(self.blanked.values())


def sum_erased(parts: Iterable[Erased], at: dt.datetime, *, is_shredded: bool | None = None) -> Erased:
    """Add up what was erased in several goes.

    Args:
        parts: Each.
        at: When the last of them ended.
        is_shredded: Whether the file is rid of all of it; None goes by the last.

    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> sum_erased([Erased(None, at, {"a": 1}, 2), Erased(None, at, {"a": 2}, 0)], at).rows
    {'a': 3}
    """
    found = [*parts]
    rows: dict[str, int] = {}
    for part in found:
        for table, count in part.rows.items():
            rows[table] = rows.get(table, 0) + count
    return Erased(
        next((part.customer_id for part in reversed(found) if part.customer_id is not None), None),
        at,
        rows,
        sum(part.tombstones for part in found),
        all(part.is_shredded for part in found[-1:]) if is_shredded is None else is_shredded,
        sum(part.left_in_host for part in found),
    )
