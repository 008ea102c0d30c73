"""The state of orders."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Json, Key
from ecrm.interactions.model.order import Order
from ecrm.values.personal import impersonal, personal

__all__ = ["ORDER", "order_row"]

ORDER = sa.Table(
    "ecrm_order",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("source", Key, primary_key=True, info=impersonal()),
    sa.Column(
        "order_id", Key, primary_key=True, info=personal("activity", "serve the customer, keep books", mask="id")
    ),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("owned_since", Instant, nullable=False),
    sa.Column("currency", sa.Text, info=impersonal()),
    sa.Column("total_minor", sa.BigInteger, nullable=False),
    sa.Column("revenue_minor", sa.BigInteger, nullable=False),
    sa.Column("items", sa.BigInteger, nullable=False),
    sa.Column("placed_at", Instant),
    sa.Column("cancelled_at", Instant),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("status", sa.Text, nullable=False, info=impersonal()),
    sa.Column("refunded", Json, nullable=False, info=personal("activity", "serve the customer, keep books")),
    sa.Column("events", Json, nullable=False, info=personal("activity", "serve the customer, keep books")),
    sa.Index("ecrm_order_profile_ix", "shop", "profile_id"),
)
COLUMNS = (
    "source", "order_id", "profile_id", "owned_since", "currency", "total_minor", "revenue_minor", "items",
    "placed_at", "cancelled_at", "updated_at", "status", "refunded", "events",
)  # fmt: skip
_KEY = ("shop", "source", "order_id")
_BY_KEY = Lookup(ORDER, _KEY, COLUMNS)
_BY_PROFILE = Lookup(ORDER, ("shop", "profile_id"), COLUMNS)
_SAVE = Put(ORDER, _KEY, ("shop", *COLUMNS), merge={name: "set" for name in COLUMNS if name not in _KEY})
_DROP = Drop(ORDER, _KEY)


def find_orders(transaction: Transaction, shop: str, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Order]:
    """Find orders by (source, order id)."""
    rows = _BY_KEY.rows(transaction, [(shop, *key) for key in keys])
    return {(row[0], row[1]): _order(row) for row in rows}


def orders_of(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> list[Order]:
    """Give the orders of profiles, newest first."""
    rows = _BY_PROFILE.rows(transaction, [(shop, id_) for id_ in profiles])
    return sorted((_order(row) for row in rows), key=_newest_first, reverse=True)


def save_orders(transaction: Transaction, shop: str, orders: Sequence[Order]) -> None:
    """Keep orders as they stand."""
    _SAVE.run(transaction, [(shop, *order_row(order)) for order in orders])


def drop_orders(transaction: Transaction, shop: str, keys: Collection[tuple[str, str]]) -> None:
    """Take away orders that no event tells of any more."""
    _DROP.run(transaction, [(shop, *key) for key in keys])


def order_row(order: Order) -> tuple[Any, ...]:
    """Give an order as it is stored, in the order of `COLUMNS`."""
    refunded = {code: [minor, order.refunded_revenue.get(code, 0)] for code, minor in order.refunded.items()}
    events = [[str(id_), rank] for id_, rank in order.events]
    return (
        order.source, order.order_id, order.profile_id, order.owned_since, order.currency, order.total_minor,
        order.revenue_minor, order.items, order.placed_at, order.cancelled_at, order.updated_at, order.status,
        json.dumps(refunded), json.dumps(events),
    )  # fmt: skip


def _order(row: tuple[Any, ...]) -> Order:
    refunded = json.loads(row[12])
    return Order(
        **dict(zip(COLUMNS[:12], row[:12], strict=True)),
        refunded={code: amounts[0] for code, amounts in refunded.items()},
        refunded_revenue={code: amounts[1] for code, amounts in refunded.items()},
        events=tuple((UUID(id_), rank) for id_, rank in json.loads(row[13])),
    )


def _newest_first(order: Order) -> tuple[dt.datetime, str, str]:
    return order.placed_at or order.updated_at, order.source, order.order_id
