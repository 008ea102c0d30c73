"""The tables of shops: what each has set for itself and for the plugins it uses, the keys that were made for it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Drop, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Json, Key
from ecrm.values.personal import impersonal

__all__ = [
    "KEY",
    "OPTION",
    "SHOP",
    "drop_options",
    "find_key",
    "hold_settings",
    "keep_key",
    "load_options",
    "load_settings",
    "save_options",
    "save_settings",
    "shops",
    "shops_with_options",
]

SHOP = sa.Table(
    "ecrm_shop",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("settings", Json, nullable=False, info=impersonal()),
)
OPTION = sa.Table(
    "ecrm_option",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("plugin", Key, primary_key=True, info=impersonal()),
    sa.Column("name", Key, primary_key=True, info=impersonal()),
    sa.Column("value", Json, nullable=False, info=impersonal()),
    sa.Column("set_at", Instant, nullable=False),
)
KEY = sa.Table(
    "ecrm_key",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("use", Key, primary_key=True, info=impersonal()),
    sa.Column("key", sa.LargeBinary, nullable=False, info=impersonal()),
    sa.Column("made_at", Instant, nullable=False),
)
_BY_SHOP = Lookup(SHOP, ("shop",), ("settings",))
_SAVE = Put(SHOP, ("shop",), ("shop", "settings"), merge={"settings": "set"})
_OPTIONS = Lookup(OPTION, ("shop", "plugin"), ("name", "value"))
_SAVE_OPTIONS = Put(
    OPTION,
    ("shop", "plugin", "name"),
    ("shop", "plugin", "name", "value", "set_at"),
    merge={"value": "set", "set_at": "set"},
)
_DROP_OPTIONS = Drop(OPTION, ("shop", "plugin", "name"))
_KEYS = Lookup(KEY, ("shop", "use"), ("key",))
_KEEP_KEY = Put(KEY, ("shop", "use"), ("shop", "use", "key", "made_at"))


def load_settings(transaction: Transaction, shop: str) -> dict[str, Any] | None:
    """Give what a shop has set; None where it never set anything."""
    rows = _BY_SHOP.rows(transaction, [(shop,)])
    return json.loads(rows[0][0]) if rows else None


def save_settings(transaction: Transaction, shop: str, settings: dict[str, Any]) -> None:
    """Keep what a shop has set."""
    _SAVE.run(transaction, [(shop, json.dumps(settings))])


def hold_settings(transaction: Transaction, shop: str) -> None:
    """Wait until no other transaction sets anything for this shop; released at its end."""
    if not transaction.is_sqlite:
        # A lock of its own beside those of writers of customers, which have the number before it.
        transaction.run("SELECT pg_advisory_xact_lock(1701013870, hashtext(%s))", (shop,))


def load_options(transaction: Transaction, shop: str, plugin: str) -> dict[str, Any]:
    """Give what a shop has set for a plugin, by name; a secret as its sealed values."""
    return {name: json.loads(value) for name, value in _OPTIONS.rows(transaction, [(shop, plugin)])}


def save_options(transaction: Transaction, shop: str, plugin: str, values: Mapping[str, Any], at: dt.datetime) -> None:
    """Keep what a shop has set for a plugin."""
    rows = [(shop, plugin, name, json.dumps(value), at) for name, value in values.items()]
    _SAVE_OPTIONS.run(transaction, rows)


def drop_options(transaction: Transaction, shop: str, plugin: str, names: Iterable[str]) -> None:
    """Forget what a shop has set for a plugin under these names."""
    _DROP_OPTIONS.run(transaction, [(shop, plugin, name) for name in names])


def shops_with_options(transaction: Transaction, plugin: str) -> list[str]:
    """List the shops that have set anything for a plugin."""
    mark = "?" if transaction.is_sqlite else "%s"
    sql = f"SELECT DISTINCT shop FROM {OPTION.name} WHERE plugin = {mark} ORDER BY shop"
    return [row[0] for row in transaction.run(sql, (plugin,))]


def find_key(transaction: Transaction, shop: str, use: str) -> bytes | None:
    """Give the key that was made for a use; None where none was."""
    rows = _KEYS.rows(transaction, [(shop, use)])
    return bytes(rows[0][0]) if rows else None


def keep_key(transaction: Transaction, shop: str, use: str, key: bytes, at: dt.datetime) -> None:
    """Keep a key for a use; one that is there stays."""
    _KEEP_KEY.run(transaction, [(shop, use, key, at)])


def shops(transaction: Transaction) -> list[str]:
    """List the shops that have set anything."""
    return [row[0] for row in transaction.run(f"SELECT shop FROM {SHOP.name} ORDER BY shop")]
