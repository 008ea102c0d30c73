"""Raw bodies of the inbox that may name a person: walk them, delete them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from ecrm.database import Transaction
from ecrm.interactions.tables.inbox import INBOX

__all__ = ["delete_every_raw", "delete_raw", "walk_raw"]

_PAGE = 500


def walk_raw(transaction: Transaction, shop: str, after: int) -> Iterator[tuple[int, bytes, str]]:
    """Give id, raw body and delivery id of a shop's rows after one, by id, a page at a time."""
    while True:
        query = sa.select(INBOX.c.id, INBOX.c.raw, INBOX.c.delivery_id).where(INBOX.c.shop == shop, INBOX.c.id > after)
        page = transaction.core(query.order_by(INBOX.c.id).limit(_PAGE)).all()
        yield from ((row.id, bytes(row.raw), row.delivery_id or "") for row in page)
        if len(page) < _PAGE:
            return
        after = page[-1].id


def delete_raw(transaction: Transaction, shop: str, ids: Sequence[int]) -> int:
    """Delete rows, in whatever state they are; give how many went."""
    gone = 0
    for start in range(0, len(ids), _PAGE):
        chosen = INBOX.c.id.in_(ids[start : start + _PAGE])
        gone += transaction.core(sa.delete(INBOX).where(INBOX.c.shop == shop, chosen)).rowcount
    return gone


def delete_every_raw(transaction: Transaction, shop: str) -> int:
    """Delete all rows of a shop; give how many went."""
    return transaction.core(sa.delete(INBOX).where(INBOX.c.shop == shop)).rowcount
