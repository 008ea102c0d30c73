"""The parts that the views of one CRM share, put together once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any, Literal

from ecrm.database import Database
from ecrm.interactions.emitting import Emitter
from ecrm.interactions.inboxes import Inbox
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.receiving import Received, Receiver
from ecrm.interactions.recording import Kit
from ecrm.interactions.tables import inbox as inbox_table
from ecrm.registry import Contributions
from ecrm.shops.service import Shop
from ecrm.signals import Signals
from ecrm.worker import Worker

__all__ = ["Core", "machine_time"]

_TIDY_EVERY = dt.timedelta(hours=1)


class Core:
    """What the views of one CRM share."""

    def __init__(
        self,
        database: Database,
        host: Database | None,
        kit: Kit,
        contributions: Contributions,
        secrets: dict[str, str],
        signals: Signals,
        on_error: Literal["log", "raise"],
    ) -> None:
        self.database = database
        self.host = host
        self.kit = kit
        self.contributions = contributions
        self.secrets = secrets
        self.signals = signals
        self._shops: dict[str, Shop] = {}
        self.emitter = Emitter(database, host, kit, on_error, self._settings_of)
        self.receiver = Receiver(database, host, kit, self._settings_of, json.loads)
        self._tidied_at: dt.datetime | None = None

    def shop(self, key: str) -> Shop:
        """Give a shop, the same object each time so that its settings are read once."""
        if key not in self._shops:
            self._shops[key] = Shop(self.database, key, self.kit.now)
        return self._shops[key]

    def worker(self, tell: Callable[[str, Sequence[Interaction]], None]) -> Worker:
        """Make a worker that tells the host of what it stored."""

        def receive() -> Received:
            received = self.receiver.receive()
            for shop, interactions in received.stored.items():
                tell(shop, interactions)
            return received

        return Worker(receive, self._tidy)

    def _tidy(self) -> None:
        if self._is_time_to_tidy():
            self._prune()

    def _is_time_to_tidy(self) -> bool:
        now = self.kit.now()
        if self._tidied_at is not None and abs(now - self._tidied_at) < _TIDY_EVERY:
            return False
        self._tidied_at = now
        return True

    def _prune(self) -> None:
        with self.database.read() as transaction:
            shops = inbox_table.shops_with_done_rows(transaction)
        for key in shops:
            Inbox(self.database, self.shop(key), self.kit.now).prune()

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
        if self.host is not None:
            self.host.close()

    def _settings_of(self, key: str) -> Any:
        return self.shop(key).settings


def machine_time() -> dt.datetime:
    """Give the machine's time, UTC."""
    return dt.datetime.now(dt.UTC)
