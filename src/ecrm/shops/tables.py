"""The table of shops."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Json, Key

__all__ = ["SHOP", "load_settings", "save_settings", "shops"]

SHOP = sa.Table(
    "ecrm_shop",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("settings", Json, nullable=False),
)
_BY_SHOP = Lookup(SHOP, ("shop",), ("settings",))
_SAVE = Put(SHOP, ("shop",), ("shop", "settings"), merge={"settings": "set"})


def load_settings(transaction: Transaction, shop: str) -> dict[str, Any] | None:
    """Give what a shop has set; None where it never set anything."""
    rows = _BY_SHOP.rows(transaction, [(shop,)])
    return json.loads(rows[0][0]) if rows else None


def save_settings(transaction: Transaction, shop: str, settings: dict[str, Any]) -> None:
    """Keep what a shop has set."""
    _SAVE.run(transaction, [(shop, json.dumps(settings))])


def shops(transaction: Transaction) -> list[str]:
    """List the shops that have set anything."""
    return [row[0] for row in transaction.run(f"SELECT shop FROM {SHOP.name} ORDER BY shop")]
