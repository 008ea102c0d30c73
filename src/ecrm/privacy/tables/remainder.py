"""What is left of people who were erased: orders and amounts by day, of nobody any more, so that totals stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from ecrm.database import Transaction
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Put
from ecrm.database.types import Day, Key
from ecrm.values.personal import impersonal

__all__ = ["ERASED", "add_remainder"]

ERASED = sa.Table(
    "ecrm_erased",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("day", Day, primary_key=True),
    sa.Column("currency", Key, primary_key=True, info=impersonal()),
    sa.Column("orders", sa.BigInteger, nullable=False),
    sa.Column("spent_minor", sa.BigInteger, nullable=False),
    sa.Column("revenue_minor", sa.BigInteger, nullable=False),
)
_COUNTS = ("orders", "spent_minor", "revenue_minor")
_KEY = ("shop", "day", "currency")
_PUT = Put(ERASED, _KEY, (*_KEY, *_COUNTS), merge=dict.fromkeys(_COUNTS, "add"))


def add_remainder(
    transaction: Transaction, shop: str, left: Mapping[tuple[dt.date, str], tuple[int, int, int]]
) -> None:
    """Add orders, spent and revenue in minor units to what is left, by the shop's day and the currency."""
    _PUT.run(transaction, [(shop, *key, *counts) for key, counts in left.items()])
