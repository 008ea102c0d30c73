"""Projections: what rooms above keep of some kinds of events, inside the transaction that stores them.

Only the core has them. What a plugin does with an event is a reaction, after the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import attrs

from ecrm.database import Transaction
from ecrm.interactions.model.entry import Entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.shops.model import Settings

__all__ = ["Projection", "Told"]


@attrs.frozen(repr=False)
class Told:
    """Be what is stored now.

    Args:
        entry: What was told.
        interaction: What it became.
        customer_id: Whose it is at this moment.
    """

    entry: Entry
    interaction: Interaction
    customer_id: UUID


@attrs.frozen
class Projection:
    """Keep something of some kinds of events.

    Args:
        kinds: Their names.
        apply: Called with what is new of these kinds in a shop, in the order given; what it writes is
            committed with the interactions.
        void: Called with an interaction of these kinds that was wrong.
    """

    kinds: frozenset[str]
    apply: Callable[[Transaction, str, Settings, Sequence[Told]], None]
    void: Callable[[Transaction, str, Interaction], None]
