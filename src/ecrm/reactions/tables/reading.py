"""Read the log of all shops in its order, and the history of one shop in the order it happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from ecrm.database.coding import Coder
from ecrm.database.transaction import Transaction
from ecrm.database.types import id_of, micros, moment
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.tables.log import INTERACTION, READ_COLUMNS, interaction

__all__ = ["Seen", "first_recorded_after", "history", "read_log"]

# Where nothing was ever voided, which is asked once, no row is looked up.
_IS_VOID = (
    "(EXISTS (SELECT 1 FROM ecrm_void) AND EXISTS (SELECT 1 FROM ecrm_void v WHERE v.shop = i.shop "
    "AND v.profile_id = i.profile_id AND v.interaction_id = i.id))"
)
_COLUMNS = ("shop", *READ_COLUMNS)
_CODER = Coder([INTERACTION.c[name] for name in _COLUMNS])
_READ = ", ".join(f"i.{name}" for name in _COLUMNS)
_READ_POSTGRESQL = ", ".join(f"i.{name}::text" if name in {"body", "context"} else f"i.{name}" for name in _COLUMNS)


class Seen(NamedTuple):
    """An interaction, and whose shop it is in."""

    shop: str
    interaction: Interaction


def read_log(
    transaction: Transaction, span: tuple[int, int], limit: int, kinds: Collection[str] = (), *, live_only: bool = False
) -> list[Seen]:
    """Give what stands on the log after a position, up to another, in its order.

    Args:
        transaction: Where it is read.
        span: After which position, and up to which.
        limit: How many at most.
        kinds: Only these events; all where empty.
        live_only: Leave out what was imported.
    """
    where, values = _chosen(transaction, kinds)
    if live_only:
        where += " AND i.is_live"
    mark = "?" if transaction.is_sqlite else "%s"
    read = _READ if transaction.is_sqlite else _READ_POSTGRESQL
    sql = (
        f"SELECT {read}, {_IS_VOID} FROM ecrm_interaction i WHERE i.position > {mark} AND i.position <= {mark}{where} "
        f"ORDER BY i.position LIMIT {mark}"
    )
    return _seen(transaction, transaction.run(sql, (*span, *values, limit)).fetchall())


def first_recorded_after(transaction: Transaction, position: int) -> dt.datetime | None:
    """Give when the first interaction after a position was recorded."""
    mark = "?" if transaction.is_sqlite else "%s"
    sql = f"SELECT recorded_at FROM ecrm_interaction WHERE position > {mark} ORDER BY position LIMIT 1"
    row = transaction.run(sql, (position,)).fetchone()
    if row is None:
        return None
    at: dt.datetime = moment(row[0]) if transaction.is_sqlite else row[0]
    return at


def history(
    transaction: Transaction, shop: str, since: dt.datetime, until: dt.datetime, kinds: Collection[str] = ()
) -> list[UUID]:
    """Give the ids of what happened in a shop from a time on, before another, in the order it happened."""
    where, values = _chosen(transaction, kinds)
    mark = "?" if transaction.is_sqlite else "%s"
    span = (micros(since), micros(until)) if transaction.is_sqlite else (since, until)
    sql = (
        f"SELECT i.id FROM ecrm_interaction i WHERE i.shop = {mark} AND i.at >= {mark} AND i.at < {mark}{where} "
        "ORDER BY i.at, i.id"
    )
    found = transaction.run(sql, (shop, *span, *values)).fetchall()
    return [id_of(row[0]) if transaction.is_sqlite else row[0] for row in found]


def _chosen(transaction: Transaction, kinds: Collection[str]) -> tuple[str, list[Any]]:
    if not kinds:
        return "", []
    if transaction.is_sqlite:
        return f" AND i.kind IN ({', '.join('?' * len(kinds))})", sorted(kinds)
    return " AND i.kind = ANY(%s)", [sorted(kinds)]


def _seen(transaction: Transaction, rows: Sequence[tuple[Any, ...]]) -> list[Seen]:
    if transaction.is_sqlite:
        coded = _CODER.decoded("sqlite", [row[:-1] for row in rows])
        rows = [(*row, raw[-1]) for row, raw in zip(coded, rows, strict=True)]
    # PostgreSQL's values are Python's already.
    return [Seen(row[0], interaction(row[1:])) for row in rows]
