"""Emit: put an event into the inbox, in the host's transaction or in one of our own."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable
from typing import Any, Literal, Protocol

from ecrm.database import Database
from ecrm.database.brief import Brief
from ecrm.database.host import HostUndoneError, put_into_host
from ecrm.errors import EcrmError, InvalidError
from ecrm.interactions.events import Event
from ecrm.interactions.model.entry import LONGEST_BODY, check_named, settle
from ecrm.interactions.recording import Kit
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.interactions.wire import to_wire
from ecrm.shops.model import Settings

__all__ = ["PATIENCE_S", "Emitter", "Tap", "settled_wire"]

PATIENCE_S = 5.0
_LOG = logging.getLogger("ecrm.emit")
_PRUNED_EVERY = 500
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Tap(Protocol):
    """Take what would be emitted; tests hold one instead of a database."""

    def __call__(self, shop: str, event: Event) -> None:
        """Take one event."""


class Emitter:
    """Put events into the inbox.

    Args:
        database: Where the CRM lives.
        host: The host's SQLite database, where its inbox is in a file of its own.
        kit: Ids and time.
        on_error: `log` keeps every failure from the host; `raise` shows it.
        settings_of: Gives a shop's settings: how long received rows stay in a host's file.
        patience_s: How long an event of its own transaction may take, in seconds.
    """

    def __init__(
        self,
        database: Database,
        host: Database | None,
        kit: Kit,
        on_error: Literal["log", "raise"],
        settings_of: Callable[[str], Settings],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._own = Brief(host or database, patience_s)
        self._patience_s = patience_s
        self._database = database
        self._host = host
        self._kit = kit
        self._on_error = on_error
        self._settings_of = settings_of
        self._emitted = 0
        self.tap: Tap | None = None

    def emit(self, shop: str, event: Event, connection: Any) -> bool:
        """Emit one event; give True only when its row was written."""
        if self.tap is not None:
            self.tap(shop, event)
            return True
        try:
            joined = self._put(shop, event, connection)
        except Exception as error:
            # Silence would let the host commit what it does next without what it did before.
            if self._on_error == "raise" or isinstance(error, HostUndoneError):
                raise
            said = str(error) if isinstance(error, EcrmError) else type(error).__name__
            _LOG.error("an event was not emitted: %s", said)
            return False
        self._emitted += 1
        if self._host is not None and self._emitted % _PRUNED_EVERY == 0:
            self._prune(shop, joined)
        return True

    def _put(self, shop: str, event: Event, connection: Any) -> Any:
        now = self._kit.now()
        wire = settled_wire(event, now, self._kit)
        check_named(event.event_name, event.customer)
        raw = _encode(wire).encode()
        if len(raw) > LONGEST_BODY:
            raise InvalidError.of("properties", "send at most 1 MiB: keep large things elsewhere and link them")
        if connection is not None:
            return put_into_host(connection, shop, inbox_table.EMITTED, raw, now)
        self._own.put(shop, inbox_table.EMITTED, raw, now)
        return None

    def _prune(self, shop: str, joined: Any) -> None:
        # The worker never writes the host's file, so what it has received is taken away on our own turn.
        try:
            with self._database.read() as transaction:
                received = inbox_table.read_cursor(transaction)
            before = self._kit.now() - dt.timedelta(days=self._settings_of(shop).inbox_days)
            if joined is not None:
                # The host's transaction has the file: a connection of ours would wait for it in vain.
                inbox_table.prune_host(joined.execute, shop, received, before)
                return
            assert self._host is not None  # noqa: S101 - the caller looked
            with self._host.write(self._patience_s) as transaction:
                inbox_table.prune_host(transaction.run, shop, received, before)
        except Exception as error:  # noqa: BLE001 - tidying up must never reach the host
            _LOG.info("received rows were not pruned this time: %s", type(error).__name__)


def settled_wire(event: Event, now: dt.datetime, kit: Kit) -> dict[str, Any]:
    """Give an event's wire form, with time, source and id filled in."""
    if not isinstance(event, Event):
        message = "give an event, as events.OrderCompleted(…), or read JSON with events.from_wire"
        raise InvalidError.of("event", message)
    return settle(to_wire(event), event.natural_key(), now, kit.new_id)
