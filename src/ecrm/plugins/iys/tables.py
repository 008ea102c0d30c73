"""The plugin's tables: what İYS holds of each address and should hold, and how far the log was read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import attrs
import sqlalchemy as sa

from ecrm.database import Transaction
from ecrm.database.types import Id, Instant, Key
from ecrm.plugins.iys.model import Entry
from ecrm.values.personal import impersonal, personal

__all__ = ["METADATA", "READ", "RECORD"]

METADATA = sa.MetaData()
_PROOF = "keep İYS in step with what the customer said"
RECORD = sa.Table(
    "ecrm_iys_record",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("recipient", Key, primary_key=True, info=personal("contact", _PROOF, mask="text")),
    sa.Column("recipient_type", Key, primary_key=True, info=impersonal()),
    sa.Column("type", Key, primary_key=True, info=impersonal()),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("known_status", Key, info=personal("evidence", _PROOF)),
    sa.Column("known_at", Instant),
    sa.Column("wanted_status", Key, info=personal("evidence", _PROOF)),
    sa.Column("wanted_at", Instant),
    sa.Column("wanted_source", Key, info=personal("evidence", _PROOF)),
    sa.Column("due_at", Instant),
    sa.Column("pushed_at", Instant),
    sa.Column("error_code", Key, info=impersonal()),
    sa.Column("error", sa.Text, info=personal("evidence", "tell why İYS refused it", mask="text")),
    sa.Column("is_refused", sa.Boolean, nullable=False),
    sa.Column("tries", sa.BigInteger, nullable=False),
    sa.Column("next_try_at", Instant),
    sa.Index("ecrm_iys_record_due_ix", "shop", "due_at"),
    sa.Index("ecrm_iys_record_profile_ix", "shop", "profile_id"),
)
READ = sa.Table(
    "ecrm_iys_read",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
)
_FIELDS = tuple(field.name for field in attrs.fields(Entry))
_KEY = ("recipient", "recipient_type", "type")


def find(transaction: Transaction, shop: str, key: tuple[str, str, str]) -> Entry | None:
    """Give what is known of an address: recipient, recipient type, type."""
    found = _entries(transaction, shop, *(RECORD.c[name] == value for name, value in zip(_KEY, key, strict=True)))
    return found[0] if found else None


def wanted(transaction: Transaction, shop: str, limit: int, before: dt.datetime | None = None) -> list[Entry]:
    """Give what İYS is still to hold, what is due first first.

    Args:
        transaction: Where it is read.
        shop: Whose.
        limit: How many at most.
        before: Only what is due before this.
    """
    chosen = [RECORD.c.due_at.is_not(None)] if before is None else [RECORD.c.due_at < before]
    return _entries(transaction, shop, *chosen, limit=limit)


def save(transaction: Transaction, shop: str, entries: Iterable[Entry]) -> None:
    """Keep what is known of addresses."""
    for entry in entries:
        values = {name: getattr(entry, name) for name in _FIELDS}
        same = (RECORD.c[name] == values[name] for name in _KEY)
        if not transaction.core(RECORD.update().where(RECORD.c.shop == shop, *same).values(**values)).rowcount:
            transaction.core(RECORD.insert().values(shop=shop, **values))


def count(transaction: Transaction, shop: str) -> dict[str, int]:
    """Count the records by what İYS is known to hold: ONAY, RET, and "" where it is not known."""
    query = sa.select(RECORD.c.known_status, sa.func.count()).where(RECORD.c.shop == shop)
    found = transaction.core(query.group_by(RECORD.c.known_status))
    return {row[0] or "": row[1] for row in found}


def position_of(transaction: Transaction, shop: str) -> int:
    """Give how far the log was read."""
    row = transaction.core(sa.select(READ.c.position).where(READ.c.shop == shop)).fetchone()
    return 0 if row is None else int(row[0])


def move(transaction: Transaction, shop: str, before: int, after: int) -> bool:
    """Note how far the log was read; False where another did meanwhile."""
    same = READ.c.shop == shop
    if before == 0 and transaction.core(sa.select(READ.c.position).where(same)).fetchone() is None:
        transaction.core(READ.insert().values(shop=shop, position=after))
        return True
    moved = transaction.core(READ.update().where(same, READ.c.position == before).values(position=after))
    return moved.rowcount > 0


def _entries(
    transaction: Transaction, shop: str, *chosen: sa.ColumnElement[bool], limit: int | None = None
) -> list[Entry]:
    query = sa.select(*(RECORD.c[name] for name in _FIELDS)).where(RECORD.c.shop == shop, *chosen)
    rows: Sequence[sa.Row[tuple[object, ...]]] = transaction.core(
        query.order_by(RECORD.c.due_at, *(RECORD.c[name] for name in _KEY)).limit(limit)
    ).fetchall()
    return [Entry(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public way to read by name
