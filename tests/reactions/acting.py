"""A plugin that does what a test says: one reaction, one that keeps a fact, one timer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from ecrm.effects import Effect
from ecrm.hookspecs import Fact, Reaction, Timer, hookimpl
from story import visited

__all__ = ["Acting", "visit"]

Function = Callable[[Any, Any], Iterable[Effect] | None]


def nothing(*_: Any) -> None:
    return None


class Acting:
    """React, keep and fire by the functions that are given.

    Args:
        react: Of the reaction `act`.
        keep: Of the reaction `keep`, which keeps `acting.mood`; without it nobody does.
        fire: Of the timer `wake`.
        options: Of the reaction `act`.
    """

    name = "acting"

    def __init__(
        self, react: Function = nothing, keep: Function | None = None, fire: Function = nothing, **options: Any
    ):
        self._react = react
        self._keep = keep
        self._fire = fire
        self._options = {"kinds": ["Store Visited"], **options}

    @hookimpl
    def register_facts(self) -> list[Fact]:
        return [] if self._keep is None else [Fact("acting.mood", "integer", "points", "Any number.", "kept")]

    @hookimpl
    def register_reactions(self) -> list[Reaction]:
        found = [Reaction("act", self._react, **self._options)]
        if self._keep is not None:
            found.append(Reaction("keep", self._keep, kinds=["Store Visited"], keeps=["acting.mood"]))
        return found

    @hookimpl
    def register_timers(self) -> list[Timer]:
        return [Timer("wake", self._fire)]


def visit(crm: Any, clock: Any, name: str, age: float = 0, **more: Any) -> Any:
    """Record a visit so many minutes ago."""
    return crm.record(attrs.evolve(visited(source_id=name, **more), at=clock() - dt.timedelta(minutes=age)))
