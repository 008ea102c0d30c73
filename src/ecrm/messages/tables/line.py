"""The state of each channel of each shop: whether it rests since its provider is down, and how fast it may go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Key
from ecrm.values.personal import impersonal

__all__ = ["LINE", "LineRow"]

LINE = sa.Table(
    "ecrm_line",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("channel", Key, primary_key=True, info=impersonal()),
    sa.Column("failures", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("rests_until", Instant),
    sa.Column("free_at", Instant),
    sa.Column("error", sa.Text, info=impersonal()),
)
_COLUMNS = ("shop", "channel", "failures", "rests_until", "free_at", "error")
_BY_KEY = Lookup(LINE, ("shop", "channel"), _COLUMNS)
_ENROL = Put(LINE, ("shop", "channel"), ("shop", "channel"))


class LineRow(NamedTuple):
    """The state of a channel of a shop.

    Args:
        shop: Whose.
        channel: The channel.
        failures: How often it failed in a row.
        rests_until: Until when nothing is given to it.
        free_at: When the next message may go, by the rate of the provider.
        error: What it failed with last; no personal data.
    """

    shop: str
    channel: str
    failures: int = 0
    rests_until: dt.datetime | None = None
    free_at: dt.datetime | None = None
    error: str | None = None


def resting_lines(transaction: Transaction, now: dt.datetime) -> set[tuple[str, str]]:
    """Give the lines that rest, or are full for now: shop and channel."""
    chosen = LINE.c
    query = sa.select(chosen.shop, chosen.channel).where(sa.or_(chosen.rests_until > now, chosen.free_at > now))
    return {(row.shop, row.channel) for row in transaction.core(query)}


def has_failed(transaction: Transaction, key: tuple[str, str]) -> bool:
    """Tell whether a line failed when it was used last."""
    return any(row[2] for row in _BY_KEY.rows(transaction, [key]))


def hold_lines(transaction: Transaction, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], LineRow]:
    """Give lines as they are now; held until the transaction ends. New ones begin."""
    _ENROL.run(transaction, sorted(keys))
    if transaction.is_sqlite:
        found = [LineRow(*row) for row in _BY_KEY.rows(transaction, sorted(keys))]
    else:
        where = sa.tuple_(LINE.c.shop, LINE.c.channel).in_(sorted(keys))
        query = sa.select(*(LINE.c[name] for name in _COLUMNS)).where(where)
        query = query.order_by(LINE.c.shop, LINE.c.channel).with_for_update()
        found = [LineRow(*row) for row in transaction.core(query)]
    return {(row.shop, row.channel): row for row in found}


def save_line(transaction: Transaction, row: LineRow) -> None:
    """Write a line this transaction holds."""
    values = row._asdict()
    key = sa.and_(LINE.c.shop == values.pop("shop"), LINE.c.channel == values.pop("channel"))
    transaction.core(LINE.update().where(key).values(**values))


def lines_of(transaction: Transaction, shop: str) -> list[LineRow]:
    """Give the lines of a shop."""
    query = sa.select(*(LINE.c[name] for name in _COLUMNS)).where(LINE.c.shop == shop).order_by(LINE.c.channel)
    return [LineRow(*row) for row in transaction.core(query)]
