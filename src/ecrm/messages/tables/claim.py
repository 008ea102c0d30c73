"""The statements each delivery runs: claim what is due, take it, note that it went. Each is one, over many messages.

They go to the driver; many rows travel as one JSON document, which costs it least. What else is read and
written of messages is in `message`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from ecrm.database.transaction import Transaction
from ecrm.database.types import id_of, micros
from ecrm.messages.tables.message import SENDING, MessageRow, rows_of, selected

__all__ = ["Gone", "Went", "due_messages", "due_shops", "note_gone", "take_messages"]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# The state is a literal, so that the partial index serves.
_DUE_SHOPS = (
    "SELECT DISTINCT shop FROM (SELECT shop FROM ecrm_message WHERE state = 'waiting' AND due_at <= {0} "
    "ORDER BY due_at, id LIMIT {0}) AS first"
)
_DUE_POSTGRESQL = (
    f"SELECT {selected('postgresql')} FROM ecrm_message t WHERE state = 'waiting' AND due_at <= %s "
    "AND shop = ANY(%s) AND NOT EXISTS (SELECT 1 FROM unnest(%s::text[], %s::text[]) AS r(shop, channel) "
    "WHERE r.shop = t.shop AND r.channel = t.wanted) ORDER BY due_at, id LIMIT %s"
)
_DUE_SQLITE = (
    f"SELECT {selected('sqlite')} FROM ecrm_message t WHERE state = 'waiting' AND due_at <= ? "
    "AND shop IN (SELECT value FROM json_each(?)) AND NOT EXISTS (SELECT 1 FROM json_each(?) r "
    "WHERE json_extract(r.value, '$[0]') = t.shop AND json_extract(r.value, '$[1]') = t.wanted) "
    "ORDER BY due_at, id LIMIT ?"
)
_TAKE_POSTGRESQL = (
    "UPDATE ecrm_message AS t SET state = 'sending', channel = s.channel, address_kind = s.kind, "
    "address = s.address, fence = s.fence, leased_until = s.until, tries = s.tries, authorised_at = %s "
    "FROM json_to_recordset(%s) AS s(shop text, id uuid, channel text, kind text, address text, fence bigint, "
    "until timestamptz, tries bigint) WHERE t.shop = s.shop AND t.id = s.id"
)
_TAKE_SQLITE = (
    "UPDATE ecrm_message SET state = 'sending', channel = ?, address_kind = ?, address = ?, fence = ?, "
    "leased_until = ?, tries = ?, authorised_at = ? WHERE shop = ? AND id = ?"
)
_GONE_POSTGRESQL = (
    "UPDATE ecrm_message AS t SET state = 'sent', settled_at = %s, leased_until = NULL, "
    "provider_id = s.provider_id FROM json_to_recordset(%s) AS s(id uuid, fence bigint, provider_id text) "
    "WHERE t.shop = %s AND t.id = s.id AND t.fence = s.fence AND t.state = 'sending' "
    "RETURNING t.id, t.profile_id, t.address_kind, t.address"
)
_GONE_SQLITE = (
    "UPDATE ecrm_message SET state = 'sent', settled_at = ?, leased_until = NULL, provider_id = ? "
    "WHERE shop = ? AND id = ? AND fence = ? AND state = 'sending' "
    "RETURNING id, profile_id, address_kind, address"
)


class Went(NamedTuple):
    """A message a provider has.

    Args:
        id: The message.
        fence: With which it was taken.
        provider_id: What the provider calls it.
    """

    id: UUID
    fence: int
    provider_id: str | None


class Gone(NamedTuple):
    """A message that was noted to have gone, as it is now: who was erased meanwhile has no address any more."""

    id: UUID
    profile_id: UUID
    address_kind: str | None
    address: str | None

    def __repr__(self) -> str:
        return f"<Gone {self.id}>"


def due_shops(transaction: Transaction, now: dt.datetime, limit: int) -> list[str]:
    """Name the shops of the messages that are due first."""
    if transaction.is_sqlite:
        found = transaction.run(_DUE_SHOPS.format("?"), (micros(now), limit))
    else:
        found = transaction.run(_DUE_SHOPS.format("%s"), (now, limit))
    return sorted(row[0] for row in found)


def due_messages(
    transaction: Transaction,
    now: dt.datetime,
    shops: Collection[str],
    resting: Collection[tuple[str, str]],
    limit: int,
    *,
    holds: bool,
) -> list[MessageRow]:
    """Give messages that are due.

    Args:
        transaction: Where they are read; an open one where they are to be held.
        now: The time.
        shops: Whose messages.
        resting: By which channels nothing goes now: shop and channel.
        limit: How many at most.
        holds: Whether they are held until the transaction ends, without those that another worker holds.
    """
    if transaction.is_sqlite:
        parameters = (micros(now), _encode(sorted(shops)), _encode(sorted(resting)), limit)
        found = transaction.run(_DUE_SQLITE, parameters)
    else:
        names, channels = [shop for shop, _ in resting], [channel for _, channel in resting]
        sql = _DUE_POSTGRESQL + (" FOR UPDATE SKIP LOCKED" if holds else "")
        found = transaction.run(sql, (now, sorted(shops), names, channels, limit))
    return rows_of(transaction, found.fetchall())


def take_messages(transaction: Transaction, rows: Sequence[MessageRow], at: dt.datetime) -> None:
    """Write that messages this transaction holds are being sent.

    Args:
        transaction: An open transaction.
        rows: As they are to be: by which channel, where to, until when.
        at: When that was decided.
    """
    if not rows:
        return
    if not transaction.is_sqlite:
        transaction.run(_TAKE_POSTGRESQL, (at, _encode([_taken(row) for row in rows])))
        return
    transaction.run_many(_TAKE_SQLITE, [
        (row.channel, row.address_kind, row.address, row.fence, None if row.leased_until is None else
         micros(row.leased_until), row.tries, micros(at), row.shop, row.id.bytes) for row in rows
    ])  # fmt: skip


def note_gone(transaction: Transaction, shop: str, went: Sequence[Went], at: dt.datetime) -> list[Gone]:
    """Note that providers have messages; give those that were still held with the fence they were taken with.

    Args:
        transaction: An open transaction.
        shop: Whose.
        went: The messages.
        at: When.
    """
    if not went:
        return []
    went = sorted(went)
    if transaction.is_sqlite:
        run, moment = transaction.driver.execute, micros(at)
        found = [
            row
            for one in went
            for row in run(_GONE_SQLITE, (moment, one.provider_id, shop, one.id.bytes, one.fence)).fetchall()
        ]
        return [Gone(id_of(row[0]), id_of(row[1]), *row[2:]) for row in found]
    said = _encode([{"id": one.id.hex, "fence": one.fence, "provider_id": one.provider_id} for one in went])
    return [Gone(*row) for row in transaction.run(_GONE_POSTGRESQL, (at, said, shop))]


def _taken(row: MessageRow) -> dict[str, Any]:
    assert row.state == SENDING  # noqa: S101 - whoever takes them set it
    assert row.leased_until is not None  # noqa: S101 - and until when
    return {
        "shop": row.shop, "id": row.id.hex, "channel": row.channel, "kind": row.address_kind,
        "address": row.address, "fence": row.fence, "until": row.leased_until.isoformat(), "tries": row.tries,
    }  # fmt: skip
