"""Deliveries: rows of the inbox that another system sent, kept raw until they are translated into events."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from ecrm.database.transaction import Transaction
from ecrm.database.types import micros
from ecrm.interactions.tables.inbox import INBOX

__all__ = ["DeliveryRow"]


class DeliveryRow(NamedTuple):
    """A delivery, as it came."""

    id: int
    shop: str
    source: str
    delivery_id: str
    raw: bytes
    received_at: dt.datetime
    context: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<DeliveryRow {self.id} {self.source}>"


def put_delivery(transaction: Transaction, row: DeliveryRow) -> bool:
    """Keep a delivery; give False where it is there already."""
    mark = "?" if transaction.is_sqlite else "%s"
    context = "?" if transaction.is_sqlite else "%s::jsonb"
    sql = (
        "INSERT INTO ecrm_inbox (shop, source, delivery_id, received_at, raw, context) "
        f"VALUES ({', '.join([mark] * 5)}, {context}) ON CONFLICT DO NOTHING"
    )
    at = micros(row.received_at) if transaction.is_sqlite else row.received_at
    values = (row.shop, row.source, row.delivery_id, at, row.raw, json.dumps(dict(row.context)))
    return bool(transaction.run(sql, values).rowcount)


def waiting_deliveries(transaction: Transaction, limit: int, without: Collection[str] = ()) -> list[DeliveryRow]:
    """Give the oldest deliveries that wait to be translated, but those of some sources."""
    chosen = INBOX.c
    query = (
        sa.select(
            chosen.id, chosen.shop, chosen.source, chosen.delivery_id, chosen.raw, chosen.received_at, chosen.context
        )
        .where(chosen.state == sa.literal_column("'waiting'"), chosen.delivery_id.is_not(None))
        .where(chosen.source.not_in(sorted(without)))
        .order_by(chosen.id)
        .limit(limit)
    )
    return [
        DeliveryRow(id_, shop, source, delivery_id, bytes(raw), received_at, context or {})
        for id_, shop, source, delivery_id, raw, received_at, context in transaction.core(query)
    ]


def settle_delivery(transaction: Transaction, id_: int, at: dt.datetime, *, with_raw: bool = True) -> bool:
    """Mark a delivery as done, its raw body kept or not; False where another worker has translated it."""
    statement = INBOX.update().where(INBOX.c.id == id_, INBOX.c.state == "waiting")
    raw = {} if with_raw else {"raw": b"", "context": None}
    return transaction.core(statement.values(state="done", settled_at=at, reasons=None, **raw)).rowcount > 0


def count_erased(transaction: Transaction, shop: str, source: str, count: int, at: dt.datetime) -> None:
    """Keep that events came of somebody who was erased: rejected rows without a body."""
    row = {"shop": shop, "source": source, "raw": b"", "state": "rejected", "received_at": at, "settled_at": at}
    for _ in range(count):
        transaction.core(INBOX.insert().values(reasons={"customer": ["erased"]}, **row))


def put_wires(transaction: Transaction, shop: str, source: str, raws: Sequence[bytes], at: dt.datetime) -> None:
    """Put the events of a delivery, or of a page that was pulled, in."""
    mark = "?" if transaction.is_sqlite else "%s"
    sql = f"INSERT INTO ecrm_inbox (shop, source, received_at, raw) VALUES ({', '.join([mark] * 4)})"
    then = micros(at) if transaction.is_sqlite else at
    if raws:
        transaction.run_many(sql, [(shop, source, then, raw) for raw in raws])
