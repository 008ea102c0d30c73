"""Translate deliveries that wait in the inbox into events, each a row of the inbox of its own.

The plugin's code runs outside any transaction, under a deadline. The delivery is done in the transaction
that puts its events in, so that they come in once; what can not be translated is rejected, with its raw
body, and can be replayed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ecrm.database import Transaction
from ecrm.deadlines import DeadlineError, EndedError
from ecrm.errors import InvalidError, UnavailableError
from ecrm.hookspecs import Delivery
from ecrm.interactions.events import Event
from ecrm.interactions.model.entry import LONGEST_BODY, check_named, settle
from ecrm.interactions.tables import delivery as delivery_table
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.interactions.tables.delivery import DeliveryRow
from ecrm.interactions.wire import to_wire
from ecrm.reactions.model.cause import said_of
from ecrm.sources.parts import OwnedSource, SourceParts
from ecrm.values.strict_json import read_json

__all__ = ["Translator", "wires_of"]

_LOG = logging.getLogger("ecrm.sources")
AT_ONCE = 100
MOST_EVENTS = 10_000
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
Reasons = dict[str, list[str]]


class Translator:
    """Translate what waits.

    Args:
        parts: What translating shares with the rest.
        sources: Of every plugin that is on.
        is_on: Tells whether a plugin is on in a shop.
    """

    def __init__(self, parts: SourceParts, sources: Sequence[OwnedSource], is_on: Callable[[str, str], bool]) -> None:
        self._parts = parts
        self._sources: Mapping[str, OwnedSource] = {one.record.name: one for one in sources}
        self._is_on = is_on

    def translate(self) -> tuple[int, int]:
        """Translate some of what waits; give how many deliveries are done, and how many were rejected."""
        with self._parts.database.read() as transaction:
            rows = delivery_table.waiting_deliveries(transaction, AT_ONCE)
        done = rejected = 0
        for row in rows:
            try:
                raws = self._translated(row)
            except UnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever one delivery does, the others go on
                rejected += self._reject(row, _reasons(error))
            else:
                done += self._put(row, raws)
        return done, rejected

    def _translated(self, row: DeliveryRow) -> list[bytes]:
        owned = self._sources.get(row.source)
        translate = None if owned is None else owned.record.translate
        if owned is None or translate is None:
            raise InvalidError.of("source", "no plugin that is on brings this source: switch it on, then replay")
        if not self._is_on(owned.plugin, row.shop):
            raise InvalidError.of("source", "the plugin is off in this shop: switch it on, then replay")
        body = read_json(row.raw, owned.record.body_limit) if owned.record.form == "json" else row.raw
        delivery = Delivery(row.shop, row.delivery_id, row.context)
        events = self._parts.runner.call(lambda: list(translate(body, delivery)), deadline_s=owned.record.deadline_s)
        return wires_of(events, row.source, row.delivery_id, row.received_at)

    def _put(self, row: DeliveryRow, raws: Sequence[bytes]) -> int:
        now = self._parts.now()

        def work(transaction: Transaction) -> int:
            if not delivery_table.settle_delivery(transaction, row.id, now):
                return 0
            delivery_table.put_wires(transaction, row.shop, row.source, raws, row.received_at)
            return 1

        return self._parts.transact(work)

    def _reject(self, row: DeliveryRow, reasons: Reasons) -> int:
        _LOG.warning("inbox row %d was rejected: %s", row.id, ", ".join(reasons))
        now = self._parts.now()
        self._parts.transact(lambda transaction: inbox_table.reject_row(transaction, row.id, reasons, now))
        return 1


def wires_of(events: Iterable[Any], source: str, delivery_id: str, at: Any) -> list[bytes]:
    """Give events as the inbox keeps them: of their source, each with an id that is the same every time.

    Args:
        events: What a plugin gave.
        source: The source.
        delivery_id: What ids are made of where an event has none of its own.
        at: When those without a time happened.

    Raises:
        InvalidError: Something is no event, names nobody, or is too long.
    """
    raws = []
    for place, event in enumerate(events):
        if not isinstance(event, Event):
            raise InvalidError.of("event", "translate and pull give events, as events.OrderCompleted(…)")
        if place >= MOST_EVENTS:
            raise InvalidError.of("events", f"give at most {MOST_EVENTS:,} events at once")
        wire = dict(to_wire(event))
        wire.setdefault("source", source)
        key = event.natural_key()
        if key is None:
            wire.setdefault("messageId", f"{delivery_id}:{place}")
        check_named(event.event_name, event.customer)
        raw = _encode(settle(wire, key, at, _no_id)).encode()
        if len(raw) > LONGEST_BODY:
            raise InvalidError.of("properties", "send at most 1 MiB: keep large things elsewhere and link them")
        raws.append(raw)
    return raws


def _no_id() -> Any:
    message = "every event that is translated has an id of its own"
    raise AssertionError(message)


def _reasons(error: Exception) -> Reasons:
    if isinstance(error, InvalidError):
        return error.fields or {"event": [str(error)]}
    if isinstance(error, DeadlineError | EndedError):
        return {"event": [f"translating it failed: {error}"]}
    return {"event": [f"translating it failed: {said_of(error)}"]}
