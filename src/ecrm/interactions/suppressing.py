"""Keep what tells of erased people off the log: a late webhook does not bring anybody back.

Which identities were erased is known to `ecrm.customers.suppressing`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import attrs

from ecrm.customers.model.claim import KINDS, Claim, Claims
from ecrm.customers.suppressing import Identity, erased_among
from ecrm.database import Transaction
from ecrm.errors import ErasedError
from ecrm.interactions.model.entry import Entry
from ecrm.shops.secretkeys import SecretKeys

__all__ = ["ERASED", "erased_places", "without_erased"]

ERASED = {"customer": ["erased"]}


def without_erased(transaction: Transaction, shop: str, entries: Sequence[Entry], keys: SecretKeys) -> list[Entry]:
    """Give entries without the claims of identities that were erased.

    Args:
        transaction: The record transaction; it holds the shop's lock, so that no erasure runs beside it.
        shop: Whose.
        entries: What happened.
        keys: What marks were made with.

    Raises:
        ErasedError: One of them names only who was erased, or nobody on an order of theirs.
    """
    gone = _gone(transaction, shop, entries, keys)
    if not gone:
        return list(entries)
    if any(_is_of_erased(entry, gone) for entry in entries):
        message = (
            "this person was erased: nothing is stored of them; if they came back on purpose, call "
            "crm.privacy.forget_tombstone(who) first"
        )
        raise ErasedError(message)
    return [attrs.evolve(entry, claims=_left(entry.claims, gone)) for entry in entries]


def erased_places(transaction: Transaction, shop: str, entries: Sequence[Entry], keys: SecretKeys) -> set[int]:
    """Give the places of the entries that are of somebody who was erased."""
    gone = _gone(transaction, shop, entries, keys)
    return {place for place, entry in enumerate(entries) if gone and _is_of_erased(entry, gone)}


def _gone(transaction: Transaction, shop: str, entries: Sequence[Entry], keys: SecretKeys) -> set[Identity]:
    named = {_identity(claim) for entry in entries for claim in _said(entry)}
    return erased_among(transaction, shop, named, keys)


def _said(entry: Entry) -> tuple[Claim, ...]:
    return entry.claims.usable if entry.thread is None else (*entry.claims.usable, entry.thread)


def _is_of_erased(entry: Entry, gone: Collection[Identity]) -> bool:
    if not entry.claims.usable:
        return entry.thread is not None and _identity(entry.thread) in gone
    left = _left(entry.claims, gone).usable
    # A new visitor's id beside an erased address is theirs: it attaches to somebody, and is nobody by itself.
    return len(left) < len(entry.claims.usable) and all(KINDS[claim.kind].is_weak for claim in left)


def _left(claims: Claims, gone: Collection[Identity]) -> Claims:
    return attrs.evolve(claims, usable=tuple(claim for claim in claims.usable if _identity(claim) not in gone))


def _identity(claim: Claim) -> Identity:
    return claim.kind, claim.value
