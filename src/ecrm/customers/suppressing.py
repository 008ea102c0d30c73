"""Who was erased stays erased: each identity leaves a mark, an HMAC under the shop's key, and is known by it again.

A plain hash of a phone number is found by trying them all; an HMAC is not, without the key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Collection

from ecrm.customers.tables import tombstone as tombstone_table
from ecrm.database import Transaction
from ecrm.shops.secretkeys import SecretKeys

__all__ = ["Identity", "erased_among", "lift_tombstones", "set_tombstones"]

_USE = "erasure"
Identity = tuple[str, str]


def erased_among(
    transaction: Transaction, shop: str, identities: Collection[Identity], keys: SecretKeys
) -> set[Identity]:
    """Give those of the identities, (kind, value), that were erased.

    Args:
        transaction: Where it is asked.
        shop: Whose.
        identities: Normalised, as profiles have them.
        keys: What marks were made with.
    """
    if not identities or not tombstone_table.has_tombstones(transaction, shop):
        return set()
    marks = _marks(transaction, shop, identities, keys)
    found = tombstone_table.find_tombstones(transaction, shop, marks)
    return {marks[mark] for mark in found}


def set_tombstones(
    transaction: Transaction, shop: str, identities: Collection[Identity], keys: SecretKeys, at: dt.datetime
) -> int:
    """Mark identities as erased, with the newest key; give how many."""
    newest = keys.active(transaction, shop, _USE)[0]
    marks = {(kind, _hmac(newest, kind, value)) for kind, value in identities}
    tombstone_table.put_tombstones(transaction, shop, marks, at)
    return len(marks)


def lift_tombstones(transaction: Transaction, shop: str, identities: Collection[Identity], keys: SecretKeys) -> int:
    """Let identities be known again; give how many had been erased."""
    marks = _marks(transaction, shop, identities, keys)
    found = tombstone_table.find_tombstones(transaction, shop, marks)
    tombstone_table.drop_tombstones(transaction, shop, found)
    return len({marks[mark] for mark in found})


def _marks(
    transaction: Transaction, shop: str, identities: Collection[Identity], keys: SecretKeys
) -> dict[tuple[str, str], Identity]:
    active = keys.active(transaction, shop, _USE)
    return {(kind, _hmac(key, kind, value)): (kind, value) for kind, value in identities for key in active}


def _hmac(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()
