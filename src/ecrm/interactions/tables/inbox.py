"""The inbox: what was told and is not on a timeline yet, what was rejected and why, what is done.

Rows are events as on the wire; those with a delivery id are what another system sent, to be translated
first, see `delivery`. The table is alike in the CRM's database and in a host's SQLite file, where only
`emit` writes it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from ecrm.database.metadata import METADATA
from ecrm.database.transaction import Transaction
from ecrm.database.types import Instant, Json, Key, micros
from ecrm.values.personal import impersonal, personal

__all__ = ["CURSOR", "INBOX", "InboxRow"]

INBOX = sa.Table(
    "ecrm_inbox",
    METADATA,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
    sa.Column("shop", Key, nullable=False),
    sa.Column("source", Key, nullable=False, info=impersonal()),
    sa.Column("delivery_id", Key, info=personal("activity", "take in each delivery once", mask="id")),
    sa.Column("state", Key, nullable=False, server_default="waiting", info=impersonal()),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("settled_at", Instant),
    sa.Column("raw", sa.LargeBinary, nullable=False, info=personal("content", "take in what was told")),
    sa.Column("reasons", Json, info=impersonal()),
    sa.Column("context", Json, info=personal("device", "take in what was told")),
    sa.Index(
        "ecrm_inbox_waiting_ix", "id",
        sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index(
        "ecrm_inbox_delivery_uq", "shop", "source", "delivery_id", unique=True,
        sqlite_where=sa.text("delivery_id IS NOT NULL"), postgresql_where=sa.text("delivery_id IS NOT NULL"),
    ),
    sqlite_autoincrement=True,
)  # fmt: skip
# Up to where the inbox in a host's SQLite file has been received; kept on the CRM's side.
CURSOR = sa.Table(
    "ecrm_cursor",
    METADATA,
    sa.Column("name", Key, primary_key=True, info=impersonal()),
    sa.Column("position", sa.BigInteger, nullable=False),
)
_IS_FINISHED = sa.or_(INBOX.c.state == "done", sa.and_(INBOX.c.state == "rejected", sa.func.length(INBOX.c.raw) == 0))
HOST = "host inbox"
EMITTED = "emit"


class InboxRow(NamedTuple):
    """A row of the inbox."""

    id: int
    shop: str
    source: str
    raw: bytes

    def __repr__(self) -> str:
        return f"<InboxRow {self.id}>"


def put_events(transaction: Transaction, shop: str, events: Sequence[str], at: dt.datetime) -> None:
    """Put many events of a shop in, each as JSON."""
    if not events:
        return
    if transaction.is_sqlite:
        sql = "INSERT INTO ecrm_inbox (shop, source, received_at, raw) VALUES (?, ?, ?, ?)"
        transaction.run_many(sql, [(shop, EMITTED, micros(at), raw.encode()) for raw in events])
        return
    # All in one document: it costs the driver a tenth of a parameter for each.
    sql = (
        "INSERT INTO ecrm_inbox (shop, source, received_at, raw) SELECT %s, %s, %s, convert_to(e.value, 'UTF8') "
        "FROM json_array_elements_text(%s) WITH ORDINALITY AS e(value, place) ORDER BY e.place"
    )
    transaction.run(sql, (shop, EMITTED, at, json.dumps(events, ensure_ascii=False)))


def claim_rows(transaction: Transaction, limit: int, ids: Collection[int] | None = None) -> list[InboxRow]:
    """Give the oldest waiting events that no other worker holds; held until the transaction ends."""
    chosen = INBOX.c
    query = sa.select(chosen.id, chosen.shop, chosen.source, chosen.raw).where(
        chosen.state == sa.literal_column("'waiting'"), chosen.delivery_id.is_(None)
    )
    if ids is not None:
        query = query.where(chosen.id.in_(sorted(ids)))
    query = query.order_by(chosen.id).limit(limit)
    if not transaction.is_sqlite:
        query = query.with_for_update(skip_locked=True)
    return [InboxRow(row.id, row.shop, row.source, bytes(row.raw)) for row in transaction.core(query)]


def read_rows(transaction: Transaction, after: int, limit: int) -> list[InboxRow]:
    """Give the rows of a host's inbox after one, without touching them."""
    rows = transaction.run(
        "SELECT id, shop, source, raw FROM ecrm_inbox WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
    )
    return [InboxRow(id_, shop, source, bytes(raw)) for id_, shop, source, raw in rows]


def settle_rows(transaction: Transaction, ids: Sequence[int], at: dt.datetime) -> None:
    """Mark rows as done."""
    if not ids:
        return
    if transaction.is_sqlite:
        sql = "UPDATE ecrm_inbox SET state = 'done', settled_at = ?, reasons = NULL WHERE id = ?"
        transaction.run_many(sql, [(micros(at), id_) for id_ in ids])
    else:
        sql = "UPDATE ecrm_inbox SET state = 'done', settled_at = %s, reasons = NULL WHERE id = ANY(%s)"
        transaction.run(sql, (at, list(ids)))


def reject_row(
    transaction: Transaction,
    id_: int,
    reasons: Mapping[str, list[str]],
    at: dt.datetime,
    *,
    with_raw: bool = True,
) -> None:
    """Mark a row as rejected, with its reasons. One that another worker stored stays done.

    Args:
        transaction: An open transaction.
        id_: The row's.
        reasons: Why, by field.
        at: When.
        with_raw: Whether its raw body stays; that of an erased person does not.
    """
    statement = INBOX.update().where(INBOX.c.id == id_, INBOX.c.state == "waiting")
    raw = {} if with_raw else {"raw": b"", "context": None}
    transaction.core(statement.values(state="rejected", reasons=dict(reasons), settled_at=at, **raw))


