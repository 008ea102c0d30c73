"""Store the common single event without the general way's lock and reading.

It supposes that the event's identities are known, are one customer and were seen together before, and
that its order is new. The statements check that; where it does not hold, the general way stores it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from uuid import UUID

from ecrm.database import Database, Retry, Transaction
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.entry import VOIDED, Entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.model.order import Order, OrderEvent, fold_order
from ecrm.interactions.model.tally import Tally
from ecrm.interactions.recording import Kit
from ecrm.interactions.tables import quick as postgresql
from ecrm.interactions.tables import quicksqlite as sqlite
from ecrm.interactions.tables.facts import wide_tables
from ecrm.interactions.tables.quick import Supposed
from ecrm.interactions.tables.quickfacts import PluginFacts
from ecrm.shops.model import Settings
from ecrm.values.fact import Fact

__all__ = ["store_known", "store_quickly", "suppose"]


def store_quickly(database: Database, shop: str, settings: Settings, entry: Entry, kit: Kit) -> Interaction | None:
    """Store one event where that needs no decision; None, with nothing stored, where it does.

    On PostgreSQL the one statement is its own transaction. On SQLite the caller's transaction serves, see
    `store_known`: its writer is alone, so the general way can go on in the same one.
    """
    if database.dialect == "sqlite" or not is_common(entry, kit):
        return None
    supposed = suppose(shop, settings, entry, kit)
    try:
        with database.read() as transaction:
            placed = postgresql.put_known(transaction, supposed)
    except Retry:
        # A deadlock undid the statement; the general way stands in line.
        return None
    return None if placed is None else _interaction(supposed, placed)


def store_known(transaction: Transaction, shop: str, settings: Settings, entry: Entry, kit: Kit) -> Interaction | None:
    """Store one event in an open SQLite transaction; None, with nothing written, where it can not."""
    if not transaction.is_sqlite or not is_common(entry, kit):
        return None
    supposed = suppose(shop, settings, entry, kit)
    placed = sqlite.put_known(transaction, supposed)
    return None if placed is None else _interaction(supposed, placed)


def is_common(entry: Entry, kit: Kit) -> bool:
    """Tell whether an event may need no decision: it names somebody, and begins an order or is of none."""
    if not entry.claims.usable or entry.traits or entry.kind == VOIDED or entry.kind in kit.projected:
        return False
    return entry.thread is None or entry.kind == "Order Completed"


def suppose(shop: str, settings: Settings, entry: Entry, kit: Kit) -> Supposed:
    """Work out all that is to be written where the supposition holds."""
    id_ = kit.new_id()
    key = ":".join(entry.key)
    tally = Tally(settings.day_of, kit.book)
    tally.add_event(
        id_, entry.kind, entry.at, entry.channel, key, entry.properties,
        by_customer=entry.is_by_customer, location_id=entry.context.get("location_id"),
    )  # fmt: skip
    order: Order | None = None
    day: dt.date | None = None
    if entry.order is not None:
        rank = entry.claims.usable[0].rank
        event = OrderEvent(entry.at, key, entry.kind, entry.properties, id_, rank, id_)
        order = fold_order(*entry.order, [event])
        tally.change_order(None, (id_, order.contribution()))
        day = next(day for _, day in tally.days)
    of_plugins = _of_plugins(tally, id_, kit.book) if len(tally.by_owner) > 1 else ()
    return Supposed(shop, entry, id_, kit.now(), order, day, tally.columns[id_], of_plugins)


def _of_plugins(tally: Tally, customer: UUID, book: FactBook) -> tuple[PluginFacts, ...]:
    days: dict[str, list[tuple[Fact, dt.date]]] = defaultdict(list)
    for _, name, day in tally.fact_days:
        days[book.owner_of(name)].append((book.by_name[name], day))
    tables = wide_tables(book)
    return tuple(
        PluginFacts(tables[plugin], changes[customer], tuple(days[plugin]))
        for plugin, changes in sorted(tally.of_plugins.items())
    )


def _interaction(supposed: Supposed, placed: tuple[int, UUID]) -> Interaction:
    entry = supposed.entry
    position, profile = placed
    return Interaction(
        supposed.id, entry.kind, entry.at, entry.channel, entry.source, entry.source_id, profile, position,
        supposed.now, entry.is_live, entry.properties, entry.context,
    )  # fmt: skip
