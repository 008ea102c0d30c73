"""Why something is to be done: the interaction or the timer it follows from, and what it led to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs

from ecrm.errors import EcrmError
from ecrm.interactions.model.entry import DEFAULT_SOURCE
from ecrm.interactions.model.interaction import Interaction
from ecrm.reactions.model.effect import Effect
from ecrm.reactions.model.timer import Due
from ecrm.values.text import storable

__all__ = ["Cause", "Failure", "Outcome", "depth_of", "derived_of", "said_of"]


# As frozen as `attrs.frozen`, but made at half the cost: one is made of each interaction that is read.
@attrs.define(repr=False, on_setattr=attrs.setters.frozen, unsafe_hash=False)
class Cause:
    """Be what a reaction or a timer was asked about.

    Args:
        shop: Whose.
        reaction: The name of the reaction or timer.
        id: Of the interaction, or of the firing.
        profile_id: Whom it is about.
        at: When it happened, or was due.
        is_live: False for what is replayed: what is recorded of it is not live either.
        source: The system that told, so that what is derived is of the same orders.
        depth: How many derivations led to it; 0 for what a system told.
        due: What a timer's function is given; None for an interaction.
    """

    shop: str
    reaction: str
    id: UUID
    profile_id: UUID
    at: dt.datetime
    is_live: bool = True
    source: str = DEFAULT_SOURCE
    depth: int = 0
    due: Due | None = None

    @classmethod
    def of_interaction(cls, shop: str, reaction: str, interaction: Interaction, *, is_live: bool = True) -> Cause:
        """Make the cause an interaction is."""
        id_, whose, at = interaction.id, interaction.profile_id, interaction.at
        return cls(shop, reaction, id_, whose, at, is_live, interaction.source, depth_of(interaction))

    @classmethod
    def of_timer(cls, shop: str, due: Due, *, is_live: bool = True) -> Cause:
        """Make the cause a timer is that is due."""
        return cls(shop, due.timer, due.id, due.profile_id, due.due_at, is_live, due=due)

    def __repr__(self) -> str:
        return f"<Cause {self.reaction} {self.id}>"


def derived_of(interaction: Interaction) -> Mapping[str, Any]:
    """Give what an interaction was derived by and of, and how deep; nothing where a system told it."""
    # Mostly there is no context at all, and this is asked of each interaction that is read.
    context = interaction.context.get("context") if interaction.context else None
    derived = context.get("derived") if isinstance(context, Mapping) else None
    return derived if isinstance(derived, Mapping) else {}


def depth_of(interaction: Interaction) -> int:
    """Give how many derivations led to an interaction; 0 where a system told it."""
    depth = derived_of(interaction).get("depth")
    return depth if isinstance(depth, int) and depth > 0 else 0


@attrs.define(on_setattr=attrs.setters.frozen, unsafe_hash=False)
class Outcome:
    """Hold what is to be done for a cause."""

    cause: Cause
    effects: tuple[Effect, ...]


@attrs.frozen
class Failure:
    """Hold why a cause led to nothing.

    Args:
        cause: What was asked about.
        error: What is told of it; no personal data.
    """

    cause: Cause
    error: str


def said_of(error: BaseException) -> str:
    """Give what may be told of an error: a stranger's kind and place in the code, without its message.

    Who raises an error of ours keeps to what these hold: no personal data. The contract for plugins tests it.

    >>> said_of(ValueError("ayse@example.com"))
    'ValueError'
    """
    if isinstance(error, EcrmError):
        return storable(error)
    place, trace = "", error.__traceback__
    while trace is not None:
        place = f" in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return storable(f"{type(error).__name__}{place}")
