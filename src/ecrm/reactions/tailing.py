"""Read the log of one shop on from a position: for services that work through it at a pace of their own.

A reaction is led through the log by the worker; see `reacting`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ecrm.database import Database
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.tables.position import safe_position
from ecrm.reactions.tables.reading import read_log

__all__ = ["Tail", "read_on"]


class Tail(NamedTuple):
    """Hold what came after a position.

    Args:
        interactions: In the order of the log; none that is voided.
        position: Where to go on; the same as before where there is nothing more.
    """

    interactions: list[Interaction]
    position: int


def read_on(database: Database, shop: str, kinds: Collection[str], after: int, limit: int = 500) -> Tail:
    """Give what stands on a shop's log after a position, as far as nobody can still put anything before it.

    Args:
        database: Where the log is.
        shop: Whose.
        kinds: Only these events.
        after: The position that was read to; 0 is the beginning.
        limit: How many of all shops are looked at.
    """
    with database.read() as transaction:
        end = safe_position(transaction)
        seen = read_log(transaction, (after, end), limit, kinds)
    position = seen[-1].interaction.position if len(seen) == limit else max(after, end)
    return Tail([one.interaction for one in seen if one.shop == shop and not one.interaction.is_voided], position)
