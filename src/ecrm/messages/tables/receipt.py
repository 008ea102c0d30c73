"""What became of messages: receipts, one for each event a provider told of; the raw answer is in the interaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.rows import Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Key
from ecrm.values.personal import impersonal, personal

__all__ = ["MESSAGE_RECEIPT", "ReceiptRow"]

MESSAGE_RECEIPT = sa.Table(
    "ecrm_message_receipt",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("message_id", Id, primary_key=True),
    sa.Column("interaction_id", Id, primary_key=True),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("status", Key, nullable=False, info=personal("activity", "know what became of a message")),
    sa.Column("at", Instant, nullable=False),
    sa.Column("is_weak", sa.Boolean, nullable=False),
    sa.Column("reason", Key, info=impersonal()),
    sa.Index("ecrm_message_receipt_profile_ix", "shop", "profile_id"),
)
_COLUMNS = ("message_id", "interaction_id", "profile_id", "status", "at", "is_weak", "reason")
_OF_MESSAGE = Lookup(MESSAGE_RECEIPT, ("shop", "message_id"), _COLUMNS)
_PUT = Put(MESSAGE_RECEIPT, ("shop", "message_id", "interaction_id"), ("shop", *_COLUMNS))


class ReceiptRow(NamedTuple):
    """A receipt as it is kept."""

    message_id: UUID
    interaction_id: UUID
    profile_id: UUID
    status: str
    at: dt.datetime
    is_weak: bool
    reason: str | None


def put_receipts(transaction: Transaction, shop: str, rows: Sequence[ReceiptRow]) -> None:
    """Keep receipts; one that is there stays."""
    _PUT.run(transaction, [(shop, *row) for row in rows])


def receipts_of(transaction: Transaction, shop: str, messages: Collection[UUID]) -> list[ReceiptRow]:
    """Give the receipts of messages, the oldest first."""
    found = [ReceiptRow(*row) for row in _OF_MESSAGE.rows(transaction, [(shop, id_) for id_ in messages])]
    return sorted(found, key=lambda row: (row.at, row.interaction_id))