def keep_rejected(transaction: Transaction, row: InboxRow, reasons: Mapping[str, list[str]], at: dt.datetime) -> None:
    """Keep a rejected row of a host's inbox in our own."""
    transaction.core(
        INBOX.insert().values(
            shop=row.shop, source=row.source, raw=row.raw, state="rejected", reasons=dict(reasons),
            received_at=at, settled_at=at,
        )
    )  # fmt: skip


def rejected_rows(
    transaction: Transaction, shop: str, limit: int
) -> list[tuple[int, str, dict[str, list[str]], dt.datetime]]:
    """Give rejected rows: id, source, reasons and when they came, oldest first."""
    chosen = INBOX.c
    query = sa.select(chosen.id, chosen.source, chosen.reasons, chosen.received_at)
    query = query.where(chosen.shop == shop, chosen.state == "rejected").order_by(chosen.id).limit(limit)
    return [(row.id, row.source, row.reasons, row.received_at) for row in transaction.core(query)]


def requeue_rows(transaction: Transaction, shop: str, ids: Collection[int] | None) -> int:
    """Let rejected or done rows wait again; give how many. Without ids: every rejected row."""
    chosen = INBOX.c
    # What came of an erased person has no body any more.
    statement = INBOX.update().where(chosen.shop == shop, sa.func.length(chosen.raw) > 0)
    statement = statement.values(state="waiting", settled_at=None)
    if ids is None:
        statement = statement.where(chosen.state == "rejected")
    else:
        statement = statement.where(chosen.id.in_(sorted(ids)), chosen.state != "waiting")
    return transaction.core(statement).rowcount


def count_rows(transaction: Transaction) -> dict[str, int]:
    """Give how many rows are in each state."""
    query = sa.select(INBOX.c.state, sa.func.count()).group_by(INBOX.c.state)
    return {row[0]: row[1] for row in transaction.core(query)}


def waiting_after(transaction: Transaction, after: int) -> tuple[int, dt.datetime | None]:
    """Give how many rows of a host's inbox come after one, and when the first of them came."""
    query = sa.select(sa.func.count(), sa.func.min(INBOX.c.received_at)).where(INBOX.c.id > after)
    row = transaction.core(query).one()
    return row[0], row[1]


def last_id(transaction: Transaction) -> int:
    """Give the highest id that a host's inbox ever gave out."""
    row = transaction.run("SELECT seq FROM sqlite_sequence WHERE name = 'ecrm_inbox'").fetchone()
    return 0 if row is None else int(row[0])


def oldest_waiting(transaction: Transaction) -> dt.datetime | None:
    """Give when the oldest waiting row came."""
    query = sa.select(INBOX.c.received_at).where(INBOX.c.state == sa.literal_column("'waiting'"))
    row = transaction.core(query.order_by(INBOX.c.id).limit(1)).first()
    return None if row is None else row.received_at


def count_erased(transaction: Transaction) -> int:
    """Give how many rejected rows came of people who were erased: nothing is to be done about them."""
    query = sa.select(sa.func.count()).where(INBOX.c.state == "rejected", sa.func.length(INBOX.c.raw) == 0)
    return int(transaction.core(query).scalar_one())


def shops_with_done_rows(transaction: Transaction) -> list[str]:
    """List the shops that have rows nobody needs any more: done, or of people who were erased."""
    query = sa.select(INBOX.c.shop).where(_IS_FINISHED).distinct()
    return [row.shop for row in transaction.core(query)]


def prune_rows(transaction: Transaction, shop: str, before: dt.datetime, limit: int) -> int:
    """Delete a shop's finished rows older than a time, a bounded number; give how many went."""
    chosen = INBOX.c
    old = sa.select(chosen.id).where(chosen.shop == shop, _IS_FINISHED, chosen.settled_at < before)
    return transaction.core(INBOX.delete().where(chosen.id.in_(old.limit(limit)))).rowcount


def prune_host(
    run: Callable[[str, tuple[Any, ...]], Any], shop: str, up_to: int, before: dt.datetime, limit: int = 1_000
) -> None:
    """Delete a shop's received rows of a host's inbox, on the host's own turn to write.

    Args:
        run: Runs a statement in the transaction that has the turn.
        shop: Whose rows.
        up_to: The last row that was received.
        before: Rows from this time on stay.
        limit: How many go at most.
    """
    run(
        "DELETE FROM ecrm_inbox WHERE id IN (SELECT id FROM ecrm_inbox WHERE id <= ? AND shop = ? "
        "AND received_at < ? LIMIT ?)",
        (up_to, shop, micros(before), limit),
    )


def read_cursor(transaction: Transaction) -> int:
    """Give up to where the host's inbox has been received."""
    row = transaction.core(sa.select(CURSOR.c.position).where(CURSOR.c.name == HOST)).first()
    return 0 if row is None else row.position


def save_cursor(transaction: Transaction, position: int) -> None:
    """Keep up to where the host's inbox has been received."""
    if transaction.core(CURSOR.update().where(CURSOR.c.name == HOST).values(position=position)).rowcount == 0:
        transaction.core(CURSOR.insert().values(name=HOST, position=position))
