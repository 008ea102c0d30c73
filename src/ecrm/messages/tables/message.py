"""Messages: what is asked for, what waits, who is delivering it, what became of it.

A message is delivered by whoever holds its fence: a number that goes up each time it is taken. Who was
stopped for longer than the lease finds another number and settles nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from ecrm.database.coding import Coder
from ecrm.database.metadata import METADATA
from ecrm.database.rows import Change, Lookup, Put
from ecrm.database.transaction import Transaction
from ecrm.database.types import Id, Instant, Json, Key
from ecrm.values.personal import aged_by, impersonal, personal

__all__ = ["MESSAGE", "MessageRow"]

_TELL = "tell the customer what they asked for or agreed to"
MESSAGE = sa.Table(
    "ecrm_message",
    METADATA,
    sa.Column("shop", Key, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("purpose", Key, nullable=False, info=impersonal()),
    sa.Column("is_commercial", sa.Boolean, nullable=False),
    sa.Column("wanted", Key, nullable=False, info=impersonal()),
    sa.Column("message", Json, nullable=False, info=personal("content", _TELL)),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("state", Key, nullable=False, info=impersonal()),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("channel", Key, info=impersonal()),
    sa.Column("address_kind", Key, info=impersonal()),
    sa.Column("address", sa.Text, info=personal("contact", _TELL)),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sa.Column("leased_until", Instant),
    sa.Column("tries", sa.BigInteger, nullable=False),
    sa.Column("authorised_at", Instant),
    sa.Column("settled_at", Instant),
    sa.Column("provider_id", Key, info=personal("activity", "know what became of a message", mask="id")),
    sa.Column("trail", Json, nullable=False, info=personal("activity", "know what became of a message")),
    sa.Index(
        "ecrm_message_due_ix", "due_at", "id",
        sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index(
        "ecrm_message_leased_ix", "leased_until",
        sqlite_where=sa.text("state = 'sending'"), postgresql_where=sa.text("state = 'sending'"),
    ),
    sa.Index("ecrm_message_customer_ix", "shop", "customer_id", "authorised_at"),
    sa.Index("ecrm_message_profile_ix", "shop", "profile_id"),
    # A message that waits has no such id: what is written twice until it went is not written here as well.
    sa.Index(
        "ecrm_message_provider_ix", "shop", "provider_id",
        sqlite_where=sa.text("provider_id IS NOT NULL"), postgresql_where=sa.text("provider_id IS NOT NULL"),
    ),
    info=aged_by("settled_at"),
)  # fmt: skip
WAITING, SENDING, SENT = "waiting", "sending", "sent"
SUPPRESSED, FAILED, PARKED, UNCERTAIN = "suppressed", "failed", "parked", "uncertain"
STATES = (WAITING, SENDING, SENT, SUPPRESSED, FAILED, PARKED, UNCERTAIN)
_COLUMNS = tuple(column.name for column in MESSAGE.columns if column.name != "shop")
_ALL = ("shop", *_COLUMNS)
_CODER = Coder([MESSAGE.c[name] for name in _ALL])
_CHANGING = (
    "state", "due_at", "channel", "address_kind", "address", "fence", "leased_until", "tries", "authorised_at",
    "settled_at", "provider_id", "trail",
)  # fmt: skip


@attrs.frozen(kw_only=True, repr=False)
class MessageRow:
    """A message as it is kept; times are UTC, `trail` says what was decided about it, oldest first."""

    shop: str
    id: UUID
    profile_id: UUID
    customer_id: UUID
    purpose: str
    is_commercial: bool
    wanted: str
    message: Mapping[str, Any]
    asked_at: dt.datetime
    expires_at: dt.datetime
    state: str = WAITING
    due_at: dt.datetime
    channel: str | None = None
    address_kind: str | None = None
    address: str | None = None
    fence: int = 0
    leased_until: dt.datetime | None = None
    tries: int = 0
    authorised_at: dt.datetime | None = None
    settled_at: dt.datetime | None = None
    provider_id: str | None = None
    trail: tuple[Mapping[str, Any], ...] = ()

    def __repr__(self) -> str:
        return f"<MessageRow {self.id} {self.state}>"

    def noted(self, at: dt.datetime, state: str, because: str, **changes: Any) -> MessageRow:
        """Give it with another state, and a line of the trail that says why."""
        line = {"at": at.isoformat(), "state": state, "because": because}
        return attrs.evolve(self, state=state, trail=(*self.trail, line), **changes)


_INSERT = Put(MESSAGE, ("shop", "id"), _ALL)
_CHANGE = Change(MESSAGE, ("shop", "id"), _CHANGING)
_BY_ID = Lookup(MESSAGE, ("shop", "id"), _ALL)
_STATE = Lookup(MESSAGE, ("shop", "id"), ("state",))
_BY_PROVIDER = Lookup(MESSAGE, ("shop", "provider_id"), _ALL)


def insert_messages(transaction: Transaction, rows: Sequence[MessageRow]) -> None:
    """Keep messages that were asked for; one that is there stays as it is."""
    _INSERT.run(transaction, [(row.shop, *(_plain(row, name) for name in _COLUMNS)) for row in rows])


def save_messages(transaction: Transaction, rows: Sequence[MessageRow]) -> None:
    """Write what changed of messages this transaction holds."""
    _CHANGE.run(transaction, [(row.shop, row.id, *(_plain(row, name) for name in _CHANGING)) for row in rows])


def find_messages(transaction: Transaction, shop: str, ids: Collection[UUID]) -> list[MessageRow]:
    """Find messages by id."""
    return [_row(row) for row in _BY_ID.rows(transaction, [(shop, id_) for id_ in ids])]


def find_by_provider(transaction: Transaction, shop: str, provider_ids: Collection[str]) -> list[MessageRow]:
    """Find messages by what the provider calls them."""
    return [_row(row) for row in _BY_PROVIDER.rows(transaction, [(shop, id_) for id_ in provider_ids])]


def selected(dialect: str) -> str:
    """Write the columns of a row, of the table `t`, for a statement of the driver's whose rows `rows_of` reads."""
    names = (f"t.{name}::text" if name in {"message", "trail"} and dialect == "postgresql" else f"t.{name}"
             for name in _ALL)  # fmt: skip
    return ", ".join(names)


