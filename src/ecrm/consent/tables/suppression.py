"""Addresses that nothing is sent to any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.consent.model.decision import Suppression
from ecrm.customers.tables.profile import profiles_by_id
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Key
from ecrm.values.personal import impersonal, personal

__all__ = ["SUPPRESSION"]

SUPPRESSION = sa.Table(
    "ecrm_suppression",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("kind", Key, primary_key=True, info=impersonal()),
    sa.Column("value", Key, primary_key=True, info=personal("contact", "write to no address that does not want it")),
    sa.Column("reason", Key, nullable=False, info=impersonal()),
    sa.Column("at", Instant, nullable=False),
)
_OF_ADDRESS = Lookup(SUPPRESSION, ("shop", "kind", "value"), ("kind", "value", "reason", "at"))
# A complaint weighs more than a bounce and stays; of equal ones the first does.
_PUT = Put(
    SUPPRESSION,
    ("shop", "kind", "value"),
    ("shop", "kind", "value", "reason", "at"),
    merge={"reason": "CASE WHEN excluded.reason = 'complained' THEN excluded.reason ELSE t.reason END", "at": "min"},
)
_DROP = Drop(SUPPRESSION, ("shop", "kind", "value"))


def suppressions(
    transaction: Transaction, shop: str, addresses: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Suppression]:
    """Give the suppressed ones of addresses, by (kind, value)."""
    rows = _OF_ADDRESS.rows(transaction, [(shop, *address) for address in addresses])
    return {(row[0], row[1]): Suppression(*row) for row in rows}


def suppress(transaction: Transaction, shop: str, addresses: Sequence[Suppression]) -> None:
    """Suppress addresses."""
    _PUT.run(transaction, [(shop, one.kind, one.value, one.reason, one.at) for one in addresses])


def lift(transaction: Transaction, shop: str, addresses: Collection[tuple[str, str]]) -> None:
    """Let addresses be used again."""
    _DROP.run(transaction, [(shop, *address) for address in addresses])


def rows_of_profiles(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> list[dict[str, Any]]:
    """Give the suppressed addresses of profiles, as JSON would hold them."""
    found = suppressions(transaction, shop, _addresses(transaction, shop, profiles))
    return [
        {"kind": one.kind, "value": one.value, "reason": one.reason, "at": one.at.isoformat()} for one in found.values()
    ]


def drop_of_profiles(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> int:
    """Delete the suppressed addresses of profiles; give how many. Whoever erases somebody marks them otherwise."""
    found = suppressions(transaction, shop, _addresses(transaction, shop, profiles))
    lift(transaction, shop, list(found))
    return len(found)


def _addresses(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> list[tuple[str, str]]:
    rows = profiles_by_id(transaction, shop, profiles)
    return [("email", row.value.partition(":")[2]) if row.kind == "relay" else (row.kind, row.value) for row in rows]


def drop_at(transaction: Transaction, shop: str, address: tuple[str, str], at: dt.datetime) -> None:
    """Take back what one event suppressed: the address, where it was suppressed at that moment."""
    chosen = SUPPRESSION.c
    kind, value = address
    same = sa.and_(chosen.shop == shop, chosen.kind == kind, chosen.value == value, chosen.at == at)
    transaction.core(SUPPRESSION.delete().where(same))
