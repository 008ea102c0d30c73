"""Requests that another system tells of: opened with its delivery, and done for all that means the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID, uuid5

from ecrm.audit.tables import append
from ecrm.customers.finding import claims_from, find_profile
from ecrm.customers.model.claim import KINDS
from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables import profile as profile_table
from ecrm.database import Transaction
from ecrm.database.shredding import shred
from ecrm.errors import InvalidError, NotFoundError
from ecrm.hookspecs import Asked
from ecrm.interactions.tables import orders as order_table
from ecrm.privacy.erasing import erase_person
from ecrm.privacy.exporting import export_person
from ecrm.privacy.model.asking import UNKNOWN, Asking
from ecrm.privacy.model.export import Export
from ecrm.privacy.model.person import Erased, sum_erased
from ecrm.privacy.model.request import Request, due_at
from ecrm.privacy.parts import PrivacyParts
from ecrm.privacy.tables import request as request_table
from ecrm.privacy.tables.raw import delete_every_raw
from ecrm.shops.model import Settings
from ecrm.shops.service import Shop
from ecrm.values import Actor
from ecrm.values.who import Who

__all__ = ["erase_asked", "erase_everybody", "export_asked", "open_asked"]

_REQUESTS = UUID("5b6ee8f0-61a3-4d3b-9a55-0a2f3a2f4d11")
_PAGE = 500


def open_asked(
    transaction: Transaction,
    shop: str,
    asked: Asked,
    key: tuple[str, str],
    received_at: dt.datetime,
    settings: Settings,
) -> None:
    """Open a request that a source told of, once for each delivery.

    Args:
        transaction: In which the delivery is settled.
        shop: Whose customer asks.
        asked: What the source told.
        key: The source, and what tells this from others that it told.
        received_at: When it came.
        settings: The shop's, for how long it has.

    Raises:
        InvalidError: There is no such law.
    """
    source, told = key
    id_ = uuid5(_REQUESTS, f"{shop}\0{source}\0{told}")
    if request_table.find_request(transaction, shop, id_) is not None:
        return
    evidence = Asking(source, asked.who, asked.orders, asked.reference).written()
    due = due_at(asked.law, received_at, settings.request_days)
    request = Request(id_, asked.kind, asked.law, UNKNOWN, received_at, due, "open", source, evidence)
    request_table.insert_request(transaction, shop, request)
    details = {"request": str(id_), "kind": asked.kind, "law": asked.law}
    append(transaction, shop, "request", None, Actor.system(source), details, received_at)


def export_asked(parts: PrivacyParts, shop: Shop, asking: Asking, actor: Actor | None) -> Export | None:
    """Export whom a source named, by the strongest identity that is known; None where nothing is kept of them."""
    for way in reversed(_ways(shop, asking)):
        with parts.database.read() as transaction:
            profile = find_profile(transaction, shop.key, way, shop.settings)
        if profile is not None:
            return export_person(parts, shop, profile.customer_id, actor)
    return None


def erase_asked(parts: PrivacyParts, shop: Shop, asking: Asking, because: str, actor: Actor | None) -> Erased:
    """Erase whom a source named: by each identity, and by orders that name nobody else.

    Somebody with another account at the source is another person, whose address or phone they share: they stay.
    """
    done = []
    for customer_id in _of_orders(parts, shop, asking):
        try:
            done.append(erase_person(parts, shop, customer_id, because, actor))
        except NotFoundError:
            # Two of the orders were of one customer.
            continue
    # Each is looked at when those before it are gone.
    ways = (way for way in _ways(shop, asking) if not _is_somebody_else(parts, shop, way, asking))
    done.extend(erase_person(parts, shop, way, because, actor) for way in ways)
    return sum_erased(done, parts.now())


def erase_everybody(parts: PrivacyParts, shop: Shop, because: str, actor: Actor | None) -> Erased:
    """Erase all customers of a shop, and what waits in its inbox: the shop itself has gone.

    They leave no marks: nobody asked to be forgotten, and a shop that comes back may know its customers.
    """
    parts.database.transact(lambda transaction: delete_every_raw(transaction, shop.key))
    done = []
    while page := _customers(parts, shop):
        done += [
            erase_person(parts, shop, customer_id, because, actor, is_marked=False, is_shredded=False)
            for customer_id in page
        ]
    parts.database.transact(lambda transaction: request_table.blank_every_evidence(transaction, shop.key))
    return sum_erased(done, parts.now(), is_shredded=shred(parts.database))


def _ways(shop: Shop, asking: Asking) -> list[Who]:
    """Give the person by each identity that can be read here: what can not was never theirs in this shop."""
    found = []
    for way in asking.ways():
        with suppress(InvalidError):
            claims_from(way, shop.settings)
            found.append(way)
    return found


def _customers(parts: PrivacyParts, shop: Shop) -> list[UUID]:
    with parts.database.read() as transaction:
        return [one.id for one in customer_table.list_customers(transaction, shop.key, None, _PAGE)]


def _of_orders(parts: PrivacyParts, shop: Shop, asking: Asking) -> Iterator[UUID]:
    """Give customers who are known by nothing but visits and orders of this person."""
    with parts.database.read() as transaction:
        keys = [(asking.source, order) for order in asking.orders]
        orders = order_table.find_orders(transaction, shop.key, keys) if keys else {}
        profiles = profile_table.profiles_by_id(transaction, shop.key, [one.profile_id for one in orders.values()])
        customers = sorted({row.customer_id for row in profiles})
        rows = profile_table.profiles_of(transaction, shop.key, customers) if customers else []
    named = {row.customer_id for row in rows if not KINDS[row.kind].is_weak}
    return (customer for customer in customers if customer not in named)


def _is_somebody_else(parts: PrivacyParts, shop: Shop, way: Who, asking: Asking) -> bool:
    account = None if asking.who is None else asking.who.user_id
    with parts.database.read() as transaction:
        profile = find_profile(transaction, shop.key, way, shop.settings)
        if profile is None or account is None:
            return False
        rows = profile_table.profiles_of(transaction, shop.key, [profile.customer_id])
    accounts = {row.value for row in rows if row.kind == "account" and row.value.startswith(f"{asking.source}:")}
    return bool(accounts) and f"{asking.source}:{account}" not in accounts
