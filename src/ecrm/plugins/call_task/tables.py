"""The table of calls to make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from ecrm.database import Transaction
from ecrm.database.types import Id, Instant, Key
from ecrm.values.personal import aged_by, impersonal, personal

__all__ = ["METADATA", "TASK", "CallTask", "close_task", "file_task", "load_task", "open_tasks"]

METADATA = sa.MetaData()
# The profile a row came by never changes; the customer moves with it, as the Follower says.
TASK = sa.Table(
    "ecrm_call_task_task",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("phone", sa.Text, nullable=False, info=personal("contact", "call the customer", mask="phone")),
    sa.Column("purpose", sa.Text, nullable=False, info=impersonal()),
    sa.Column("language", sa.Text, nullable=False, info=impersonal()),
    sa.Column("subject", sa.Text, info=personal("content", "call the customer about what they asked for")),
    sa.Column(
        "script", sa.Text, nullable=False, info=personal("content", "call the customer about what they asked for")
    ),
    sa.Column("filed_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    sa.Column("outcome", sa.Text, info=personal("content", "call the customer about what they asked for")),
    sa.Index("ecrm_call_task_task_open_ix", "shop", "closed_at", "filed_at"),
    sa.Index("ecrm_call_task_task_profile_ix", "shop", "profile_id"),
    info=aged_by("closed_at"),
)


@attrs.frozen(repr=False)
class CallTask:
    """Be a call that is to be made, or was.

    Args:
        id: The message's.
        customer_id: Whom.
        phone: The number, E.164.
        purpose: What for.
        language: BCP 47.
        subject: What about; None where the message says none.
        script: What to say.
        filed_at: Since when it waits, UTC.
        closed_at: When it was made or given up; None while it is open.
        outcome: How it ended; None while it is open.
    """

    id: UUID
    customer_id: UUID
    phone: str
    purpose: str
    language: str
    subject: str | None
    script: str
    filed_at: dt.datetime
    closed_at: dt.datetime | None = None
    outcome: str | None = None

    def __repr__(self) -> str:
        return f"<CallTask {self.id} {self.outcome or 'open'}>"


_FIELDS = [TASK.c[field.name] for field in attrs.fields(CallTask)]


def file_task(transaction: Transaction, shop: str, profile_id: UUID, task: CallTask) -> bool:
    """Keep a call to make; give whether it is new."""
    if load_task(transaction, shop, task.id) is not None:
        return False
    transaction.core(TASK.insert().values(shop=shop, profile_id=profile_id, **attrs.asdict(task)))
    return True


def load_task(transaction: Transaction, shop: str, id_: UUID) -> CallTask | None:
    """Give a call."""
    rows = transaction.core(sa.select(*_FIELDS).where(TASK.c.shop == shop, TASK.c.id == id_))
    return next(map(_task, rows), None)


def open_tasks(transaction: Transaction, shop: str, limit: int) -> list[CallTask]:
    """Give the calls that wait, the oldest first."""
    wanted = sa.select(*_FIELDS).where(TASK.c.shop == shop, TASK.c.closed_at.is_(None))
    return [_task(row) for row in transaction.core(wanted.order_by(TASK.c.filed_at, TASK.c.id).limit(limit))]


def close_task(transaction: Transaction, shop: str, id_: UUID, outcome: str, at: dt.datetime) -> bool:
    """Close a call; give whether it was open."""
    which = (TASK.c.shop == shop, TASK.c.id == id_, TASK.c.closed_at.is_(None))
    changed = transaction.core(TASK.update().where(*which).values(outcome=outcome, closed_at=at))
    return bool(changed.rowcount)


def _task(row: Sequence[Any]) -> CallTask:
    return CallTask(*row)