def rows_of(transaction: Transaction, found: Sequence[Sequence[Any]]) -> list[MessageRow]:
    """Read rows of the columns that `selected` writes."""
    return [_row(row) for row in _CODER.decoded(transaction.dialect, [tuple(row) for row in found])]


def hold_budgets(transaction: Transaction, shop: str, customers: Collection[UUID]) -> frozenset[UUID]:
    """Give those of some customers of whom no other worker is deciding; held until the transaction ends.

    What goes to one customer is counted, so one worker at a time decides about them.
    """
    ids = sorted(customers)
    if transaction.is_sqlite or not ids:
        return frozenset(ids)
    # Two numbers: the space of single ones belongs to the positions of the log.
    sql = (
        "SELECT id FROM unnest(%s::uuid[]) AS id WHERE pg_try_advisory_xact_lock(1701013872, hashtext(%s || id::text))"
    )
    return frozenset(row[0] for row in transaction.run(sql, (ids, shop)))


def state_of(transaction: Transaction, shop: str, id_: UUID) -> str | None:
    """Give the state of a message as it is now; None where there is none."""
    found = _STATE.rows(transaction, [(shop, id_)])
    return found[0][0] if found else None


def hold_messages(transaction: Transaction, keys: Collection[tuple[str, UUID]]) -> list[MessageRow]:
    """Give messages as they are now; held until the transaction ends."""
    by_shop: dict[str, list[UUID]] = {}
    for shop, id_ in keys:
        by_shop.setdefault(shop, []).append(id_)
    found: list[MessageRow] = []
    for shop in sorted(by_shop):
        query = sa.select(*MESSAGE.c).where(MESSAGE.c.shop == shop, MESSAGE.c.id.in_(sorted(by_shop[shop])))
        query = query.order_by(MESSAGE.c.id)
        if not transaction.is_sqlite:
            query = query.with_for_update()
        found += [_from_core(row) for row in transaction.core(query)]
    return found


def claim_left(transaction: Transaction, now: dt.datetime, limit: int) -> list[MessageRow]:
    """Give messages whose worker never came back with an answer; held until the transaction ends."""
    chosen = MESSAGE.c
    query = sa.select(*chosen).where(chosen.state == sa.literal_column("'sending'"), chosen.leased_until <= now)
    query = query.order_by(chosen.leased_until).limit(limit)
    return [_from_core(row) for row in transaction.core(_for_update(transaction, query))]


