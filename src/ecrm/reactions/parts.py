"""What reacting, retrying, waking and replaying share, put together once by the composition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import attrs

from ecrm.database import Transaction
from ecrm.deadlines import Runner
from ecrm.hookspecs import Reaction, Timer
from ecrm.reactions.applying import Appliers, Recorded
from ecrm.reactions.asking import Library, Questions

__all__ = ["Acted", "Owned", "OwnedTimer", "Parts"]

T = TypeVar("T")


@attrs.frozen
class Owned:
    """Be a reaction, and whose plugin's it is."""

    plugin: str
    record: Reaction


@attrs.frozen
class OwnedTimer:
    """Be a timer, and whose plugin's it is."""

    plugin: str
    record: Timer


@attrs.frozen
class Acted:
    """Count what one round did.

    Args:
        seen: Interactions and timers that were asked about.
        failed: Those of which something failed, and was set aside.
        recorded: What was recorded, by shop; the host is told of it.
    """

    seen: int = 0
    failed: int = 0
    recorded: Recorded = attrs.field(factory=dict)

    def __add__(self, other: Acted) -> Acted:
        recorded = {shop: [*found] for shop, found in self.recorded.items()}
        for shop, found in other.recorded.items():
            recorded.setdefault(shop, []).extend(found)
        return Acted(self.seen + other.seen, self.failed + other.failed, recorded)


@attrs.frozen(repr=False)
class Parts:
    """Hold what is shared.

    Args:
        library: What questions are answered from: database, kit, settings.
        appliers: Apply effects.
        runner: Calls plugins under a deadline.
        is_on: Tells whether a plugin is on in a shop.
        keep: Writes kept facts, by shop, plugin and customer.
        lease: How long a worker that dies keeps a reaction from the others, beyond its deadline.
    """

    library: Library
    appliers: Appliers
    runner: Runner
    is_on: Callable[[str, str], bool]
    keep: Callable[[Transaction, str, str, Mapping[UUID, Mapping[str, object]]], None]
    lease: dt.timedelta = dt.timedelta(seconds=60)

    def now(self) -> dt.datetime:
        """Give the time."""
        return self.library.kit.now()

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run work in a transaction, again where a deadlock or a lost race asks for it."""
        return self.library.database.transact(work)

    def questions(self, shop: str, plugin: str, about: UUID, now: dt.datetime) -> Questions:
        """Make the questions a plugin may ask about a profile or customer."""
        return Questions(self.library, shop, plugin, about, now)

    def shops_on(self, plugin: str, shops: Collection[str]) -> frozenset[str]:
        """Give those of some shops in which a plugin is on."""
        return frozenset(shop for shop in set(shops) if self.is_on(plugin, shop))


def names_of(owned: Sequence[Owned | OwnedTimer]) -> list[str]:
    """Give the names of reactions or timers."""
    return [one.record.name for one in owned]
