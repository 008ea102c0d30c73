"""One event of a known customer, stored by a short series of statements on SQLite.

It reads before it writes, so that where the supposition fails nothing has been written and the general
way can go on in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from ecrm.customers.model.claim import Claim
from ecrm.database.rows import Put, merged
from ecrm.database.transaction import Transaction
from ecrm.database.types import micros
from ecrm.interactions.tables.facts import FACT, MERGES
from ecrm.interactions.tables.quick import Supposed
from ecrm.interactions.tables.quickfacts import put_plugin_facts

__all__ = ["put_known"]

_FIND = (
    "SELECT id, customer_id, is_junk, is_proven, first_at, last_at FROM ecrm_profile "
    "WHERE shop = ? AND kind = ? AND value = ?"
)
_TIED = "SELECT first_at, is_proven FROM ecrm_edge WHERE shop = ? AND a = ? AND b = ?"
_SEEN = "UPDATE ecrm_profile SET first_at = ?, last_at = ?, is_proven = ? WHERE shop = ? AND kind = ? AND value = ?"
_IS_ORDER = "SELECT 1 FROM ecrm_order WHERE shop = ? AND source = ? AND order_id = ?"
_INSERT = (
    "INSERT INTO ecrm_interaction (shop, id, profile_id, at, recorded_at, kind, channel, is_live, source, source_id, "
    "body, context) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (shop, source, source_id) DO NOTHING"
)
_ORDER = (
    "INSERT INTO ecrm_order (shop, source, order_id, profile_id, owned_since, currency, total_minor, revenue_minor, "
    "items, placed_at, updated_at, status, refunded, events) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', ?)"
)
_DAY = (
    "INSERT INTO ecrm_purchase_day AS t (shop, customer_id, day, orders) VALUES (?, ?, ?, 1) "
    f"ON CONFLICT (shop, customer_id, day) {merged('sqlite', {'orders': 'add'})} RETURNING orders"
)
_REVENUE = (
    "INSERT INTO ecrm_revenue AS t (shop, customer_id, currency, spent_minor, revenue_minor) VALUES (?, ?, ?, ?, ?) "
    f"ON CONFLICT (shop, customer_id, currency) {merged('sqlite', {'spent_minor': 'add', 'revenue_minor': 'add'})}"
)
Found = Sequence[tuple[Any, ...]]


def put_known(transaction: Transaction, told: Supposed) -> tuple[int, UUID] | None:
    """Store it in the open transaction; None, with nothing written, where the supposition fails."""
    run, shop, entry = transaction.driver.execute, told.shop, told.entry
    at, claims = micros(entry.at), entry.claims.usable
    found = [run(_FIND, (shop, claim.kind, claim.value)).fetchone() for claim in claims]
    if None in found or not _is_one_customer(run, shop, at, claims, found):
        return None
    if told.order is not None and run(_IS_ORDER, (shop, entry.source, told.order.order_id)).fetchone():
        return None
    main, customer = found[0][0], found[0][1]
    inserted = run(
        _INSERT,
        (shop, told.id.bytes, main, at, micros(told.now), entry.kind, entry.channel, entry.is_live, entry.source,
         entry.source_id, entry.body, entry.context_json()),
    )  # fmt: skip
    if inserted.rowcount == 0:
        return None
    _mark_seen(run, shop, at, claims, found)
    days = 0 if told.order is None else _put_order(run, told, at, (main, customer))
    _put_facts(run, (shop, customer), told.facts, (entry.at, at), days)
    if told.of_plugins:
        put_plugin_facts(transaction, shop, UUID(bytes=customer), told.of_plugins)
    return inserted.lastrowid, UUID(bytes=main)


def _is_one_customer(run: Any, shop: str, at: int, claims: Sequence[Claim], found: Found) -> bool:
    main = found[0]
    if any(row[2] or row[1] != main[1] for row in found):
        return False
    for row, claim in zip(found[1:], claims[1:], strict=True):
        tied = run(_TIED, (shop, main[0], row[0])).fetchone()
        if tied is None or tied[0] > at or (claim.is_proven and claims[0].is_proven and not tied[1]):
            return False
    return True


def _mark_seen(run: Any, shop: str, at: int, claims: Sequence[Claim], found: Found) -> None:
    for (kind, value, is_proven), (_, _, _, was_proven, first_at, last_at) in zip(claims, found, strict=True):
        if at > last_at or at < first_at or (is_proven and not was_proven):
            run(_SEEN, (min(first_at, at), max(last_at, at), was_proven or is_proven, shop, kind, value))


def _put_order(run: Any, told: Supposed, at: int, me: tuple[bytes, bytes]) -> int:
    order, shop = told.order, told.shop
    assert order is not None  # noqa: S101 - the caller looked
    assert told.day is not None  # noqa: S101 - an order that begins has a day
    events = f'[["{told.id}", {order.events[0][1]}]]'
    run(
        _ORDER,
        (shop, order.source, order.order_id, me[0], at, order.currency, order.total_minor, order.revenue_minor,
         order.items, at, at, order.status, events),
    )  # fmt: skip
    if order.currency is not None:
        run(_REVENUE, (shop, me[1], order.currency, order.total_minor, order.revenue_minor))
    return int(run(_DAY, (shop, me[1], told.day.isoformat())).fetchone()[0] == 1)


def _put_facts(
    run: Any, key: tuple[str, bytes], facts: Mapping[str, Any], at: tuple[dt.datetime, int], days: int
) -> None:
    then, stored = at
    values = [stored if value is then else value for value in facts.values()]
    run(_fact(tuple(facts)), (*key, *values, days))


@lru_cache(maxsize=512)
def _fact(columns: tuple[str, ...]) -> str:
    names = (*columns, "orders_days")
    merge = {name: MERGES[name] for name in names}
    return Put(FACT, ("shop", "customer_id"), ("shop", "customer_id", *names), merge=merge).sql("sqlite")