def has_left(transaction: Transaction, now: dt.datetime) -> bool:
    """Tell whether any message was taken by a worker that never came back."""
    chosen = MESSAGE.c
    query = sa.select(chosen.id).where(chosen.state == sa.literal_column("'sending'"), chosen.leased_until <= now)
    return transaction.core(query.limit(1)).first() is not None


def messages_since(
    transaction: Transaction, shop: str, states: Collection[str], since: dt.datetime, limit: int
) -> list[MessageRow]:
    """Give messages in some states that were asked for since a time; held until the transaction ends."""
    chosen = MESSAGE.c
    query = sa.select(*chosen).where(chosen.shop == shop, chosen.state.in_(sorted(states)), chosen.asked_at >= since)
    query = query.order_by(chosen.asked_at, chosen.id).limit(limit)
    return [_from_core(row) for row in transaction.core(_for_update(transaction, query))]


def messages_of(
    transaction: Transaction, shop: str, customer_id: UUID | None, state: str | None, limit: int
) -> list[MessageRow]:
    """Give messages, the newest first: of one customer, in one state, or all."""
    chosen = MESSAGE.c
    query = sa.select(*chosen).where(chosen.shop == shop)
    if customer_id is not None:
        query = query.where(chosen.customer_id == customer_id)
    if state is not None:
        query = query.where(chosen.state == state)
    return [_from_core(row) for row in transaction.core(query.order_by(chosen.id.desc()).limit(limit))]


def sent_since(
    transaction: Transaction, shop: str, customers: Collection[UUID], since: dt.datetime
) -> list[tuple[UUID, dt.datetime, str, str, bool]]:
    """Give what went, or is about to go, to customers: customer, when, purpose, channel, whether it is advertising."""
    chosen = MESSAGE.c
    query = sa.select(
        chosen.customer_id, chosen.authorised_at, chosen.purpose, chosen.channel, chosen.is_commercial
    ).where(
        chosen.shop == shop,
        chosen.customer_id.in_(sorted(customers)),
        chosen.authorised_at > since,
        chosen.state.in_((SENDING, SENT, UNCERTAIN)),
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in transaction.core(query)]


def count_states(transaction: Transaction, shop: str) -> dict[str, int]:
    """Give how many messages are in each state."""
    query = sa.select(MESSAGE.c.state, sa.func.count()).where(MESSAGE.c.shop == shop).group_by(MESSAGE.c.state)
    return {row[0]: row[1] for row in transaction.core(query)}


def next_due(transaction: Transaction, after: dt.datetime) -> dt.datetime | None:
    """Give when the next message is due, of those after a time."""
    query = sa.select(sa.func.min(MESSAGE.c.due_at)).where(_waits(), MESSAGE.c.due_at > after)
    found: dt.datetime | None = transaction.core(query).scalar_one()
    return found


def oldest_due(transaction: Transaction, now: dt.datetime) -> dt.datetime | None:
    """Give since when the message waits that is due longest."""
    query = sa.select(sa.func.min(MESSAGE.c.due_at)).where(_waits(), MESSAGE.c.due_at <= now)
    found: dt.datetime | None = transaction.core(query).scalar_one()
    return found


def _waits() -> sa.ColumnElement[bool]:
    # A literal, so that the partial index serves.
    return MESSAGE.c.state == sa.literal_column("'waiting'")


def _for_update(transaction: Transaction, query: sa.Select[Any]) -> sa.Select[Any]:
    return query if transaction.is_sqlite else query.with_for_update(skip_locked=True)


def _plain(row: MessageRow, name: str) -> Any:
    value = getattr(row, name)
    return json.dumps(value, default=dict) if name in {"message", "trail"} else value


def _row(row: Sequence[Any]) -> MessageRow:
    held = dict(zip(_ALL, row, strict=True))
    held["message"] = json.loads(held["message"])
    # Most messages have no trail.
    held["trail"] = () if held["trail"] == "[]" else tuple(json.loads(held["trail"]))
    return MessageRow(**held)


def _from_core(row: Any) -> MessageRow:
    held = row._asdict()
    return MessageRow(**{**held, "trail": tuple(held["trail"])})
