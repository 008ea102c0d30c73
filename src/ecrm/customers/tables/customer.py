"""Customers as they are at present, the traits that made them so, and the words a search finds them by."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ecrm.customers.model.trait import Attribute, Customer, Trait
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Day, Id, Instant, Json, Key
from ecrm.values.personal import impersonal, personal

__all__ = ["ATTRIBUTE", "CUSTOMER", "TRAIT", "WORD"]

CUSTOMER = sa.Table(
    "ecrm_customer",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, info=personal("profile", "address the customer", mask="name")),
    sa.Column("birthday", Day, info=personal("profile", "know the customer", mask="day")),
    sa.Column("language", sa.Text, info=personal("profile", "address the customer")),
    sa.Column("attributes", Json, nullable=False, info=personal("profile", "know the customer")),
    sa.Column("tags", Json, nullable=False, info=personal("profile", "know the customer")),
)
TRAIT = sa.Table(
    "ecrm_trait",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("profile_id", Id, primary_key=True),
    sa.Column("name", Key, primary_key=True, info=personal("profile", "know the customer")),
    sa.Column("key", Key, primary_key=True, info=personal("activity", "tell which event said it", mask="id")),
    sa.Column("at", Instant, nullable=False),
    sa.Column("value", Json, info=personal("profile", "know the customer")),
    sa.Column("is_trusted", sa.Boolean, nullable=False),
    sa.Column("source", sa.Text, nullable=False, info=impersonal()),
    sa.Column("actor", sa.Text, nullable=False, info=personal("staff", "tell who said it")),
)
WORD = sa.Table(
    "ecrm_customer_word",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("word", Key, primary_key=True, info=personal("profile", "find the customer by name", mask="name")),
    sa.Column("customer_id", Id, primary_key=True),
    sa.Index("ecrm_customer_word_customer_ix", "shop", "customer_id"),
)
ATTRIBUTE = sa.Table(
    "ecrm_attribute",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("name", Key, primary_key=True, info=impersonal()),
    sa.Column("type", sa.Text, nullable=False, info=impersonal()),
    sa.Column("unit", sa.Text, nullable=False, info=impersonal()),
    sa.Column("about", sa.Text, nullable=False, info=impersonal()),
)
_COLUMNS = ("id", "name", "birthday", "language", "attributes", "tags")
_BY_ID = Lookup(CUSTOMER, ("shop", "id"), _COLUMNS)
_LANGUAGES = Lookup(CUSTOMER, ("shop", "id"), ("id", "language"))
_INSERT = Put(CUSTOMER, ("shop", "id"), ("shop", *_COLUMNS))
_SAVE = Put(CUSTOMER, ("shop", "id"), ("shop", *_COLUMNS), merge=dict.fromkeys(_COLUMNS[1:], "set"))
_DROP = Drop(CUSTOMER, ("shop", "id"))
_DROP_WORDS = Drop(WORD, ("shop", "customer_id"))
_PUT_WORDS = Put(WORD, ("shop", "word", "customer_id"), ("shop", "word", "customer_id"))
_TRAIT_COLUMNS = ("name", "value", "at", "key", "is_trusted", "source", "actor")
_TRAITS = Lookup(TRAIT, ("shop", "profile_id"), _TRAIT_COLUMNS)
_PUT_TRAIT = Put(TRAIT, ("shop", "profile_id", "name", "key"), ("shop", "profile_id", *_TRAIT_COLUMNS))
_DROP_TRAITS = Drop(TRAIT, ("shop", "profile_id", "key"))
_PUT_ATTRIBUTE = Put(
    ATTRIBUTE,
    ("shop", "name"),
    ("shop", "name", "type", "unit", "about"),
    merge={"type": "set", "unit": "set", "about": "set"},
)


def find_customers(transaction: Transaction, shop: str, ids: Collection[UUID]) -> list[Customer]:
    """Find customers by id."""
    return [_customer(row) for row in _BY_ID.rows(transaction, [(shop, id_) for id_ in ids])]


def customer_ids(transaction: Transaction, shop: str, after: UUID | None, limit: int) -> list[UUID]:
    """Give the ids of a shop's customers in their order, a page at a time.

    Args:
        transaction: Where they are read.
        shop: Whose.
        after: The last one of the page before; None is the first page.
        limit: How many at most.
    """
    query = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.shop == shop).order_by(CUSTOMER.c.id).limit(limit)
    if after is not None:
        query = query.where(CUSTOMER.c.id > after)
    return [row[0] for row in transaction.core(query)]


def languages_of(transaction: Transaction, shop: str, ids: Collection[UUID]) -> dict[UUID, str]:
    """Give the languages of customers, of those that are known."""
    return {row[0]: row[1] for row in _LANGUAGES.rows(transaction, [(shop, id_) for id_ in ids]) if row[1]}


def insert_customers(transaction: Transaction, shop: str, ids: Collection[UUID]) -> None:
    """Begin customers of whom nothing is known yet."""
    _INSERT.run(transaction, [(shop, id_, None, None, None, "{}", "[]") for id_ in ids])


def save_customers(transaction: Transaction, shop: str, customers: Sequence[Customer]) -> None:
    """Keep what traits folded to, and the words of the names."""
    rows = [
        (
            shop,
            c.id,
            c.name,
            c.birthday,
            c.language,
            json.dumps(dict(c.attributes)),
            json.dumps(sorted(c.tags)),
        )
        for c in customers
    ]
    _SAVE.run(transaction, rows)
    _DROP_WORDS.run(transaction, [(shop, c.id) for c in customers])
    _PUT_WORDS.run(transaction, [(shop, word, c.id) for c in customers for word in c.words])


def drop_customers(transaction: Transaction, shop: str, ids: Collection[UUID]) -> None:
    """Take away customers who have become part of another."""
    keys = [(shop, id_) for id_ in ids]
    _DROP.run(transaction, keys)
    _DROP_WORDS.run(transaction, keys)


def put_traits(transaction: Transaction, shop: str, rows: Sequence[tuple[UUID, Trait]]) -> None:
    """Keep traits under the profiles they came by; one that is there stays."""
    _PUT_TRAIT.run(
        transaction,
        [
            (shop, profile, t.name, json.dumps(t.value), t.at, t.key, t.is_trusted, t.source, t.actor)
            for profile, t in rows
        ],
    )


def drop_traits(transaction: Transaction, shop: str, profile: UUID, key: str) -> None:
    """Take away what one event said of a person."""
    _DROP_TRAITS.run(transaction, [(shop, profile, key)])


def traits_of_profiles(transaction: Transaction, shop: str, profiles: Collection[UUID]) -> list[Trait]:
    """Give every trait of the profiles."""
    rows = _TRAITS.rows(transaction, [(shop, id_) for id_ in profiles])
    return [
        Trait(name, json.loads(value), at, key, trusted, source, actor)
        for name, value, at, key, trusted, source, actor in rows
    ]


def declare_attribute(transaction: Transaction, shop: str, attribute: Attribute) -> None:
    """Keep the declaration of an attribute."""
    row = (shop, attribute.name, attribute.type, attribute.unit, attribute.about)
    _PUT_ATTRIBUTE.run(transaction, [row])


def attributes_of(transaction: Transaction, shop: str) -> dict[str, Attribute]:
    """Give the attributes a shop has declared, by name."""
    columns = ATTRIBUTE.c
    query = sa.select(columns.name, columns.type, columns.unit, columns.about).where(columns.shop == shop)
    return {
        row.name: Attribute(row[0], row[1], row[2], row[3]) for row in transaction.core(query.order_by(columns.name))
    }


def list_customers(transaction: Transaction, shop: str, after: UUID | None, limit: int) -> list[Customer]:
    """Give customers by id, from after one on."""
    query = sa.select(*(CUSTOMER.c[name] for name in _COLUMNS)).where(CUSTOMER.c.shop == shop)
    if after is not None:
        query = query.where(CUSTOMER.c.id > after)
    return [_from_core(row) for row in transaction.core(query.order_by(CUSTOMER.c.id).limit(limit))]


def search_words(transaction: Transaction, shop: str, words: Sequence[str], limit: int) -> list[UUID]:
    """Find the customers whose names have a word beginning with each of these."""
    found = None
    for word in words:
        one = sa.select(WORD.c.customer_id).where(
            WORD.c.shop == shop, WORD.c.word >= word, WORD.c.word < word + "\U0010ffff"
        )
        found = one if found is None else found.where(WORD.c.customer_id.in_(one))
    if found is None:
        return []
    return [row[0] for row in transaction.core(found.distinct().order_by(WORD.c.customer_id).limit(limit))]


def _customer(row: tuple[Any, ...]) -> Customer:
    id_, name, birthday, language, attributes, tags = row
    return Customer(id_, name, birthday, language, json.loads(attributes), frozenset(json.loads(tags)))


def _from_core(row: Any) -> Customer:
    birthday: dt.date | None = row.birthday
    return Customer(row.id, row.name, birthday, row.language, row.attributes, frozenset(row.tags))
