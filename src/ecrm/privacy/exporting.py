"""Export a person: one document with every row of theirs in every table, and what each value means."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from ecrm.audit.tables import append, newest
from ecrm.customers.tables.customer import attributes_of
from ecrm.database import Transaction
from ecrm.errors import NotFoundError
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.fact import FACTS
from ecrm.interactions.reading import facts_of
from ecrm.interactions.tables.inbox import INBOX
from ecrm.interactions.tables.log import INTERACTION
from ecrm.privacy.declared import columns, fields
from ecrm.privacy.finding import find_person
from ecrm.privacy.model.export import Export
from ecrm.privacy.model.person import Person
from ecrm.privacy.model.sought import Sought
from ecrm.privacy.parts import PrivacyParts
from ecrm.privacy.tables.held import rows_of
from ecrm.privacy.tables.raw import walk_raw
from ecrm.privacy.tables.request import requests_of
from ecrm.shops.service import Shop
from ecrm.values import Actor
from ecrm.values.personal import CATEGORIES
from ecrm.values.who import Someone

__all__ = ["export_person"]

_MOST_AUDITED = 10_000
Document = dict[str, Any]


def export_person(parts: PrivacyParts, shop: Shop, who: Someone, actor: Actor | None) -> Export:
    """Export a person of a shop, and leave a row in the audit.

    Args:
        parts: What privacy shares.
        shop: The shop.
        who: Whom.
        actor: Who asks for it.

    Raises:
        NotFoundError: Nobody is known by that.
    """

    def work(transaction: Transaction) -> Document:
        person = find_person(transaction, shop.key, who, shop.settings)
        if person.customer_id is None:
            message = "nobody is known by this identity in this shop"
            raise NotFoundError(message)
        document = _document(transaction, parts, shop, person, person.customer_id)
        append(transaction, shop.key, "export", person.customer_id, actor, {}, parts.now())
        return document

    return Export(parts.database.transact(work))


def _document(transaction: Transaction, parts: PrivacyParts, shop: Shop, person: Person, customer: UUID) -> Document:
    tables = [_section(one.table, one.about, rows_of(transaction, shop.key, one, person.ids)) for one in parts.held]
    tables += _of_followers(transaction, parts, shop.key, person, customer)
    tables.append(_of_inbox(transaction, shop, person))
    requests = [_plain(attrs.asdict(one)) for one in requests_of(transaction, shop.key, person.ids)]
    audited = newest(transaction, shop.key, person.ids, None, _MOST_AUDITED)
    return {
        "shop": shop.key,
        "customer_id": str(customer),
        "made_at": parts.now().isoformat(),
        "categories": dict(CATEGORIES),
        "facts": _facts(transaction, shop, customer, parts.kit.book),
        "tables": [table for table in tables if table["rows"]],
        "events": _events(transaction, parts, shop.key, person),
        "requests": requests,
        "audit": [
            {"at": one.at.isoformat(), "action": one.action, "actor": one.actor, "details": dict(one.details)}
            for one in audited
        ],
    }


def _section(table: sa.Table, about: str, rows: Collection[Mapping[str, Any]]) -> Document:
    return {"table": table.name, "about": about, "columns": _meanings(table), "rows": [_plain(row) for row in rows]}


def _meanings(table: sa.Table) -> Document:
    return {
        one.where.partition(".")[2]: {"category": one.personal.category, "purpose": one.personal.purpose}
        for one in columns([table])
        if one.personal is not None
    }


def _of_followers(
    transaction: Transaction, parts: PrivacyParts, shop: str, person: Person, customer: UUID
) -> list[Document]:
    known = {table.name: table for table in parts.tables}
    found = []
    for follower in parts.followers:
        ids = [customer] if follower.hangs_on == "customer" else sorted(person.profile_ids)
        rows = follower.exported(transaction, shop, ids)
        table = known.get(follower.table)
        meanings = {} if table is None else _meanings(table)
        about = f"What {follower.table} holds of you"
        found.append({"table": follower.table, "about": about, "columns": meanings, "rows": [_plain(r) for r in rows]})
    return found


def _of_inbox(transaction: Transaction, shop: Shop, person: Person) -> Document:
    sought = Sought(person.identities, person.orders, shop.settings)
    rows = [
        {"id": id_, "raw": raw.decode("utf-8", "replace")}
        for id_, raw, delivery in walk_raw(transaction, shop.key, -1)
        if sought.is_in(raw) or sought.is_in_text(delivery)
    ]
    return _section(INBOX, "What was told of you, as it came; it is deleted after a while", rows)


def _facts(transaction: Transaction, shop: Shop, customer: UUID, book: FactBook) -> list[Document]:
    declared = {fact.name: (fact.unit, fact.about) for fact in (*FACTS, *book.by_name.values())}
    for name, attribute in attributes_of(transaction, shop.key).items():
        declared[f"attributes.{name}"] = attribute.unit, attribute.about
    held = facts_of(transaction, shop.key, shop.settings, customer, book)
    found = []
    for name, value in held.items():
        unit, about = declared.get(name, ("", ""))
        found.append({"fact": name, "value": _plain(value), "unit": unit, "about": about})
    return found


def _events(transaction: Transaction, parts: PrivacyParts, shop: str, person: Person) -> Document:
    """Give what the fields of the events on their timeline mean, by event and field."""
    query = sa.select(INTERACTION.c.kind).where(
        INTERACTION.c.shop == shop, INTERACTION.c.profile_id.in_(sorted(person.profile_ids))
    )
    names = sorted({row.kind for row in transaction.core(query.distinct())})
    meanings: dict[str, Document] = {name: {} for name in names}
    for one in fields(kind for name in names if (kind := parts.kinds.get(name)) is not None):
        name, _, field = one.where.partition(".")
        if one.personal is not None:
            meanings[name][field] = {"category": one.personal.category, "purpose": one.personal.purpose}
    return dict(meanings)


def _plain(value: Any) -> Any:
    """Give a value as JSON holds it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(held) for held in value]
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, str) or value is None or isinstance(value, bool | int | float):
        return value
    return str(value) if isinstance(value, UUID | Decimal) else json.loads(json.dumps(value, default=str))
