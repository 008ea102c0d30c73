"""Translate deliveries that wait in the inbox into events, each a row of the inbox of its own.

The plugin's code runs outside any transaction, under a deadline. The delivery is done in the transaction
that puts its events in, so that they come in once; what can not be translated is rejected, with its raw
body, and can be replayed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from ecrm.customers.tables.tombstone import has_tombstones
from ecrm.database import Transaction
from ecrm.deadlines import DeadlineError
from ecrm.errors import InvalidError
from ecrm.hookspecs import Asked, Delivery
from ecrm.hookspecs.sources import MOST_EVENTS
from ecrm.interactions.model.entry import Entry, make_entry
from ecrm.interactions.suppressing import erased_places
from ecrm.interactions.tables import delivery as delivery_table
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.interactions.tables.delivery import DeliveryRow
from ecrm.privacy.asking import open_asked
from ecrm.shops.model import Settings
from ecrm.shops.tables import load_settings
from ecrm.sources.parts import OwnedSource, SourceParts
from ecrm.sources.wires import told_of, wires_of
from ecrm.values.strict_json import read_json
from ecrm.values.text import storable

__all__ = ["Translator"]

_LOG = logging.getLogger("ecrm.sources")
AT_ONCE = 100
# A source that hangs rests, so that its deadline is not waited for a hundred times while others wait.
REST = dt.timedelta(seconds=60)
_MOST_REASONS = 20
Reasons = dict[str, list[str]]


class Translated(NamedTuple):
    """What a delivery tells: events as the inbox keeps them, and what it asks for by law."""

    raws: list[bytes]
    asked: list[Asked]


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
        self._resting: dict[str, dt.datetime] = {}

    def translate(self) -> tuple[int, int]:
        """Translate some of what waits; give how many deliveries are done, and how many were rejected."""
        with self._parts.database.read() as transaction:
            rows = delivery_table.waiting_deliveries(transaction, AT_ONCE, self._at_rest())
        done = rejected = 0
        for row in rows:
            if row.source in self._resting:
                continue
            translated = self._translated(row)
            if isinstance(translated, dict):
                rejected += self._reject(row, translated)
            else:
                done += self._put(row, translated)
        return done, rejected

    def _at_rest(self) -> list[str]:
        now = self._parts.now()
        self._resting = {source: until for source, until in self._resting.items() if now < until <= now + REST}
        return list(self._resting)

    def _translated(self, row: DeliveryRow) -> Translated | Reasons:
        owned = self._sources.get(row.source)
        if owned is None or owned.record.translate is None:
            return {"source": ["no plugin that is there brings this source: install it, then replay"]}
        if not self._is_on(owned.plugin, row.shop):
            return {"source": ["the plugin is off in this shop: switch it on, then replay"]}
        try:
            return self._called(owned, row)
        except Exception as error:  # noqa: BLE001 - whatever one delivery does, the others go on
            if isinstance(error, DeadlineError):
                self._resting[row.source] = self._parts.now() + REST
            return _reasons(error)

    def _called(self, owned: OwnedSource, row: DeliveryRow) -> Translated:
        source, translate = owned.record, owned.record.translate
        assert translate is not None  # noqa: S101 - the caller looked
        body = read_json(row.raw, source.body_limit) if source.form == "json" else row.raw
        delivery = Delivery(row.shop, row.delivery_id, row.context)
        told = self._parts.runner.call(
            lambda: list(islice(translate(body, delivery), MOST_EVENTS + 1)), deadline_s=source.deadline_s
        )
        if len(told) > MOST_EVENTS:
            raise InvalidError.of("events", f"give at most {MOST_EVENTS:,} events at once")
        events = [one for one in told if not isinstance(one, Asked)]
        asked = [one for one in told if isinstance(one, Asked)]
        return Translated(wires_of(events, row.source, row.received_at, row.delivery_id), asked)

    def _put(self, row: DeliveryRow, translated: Translated) -> int:
        raws = translated.raws
        now = self._parts.now()

        def work(transaction: Transaction) -> int:
            gone = self._erased(transaction, row.shop, raws)
            if not delivery_table.settle_delivery(transaction, row.id, now, with_raw=not gone):
                return 0
            left = [raw for place, raw in enumerate(raws) if place not in gone]
            delivery_table.put_wires(transaction, row.shop, row.source, left, row.received_at)
            delivery_table.count_erased(transaction, row.shop, row.source, len(gone), now)
            settings = _settings(transaction, row.shop) if translated.asked else None
            for place, asked in enumerate(translated.asked):
                key = (row.source, f"{row.delivery_id}:{place}")
                open_asked(transaction, row.shop, asked, key, row.received_at, settings or Settings())
            return 1

        return self._parts.transact(work)

    def _erased(self, transaction: Transaction, shop: str, raws: Sequence[bytes]) -> set[int]:
        if not has_tombstones(transaction, shop):
            return set()
        settings = _settings(transaction, shop)
        entries: dict[int, Entry] = {}
        for place, raw in enumerate(raws):
            # What can not be stored anyway is rejected by who receives it.
            with contextlib.suppress(InvalidError):
                entries[place] = make_entry(json.loads(raw), settings)
        found = erased_places(transaction, shop, [*entries.values()], self._parts.kit.keys)
        return {place for number, place in enumerate(entries) if number in found}

    def _reject(self, row: DeliveryRow, reasons: Reasons) -> int:
        _LOG.warning("inbox row %d was rejected: %s", row.id, ", ".join(reasons))
        now = self._parts.now()
        self._parts.transact(lambda transaction: inbox_table.reject_row(transaction, row.id, reasons, now))
        return 1


def _settings(transaction: Transaction, shop: str) -> Settings:
    return Settings(**(load_settings(transaction, shop) or {}))


def _reasons(error: Exception) -> Reasons:
    fields = error.fields if isinstance(error, InvalidError) else {}
    if not fields:
        return {"event": [f"translating it failed: {told_of(error)}"]}
    return {
        storable(name): [storable(said) for said in messages][:_MOST_REASONS]
        for name, messages in [*fields.items()][:_MOST_REASONS]
    }
