"""An interaction: an event once it stands on a timeline; and one page of a timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload
from uuid import UUID

import attrs

from ecrm.interactions.model.fact import is_by_customer

__all__ = ["Interaction", "Timeline"]


# As frozen as `attrs.frozen`, but made at half the cost: pages are made of many.
@attrs.define(repr=False, on_setattr=attrs.setters.frozen, unsafe_hash=False)
class Interaction:
    """One thing that happened, as it was stored.

    Args:
        id: Its UUIDv7.
        kind: The event's name, as Order Completed.
        at: When it happened, UTC.
        channel: Where.
        source: The system that told.
        source_id: The event's id there, by which it is stored once.
        profile_id: The profile it came by.
        position: Its place in the log, rising with time of commit.
        recorded_at: When it was stored, UTC.
        is_live: False where it was imported.
        properties: The event's own fields, as on the wire.
        context: The rest of its envelope: actor, direction, location, campaign, …
        is_voided: Whether it was taken out of the facts later.
    """

    id: UUID
    kind: str
    at: dt.datetime
    channel: str | None
    source: str
    source_id: str
    profile_id: UUID
    position: int
    recorded_at: dt.datetime
    is_live: bool
    properties: Mapping[str, Any]
    context: Mapping[str, Any]
    is_voided: bool = False

    def __repr__(self) -> str:
        return f"<Interaction {self.kind} {self.at:%Y-%m-%d %H:%M} {self.id}>"

    @property
    def is_by_customer(self) -> bool:
        """Tell whether the customer did it: not sent to them, nor done by staff or a system."""
        return is_by_customer(self.context)

    @property
    def cursor(self) -> str:
        """Give what `timeline(before=…)` takes to go on after this one."""
        return f"{self.at.isoformat()}~{self.id}"


@attrs.frozen(repr=False)
class Timeline(Sequence[Interaction]):
    """Hold one page of a timeline, newest first.

    Args:
        interactions: The page.
        next: What `timeline(before=…)` takes for the next page; None at the end.
    """

    interactions: tuple[Interaction, ...]
    next: str | None = None

    def __repr__(self) -> str:
        return f"<Timeline {len(self.interactions)} interactions>"

    def __len__(self) -> int:
        return len(self.interactions)

    def __iter__(self) -> Iterator[Interaction]:
        return iter(self.interactions)

    @overload
    def __getitem__(self, place: int) -> Interaction: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Interaction, ...]: ...
    def __getitem__(self, place: int | slice) -> Interaction | tuple[Interaction, ...]:
        return self.interactions[place]
