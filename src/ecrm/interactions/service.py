"""What the CRM does with events: record one, record many, void; each in transactions of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol
from uuid import UUID

import attrs

from ecrm.database import Database, Transaction
from ecrm.database.failure import is_of_the_row
from ecrm.errors import EcrmError, ErasedError, InvalidError, SetupError, UnavailableError
from ecrm.interactions.emitting import settled_wire
from ecrm.interactions.events import Event
from ecrm.interactions.model.entry import Entry, make_entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.quick import store_known, store_quickly
from ecrm.interactions.recording import Kit, Written
from ecrm.interactions.suppressing import ERASED
from ecrm.interactions.tables import log as log_table
from ecrm.interactions.voiding import store_all
from ecrm.shops.service import Shop

__all__ = ["Recorder", "Rejection", "Report"]

CHUNK = 5_000


@attrs.frozen
class Rejection:
    """Tell why one event of many was not recorded.

    Args:
        index: Its place among the events given, from 0.
        event: Its name.
        reasons: The messages of each bad field, by its dotted path.
    """

    index: int
    event: str
    reasons: dict[str, list[str]]


@attrs.frozen
class Report:
    """Hold the outcome of recording many.

    Args:
        recorded: How many are new on their timelines.
        duplicates: How many were there already, or came twice.
        rejected: Those that could not be recorded, each with its reasons; the others went in.
    """

    recorded: int = 0
    duplicates: int = 0
    rejected: tuple[Rejection, ...] = ()


class Told(Protocol):
    """Take what was stored, after the commit."""

    def __call__(self, shop: str, interactions: Sequence[Interaction]) -> None:
        """Tell the host."""


class Recorder:
    """Record the events of one shop.

    Args:
        database: Where they go.
        shop: The shop.
        kit: Ids, time, followers.
        tell: Called after each commit that stored something.
    """

    def __init__(self, database: Database, shop: Shop, kit: Kit, tell: Told) -> None:
        self._database = database
        self._shop = shop
        self._kit = kit
        self._tell = tell

    def record(self, event: Event) -> Interaction:
        """Record one event; give what was stored, or was there already."""
        entry = self._entry(event)
        stored = store_quickly(self._database, self._shop.key, self._shop.settings, entry, self._kit)
        if stored is not None:
            self._tell(self._shop.key, (stored,))
            return stored
        written = self._store([entry])
        return written.interactions[0] if written.interactions else written.duplicates[entry.key]

    def record_many(self, events: Iterable[Event], progress: Callable[[int], None] | None = None) -> Report:
        """Record events in chunks; the bad ones are reported and the others go in."""
        recorded = duplicates = done = 0
        rejected: list[Rejection] = []
        for chunk in _chunks(enumerate(events)):
            entries = list(self._entries(chunk, rejected))
            for part, refused in self._store_parts(entries):
                recorded += len(part)
                rejected += refused
            done += len(chunk)
            duplicates = done - recorded - len(rejected)
            if progress is not None:
                progress(done)
        return Report(recorded, duplicates, tuple(sorted(rejected, key=lambda rejection: rejection.index)))

    def stored(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Interaction]:
        """Give those of (source, source id) that are stored."""
        with self._database.read() as transaction:
            found = log_table.find_stored(transaction, self._shop.key, keys)
        return {(interaction.source, interaction.source_id): interaction for interaction in found}

    def _entry(self, event: Event) -> Entry:
        return make_entry(settled_wire(event, self._kit.now(), self._kit), self._shop.settings)

    def _entries(self, chunk: Iterable[tuple[int, Any]], rejected: list[Rejection]) -> Iterator[tuple[int, Entry]]:
        for index, event in chunk:
            if not isinstance(event, Event):
                reason = "give events, as events.OrderCompleted(…), or read JSON with events.from_wire"
                rejected.append(Rejection(index, type(event).__name__, {"event": [reason]}))
                continue
            try:
                yield index, self._entry(event)
            except InvalidError as error:
                rejected.append(Rejection(index, event.event_name, error.fields or {"event": [str(error)]}))

    def _store_parts(
        self, entries: Sequence[tuple[int, Entry]]
    ) -> Iterator[tuple[Sequence[Interaction], list[Rejection]]]:
        if not entries:
            return
        try:
            yield self._store([entry for _, entry in entries]).interactions, []
        except (SetupError, UnavailableError):
            raise
        except Exception as error:
            if not is_of_the_row(error):
                raise
            # One bad row must not keep the others out.
            if len(entries) > 1:
                middle = len(entries) // 2
                yield from self._store_parts(entries[:middle])
                yield from self._store_parts(entries[middle:])
                return
            index, entry = entries[0]
            yield (), [Rejection(index, entry.kind, _reasons(error))]

    def _store(self, entries: Sequence[Entry]) -> Written:
        key, settings = self._shop.key, self._shop.settings

        def work(transaction: Transaction) -> Written:
            known = store_known(transaction, key, settings, entries[0], self._kit) if len(entries) == 1 else None
            if known is not None:
                return Written((known,), {})
            return store_all(transaction, key, settings, entries, self._kit)

        written = self._database.transact(work)
        if written.interactions:
            self._tell(key, written.interactions)
        return written

    def void(self, event: Event) -> Interaction:
        """Record that an interaction was wrong."""
        entry = self._entry(event)
        written = self._store([entry])
        return written.interactions[0] if written.interactions else written.duplicates[entry.key]


def interaction_id(value: UUID | str | Interaction) -> str:
    """Read what names an interaction.

    Raises:
        InvalidError: It is no id.
    """
    if isinstance(value, Interaction):
        return str(value.id)
    try:
        return str(value if isinstance(value, UUID) else UUID(value))
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidError.of("interaction_id", "give an interaction's id, as interaction.id") from error


def _chunks(events: Iterable[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    iterator = iter(events)
    while chunk := list(itertools.islice(iterator, CHUNK)):
        yield chunk


def _reasons(error: Exception) -> dict[str, list[str]]:
    if isinstance(error, ErasedError):
        return ERASED
    if isinstance(error, InvalidError):
        return error.fields or {"event": [str(error)]}
    if isinstance(error, EcrmError):
        return {"event": [str(error)]}
    return {"event": [f"it could not be stored: {type(error).__name__}"]}
