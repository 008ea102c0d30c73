"""Settle what came of messages: fenced, in one transaction with the events that tell of it.

Who was stopped for longer than the lease holds an old fence, and settles nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

import attrs

from ecrm.customers.tables.profile import profiles_by_id
from ecrm.database import Database, Transaction
from ecrm.hookspecs import Channel, Receipt
from ecrm.interactions.emitting import settled_wire
from ecrm.interactions.events import Event
from ecrm.interactions.recording import Kit
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.messages.model.arrangement import Arrangement
from ecrm.messages.model.circuit import backoff_s, rest_s
from ecrm.messages.receipts import event_of
from ecrm.messages.tables import claim as claim_table
from ecrm.messages.tables import line as line_table
from ecrm.messages.tables import message as message_table
from ecrm.messages.tables.claim import Gone, Went
from ecrm.messages.tables.line import LineRow
from ecrm.messages.tables.message import FAILED, SENDING, UNCERTAIN, WAITING, MessageRow
from ecrm.values import Who

__all__ = ["Counts", "Result", "Settler", "who_of"]

_LEFT_AT_ONCE = 500
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NOT_GONE = frozenset({"delayed", "uncertain", "refused", "bounced"})
_NAMED = {"email": "email", "phone": "phone", "handle": "handle", "card": "card", "anonymous": "anonymous_id"}


@attrs.frozen(repr=False)
class Result:
    """Be what came of handing one message over.

    Args:
        row: The message, as it was authorised.
        receipt: The channel's answer; None where it could not be handed over.
        said: What is to be said of it: why it could not, or what the channel failed with. Without a receipt
            and without this, its turn did not come.
    """

    row: MessageRow
    receipt: Receipt | None
    said: str


@attrs.frozen
class Counts:
    """Count what was settled."""

    sent: int
    failed: int
    stale: int


class Settler:
    """Settle messages.

    Args:
        database: Where they are.
        kit: Ids and time.
        arrangement_of: Gives what a shop arranged about its messages.
        channels: The channels by name.
        jitter: Gives a number from 0 to 1.
    """

    def __init__(
        self,
        database: Database,
        kit: Kit,
        arrangement_of: Callable[[str], Arrangement],
        channels: Mapping[str, Channel],
        jitter: Callable[[], float],
    ) -> None:
        self._database = database
        self._kit = kit
        self._arrangement_of = arrangement_of
        self._channels = channels
        self._jitter = jitter

    def settle(
        self, key: tuple[str, str], channel: Channel, results: Sequence[Result], tally: tuple[bool, int, str | None]
    ) -> Counts:
        """Keep what came of a batch.

        Args:
            key: The shop and channel.
            channel: The channel.
            results: What came of each message.
            tally: Whether the provider answered, how often in a row it did not, and with what.
        """
        by_id = {result.row.id: result for result in results}

        def work(transaction: Transaction) -> Counts:
            now = self._kit.now()
            went, rest = _parted(results)
            gone = claim_table.note_gone(transaction, key[0], went, now)
            settled = self._hold(transaction, key[0], rest, channel, now)
            self._tell(transaction, key[0], [*gone, *settled], by_id, now)
            self._save_line(transaction, key, tally, now)
            return Counts(len(gone), len(settled), len(by_id) - len(gone) - len(settled))

        return self._database.transact(work)

    def _hold(
        self, transaction: Transaction, shop: str, results: Sequence[Result], channel: Channel, now: dt.datetime
    ) -> list[MessageRow]:
        """Settle what did not go, as it is now: its trail says why."""
        if not results:
            return []
        by_id = {result.row.id: result for result in results}
        held = message_table.hold_messages(transaction, [(shop, id_) for id_ in by_id])
        mine = [row for row in held if row.state == SENDING and row.fence == by_id[row.id].row.fence]
        settled = [self._settled(row, by_id[row.id], channel, now) for row in mine]
        message_table.save_messages(transaction, settled)
        return settled

    def settle_left(self) -> int:
        """Settle messages whose worker never came back: nobody knows whether they went; give how many."""

        def work(transaction: Transaction) -> int:
            now = self._kit.now()
            rows = message_table.claim_left(transaction, now, _LEFT_AT_ONCE)
            said = "the worker that had it never came back"
            settled = [
                attrs.evolve(self._unknown(row, self._channels.get(row.channel or ""), said, now), fence=row.fence + 1)
                for row in rows
            ]
            message_table.save_messages(transaction, settled)
            return len(rows)

        with self._database.read() as transaction:
            if not message_table.has_left(transaction, self._kit.now()):
                return 0
        return self._database.transact(work)

    def _settled(self, row: MessageRow, result: Result, channel: Channel, now: dt.datetime) -> MessageRow:
        receipt = result.receipt
        if receipt is None:
            if result.said:
                return row.noted(now, FAILED, result.said, settled_at=now, leased_until=None)
            # Its turn did not come: it goes back as it was.
            return attrs.evolve(row, state=WAITING, tries=row.tries - 1, leased_until=None, authorised_at=None)
        if receipt.status == "delayed":
            return self._again(
                row, receipt, result.said or f"put off by {channel.name}: {receipt.reason or 'other'}", now
            )
        if receipt.status == "uncertain":
            return self._unknown(row, channel, result.said or f"{channel.name} can not tell whether it went", now)
        said = f"{receipt.status} by {channel.name}: {receipt.reason}"
        return row.noted(now, FAILED, said, settled_at=now, leased_until=None, provider_id=receipt.provider_id)

    def _again(self, row: MessageRow, receipt: Receipt, said: str, now: dt.datetime) -> MessageRow:
        due_at = now + dt.timedelta(seconds=backoff_s(row.tries, receipt.wait_s, self._jitter()))
        if row.tries >= self._arrangement_of(row.shop).most_tries:
            return row.noted(
                now, FAILED, f"{said}; given up after {row.tries} tries", settled_at=now, leased_until=None
            )
        if due_at >= row.expires_at:
            said = f"{said}; it would be worth nothing any more"
            return row.noted(now, FAILED, said, settled_at=now, leased_until=None)
        return row.noted(now, WAITING, said, due_at=due_at, leased_until=None, authorised_at=None)

    def _unknown(self, row: MessageRow, channel: Channel | None, said: str, now: dt.datetime) -> MessageRow:
        is_repeatable = channel is not None and channel.is_repeatable
        if is_repeatable or self._arrangement_of(row.shop).uncertain == "retry":
            return self._again(row, Receipt("uncertain"), f"{said}: it may have gone, and is tried again", now)
        return row.noted(now, UNCERTAIN, f"{said}: it may have gone", settled_at=now, leased_until=None)

    def _tell(
        self,
        transaction: Transaction,
        shop: str,
        rows: Sequence[MessageRow | Gone],
        by_id: Mapping[UUID, Result],
        now: dt.datetime,
    ) -> None:
        nameless = {row.profile_id for row in rows if row.address_kind not in _NAMED}
        whose = {row.id: row for row in profiles_by_id(transaction, shop, nameless)} if nameless else {}
        told = self._events(rows, by_id, {id_: who_of(one.kind, one.value) for id_, one in whose.items()})
        raw = [_encode(settled_wire(event, now, self._kit)) for event in told]
        inbox_table.put_events(transaction, shop, raw, now)

    def _events(
        self, rows: Sequence[MessageRow | Gone], by_id: Mapping[UUID, Result], whose: Mapping[UUID, Who | None]
    ) -> Iterator[Event]:
        for row in rows:
            taken, receipt, kind = by_id[row.id].row, by_id[row.id].receipt, row.address_kind or ""
            who = Who(**{_NAMED[kind]: row.address}) if kind in _NAMED and row.address else whose.get(row.profile_id)
            if who is None or receipt is None:
                continue
            told = event_of(receipt, channel=taken.channel or "", who=who, source="messages",
                            source_id=f"{taken.id}:{taken.fence}", message_id=taken.id)  # fmt: skip
            if told is not None:
                yield told

    def _save_line(
        self, transaction: Transaction, key: tuple[str, str], tally: tuple[bool, int, str | None], now: dt.datetime
    ) -> None:
        has_answered, failed_in_a_row, error = tally
        if not failed_in_a_row and not line_table.has_failed(transaction, key):
            return
        line: LineRow = line_table.hold_lines(transaction, [key])[key]
        failures = failed_in_a_row + (0 if has_answered else line.failures)
        rest = rest_s(failures)
        until = None if rest is None else now + dt.timedelta(seconds=rest)
        line_table.save_line(transaction, line._replace(failures=failures, rests_until=until, error=error))


def _parted(results: Sequence[Result]) -> tuple[list[Went], list[Result]]:
    """Part what a provider has from what there is more to say of."""
    went: list[Went] = []
    rest: list[Result] = []
    for one in results:
        if one.receipt is None or one.receipt.status in _NOT_GONE:
            rest.append(one)
        else:
            went.append(Went(one.row.id, one.row.fence, one.receipt.provider_id))
    return went, rest


def who_of(kind: str, value: str) -> Who | None:
    """Name whom a profile is of, as an event can; None where its identity names nobody."""
    source, _, own = value.partition(":")
    if kind == "account":
        return Who(user_id=own, source=source)
    if kind == "relay":
        return Who(email=own, source=source)
    return Who(**{_NAMED[kind]: value}) if kind in _NAMED else None
