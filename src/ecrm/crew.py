"""The crew of a CRM: what receives, translates, reacts, retries, wakes and pulls, put together once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from ecrm.consent.deciding import Ask, decide_many
from ecrm.database import Database, Transaction
from ecrm.deadlines import Runner
from ecrm.hookspecs import Follower, Keys
from ecrm.interactions.receiving import Receiver
from ecrm.interactions.recording import Kit
from ecrm.interactions.tables.facts import wide_tables
from ecrm.interactions.tables.kept import keep
from ecrm.interactions.waiting import oldest_waiting
from ecrm.reactions.applying import Appliers
from ecrm.reactions.asking import Library
from ecrm.reactions.duties import OwnedDuty, Performer
from ecrm.reactions.keeping import stale_follower
from ecrm.reactions.parts import Owned, OwnedTimer, Parts, names_of
from ecrm.reactions.reacting import Reactor
from ecrm.reactions.retrying import Retrier
from ecrm.reactions.service import Reactions
from ecrm.reactions.tables import cursor as cursor_table
from ecrm.reactions.tables import parked as parked_table
from ecrm.reactions.tables import timer as timer_table
from ecrm.reactions.waking import Waker
from ecrm.registry import Contributions
from ecrm.shops.model import Settings
from ecrm.sources import tables as source_table
from ecrm.sources.parts import OwnedSource, SourceParts
from ecrm.sources.pulling import Puller
from ecrm.sources.receiving import Door
from ecrm.sources.translating import Translator

__all__ = ["Crew", "kept_facts_follower"]

# A decision about a timer that arrives later than this finds no tombstone, and may wake it again.
TOMBSTONES_KEPT = dt.timedelta(days=90)
_PRUNED_AT_ONCE = 1_000


class Crew:
    """What works for a CRM.

    Args:
        databases: The CRM's, and the host's where its inbox is in a file of its own.
        kit: Ids, time, followers, facts.
        contributions: What plugins brought.
        settings_of: Gives a shop's settings.
        options_of: Gives what a shop has set for a plugin.
        is_on: Tells whether a plugin is on in a shop.
        keys_of: Gives what a plugin may know of the shops that set it up.
        address_of: Gives the kind of identity a channel reaches somebody by.
    """

    def __init__(
        self,
        databases: tuple[Database, Database | None],
        kit: Kit,
        contributions: Contributions,
        settings_of: Callable[[str], Settings],
        options_of: Callable[[str, str], Mapping[str, Any]],
        is_on: Callable[[str, str], bool],
        keys_of: Callable[[str], Keys],
        address_of: Callable[[str], str | None],
    ) -> None:
        database, host = databases
        self._databases = databases
        runner = Runner(leave=database.release)
        self.reactions = _reactions(contributions)
        self.timers = tuple(OwnedTimer(one.plugin, one.record) for one in contributions.timers.values())
        self._sources = frozenset(contributions.sources)
        sources = tuple(OwnedSource(one.plugin, one.record) for one in contributions.sources.values())
        wide = wide_tables(kit.book)

        def keep_facts(
            transaction: Transaction, shop: str, plugin: str, values: Mapping[UUID, Mapping[str, object]]
        ) -> None:
            keep(transaction, shop, wide[plugin], values)

        def may(
            transaction: Transaction,
            shop: str,
            customer_id: UUID,
            purpose: str,
            channel: str | None,
            at: dt.datetime,
        ) -> bool:
            ask = Ask(customer_id, purpose, channel, None if channel is None else address_of(channel))
            return decide_many(transaction, shop, [ask], at)[0].decision.is_allowed

        library = Library(database, kit, settings_of, options_of, may)
        appliers = Appliers(kit, settings_of, contributions.timers)
        self.parts = Parts(library, appliers, runner, is_on, keep_facts)
        self.receiver = Receiver(database, host, kit, settings_of, json.loads)
        self.reactor = Reactor(self.parts, self.reactions)
        self.retrier = Retrier(self.parts, self.reactions, self.timers)
        self.waker = Waker(self.parts, self.reactions, self.timers, self.oldest_waiting)
        source_parts = SourceParts(database, kit, runner, keys_of)
        self.door = Door(source_parts, sources)
        self.performer = Performer(self.parts, _duties(contributions), lambda plugin: keys_of(plugin).shops())
        self.translator = Translator(source_parts, sources, is_on)
        self.puller = Puller(source_parts, sources)

    def oldest_waiting(self) -> dt.datetime | None:
        """Give when the oldest row came that waits in the inbox."""
        return oldest_waiting(*self._databases)

    def next_due(self, after: dt.datetime) -> dt.datetime | None:
        """Give the first moment after a time at which something falls due by itself; None where nothing does.

        Args:
            after: The time: what was due by then is the next round's.
        """
        with self.parts.library.database.read() as transaction:
            timers = timer_table.next_due(transaction, names_of(self.timers), after)
            tries = parked_table.next_try(transaction, self.retrier.names, after)
            cursors = cursor_table.cursors(transaction).values()
            pulls = source_table.pull_rows(transaction, self._sources) if self._sources else ()
        duty = self.performer.next_due(after)
        rests = (row.rest_until for row in cursors)
        turns = (max(row.next_at, row.not_before) for row in pulls)
        return min((at for at in (timers, tries, duty, *rests, *turns) if at is not None and at > after), default=None)

    def prune(self) -> None:
        """Delete timers that fired, or were cancelled, long enough ago."""
        before = self.parts.now() - TOMBSTONES_KEPT
        while self.parts.transact(lambda t: timer_table.prune_timers(t, before, _PRUNED_AT_ONCE)) == _PRUNED_AT_ONCE:
            pass

    def reactions_of(self, shop: str) -> Reactions:
        """Give what a shop is offered of its reactions."""
        return Reactions(self.parts, shop, self.reactions, self.timers)


def kept_facts_follower(contributions: Contributions, new_id: Callable[[], UUID]) -> Follower:
    """Make the follower that has kept facts said again of customers who were merged or parted."""
    return stale_follower(_reactions(contributions), new_id)


def _duties(contributions: Contributions) -> tuple[OwnedDuty, ...]:
    return tuple(OwnedDuty(one.plugin, one.record) for one in contributions.duties.values())


def _reactions(contributions: Contributions) -> tuple[Owned, ...]:
    return tuple(Owned(one.plugin, one.record) for one in contributions.reactions.values())
