"""Take a wrong event out of the facts: it stays on the log, voided by another interaction."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from uuid import UUID

import attrs

from ecrm.customers.model.claim import Claim, Claims
from ecrm.customers.refresh import refresh_customers
from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.lock import hold_shop
from ecrm.database import Transaction
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.entry import VOIDED, Entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.model.order import fold_order
from ecrm.interactions.recording import Kit, Written, earlier_events, order_id_of, store
from ecrm.interactions.recounting import recount
from ecrm.interactions.tables import log as log_table
from ecrm.interactions.tables import orders as order_table
from ecrm.shops.model import Settings

__all__ = ["store_all", "store_void"]


def store_all(transaction: Transaction, shop: str, settings: Settings, entries: Sequence[Entry], kit: Kit) -> Written:
    """Store entries of any kind: first what happened, then what says that something did not.

    Args:
        transaction: An open transaction.
        shop: Whose.
        settings: The shop's.
        entries: What happened, and voids.
        kit: Ids, time, followers.
    """
    usual = [entry for entry in entries if entry.kind != VOIDED]
    parts = [store(transaction, shop, settings, usual, kit)] if usual else []
    parts += [store_void(transaction, shop, settings, entry, kit) for entry in entries if entry.kind == VOIDED]
    stored = tuple(itertools.chain.from_iterable(part.interactions for part in parts))
    return Written(stored, {key: there for part in parts for key, there in part.duplicates.items()})


def store_void(transaction: Transaction, shop: str, settings: Settings, entry: Entry, kit: Kit) -> Written:
    """Store that an interaction was wrong, and mend what it had changed.

    Args:
        transaction: An open transaction.
        shop: Whose.
        settings: The shop's.
        entry: Of Interaction Voided; it hangs on the profile of what it voids.
        kit: Ids, time, followers.

    Returns:
        What was stored; nothing new where the same void was stored before.

    Raises:
        NotFoundError: There is no such interaction.
        ConflictError: It is a void itself.
    """
    hold_shop(transaction, shop)
    wrong = _find(transaction, shop, entry)
    profile = profile_table.profiles_by_id(transaction, shop, [wrong.profile_id])[0]
    hung = attrs.evolve(entry, claims=Claims((Claim(profile.kind, profile.value),)))
    written = store(transaction, shop, settings, [hung], kit)
    if written.interactions:
        log_table.put_void(transaction, shop, wrong, written.interactions[0].id)
        _mend(transaction, shop, wrong, kit.book)
        for projection in kit.projections:
            if wrong.kind in projection.kinds:
                projection.void(transaction, shop, wrong)
    return written


def _find(transaction: Transaction, shop: str, entry: Entry) -> Interaction:
    try:
        wanted = UUID(str(entry.properties["interaction_id"]))
    except (KeyError, ValueError) as error:
        raise InvalidError.of("properties.interaction_id", "give the id of an interaction") from error
    found = log_table.find_interactions(transaction, shop, [wanted])
    if not found:
        message = "there is no such interaction in this shop: take its id from the timeline"
        raise NotFoundError(message)
    if found[0].kind == VOIDED:
        message = "a void is not voided: record the event again instead"
        raise ConflictError(message)
    return found[0]


def _mend(transaction: Transaction, shop: str, wrong: Interaction, book: FactBook) -> None:
    profiles = {wrong.profile_id} | _refold_order(transaction, shop, wrong)
    key = f"{wrong.source}:{wrong.source_id}"
    customer_table.drop_traits(transaction, shop, wrong.profile_id, key)
    customers = {row.customer_id for row in profile_table.profiles_by_id(transaction, shop, profiles)}
    refresh_customers(transaction, shop, customers)
    recount(transaction, shop, customers, book)


def _refold_order(transaction: Transaction, shop: str, wrong: Interaction) -> set[UUID]:
    order_id = order_id_of(wrong)
    key = (wrong.source, order_id or "")
    held = order_table.find_orders(transaction, shop, [key]).get(key) if order_id else None
    if held is None:
        return set()
    events = [event for event in earlier_events(transaction, shop, [held])[key] if event.id != wrong.id]
    if not events:
        order_table.drop_orders(transaction, shop, [key])
        return {held.profile_id}
    order = fold_order(*key, events)
    order_table.save_orders(transaction, shop, [order])
    return {held.profile_id, order.profile_id}
