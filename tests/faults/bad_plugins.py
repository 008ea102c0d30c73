"""Plugins that do everything a plugin must not, beside one that does what it should."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from ecrm import CRM, events
from ecrm.effects import Effect, Keep, Note, Record, SetTimer, Tag
from ecrm.hookspecs import Fact, Reaction, Timer, hookimpl

__all__ = ["CANARY", "FAULTS", "Bad", "Good", "forges", "work_with_one_that_ends"]

CANARY = "canary@example.org"
HANGS_S = 0.2
HANGS_ON = "v1"
NAME = "bad"


class Stranger:
    """Look like an effect, and be none."""

    key = CANARY


def ends_half_way() -> Iterator[Effect]:
    yield Tag("bad", name="half")
    raise ValueError(CANARY)


def never_ends() -> Iterator[Effect]:
    while True:
        yield Tag("bad", name=f"bad {time.monotonic_ns()}")


def raises(*_: Any) -> Any:
    raise LookupError(CANARY)


def exits(*_: Any) -> Any:
    raise SystemExit(CANARY)


def interrupts(*_: Any) -> Any:
    raise KeyboardInterrupt


def hangs(given: Any, _: Any) -> Any:
    """Hang on one visit of all."""
    if HANGS_ON in {getattr(given, "source_id", ""), getattr(given, "key", "")}:
        time.sleep(20 * HANGS_S)


def spoils(given: Any, ask: Any) -> Any:
    """Change all it was given, and what it asked for, then fail."""
    for held in (getattr(given, "properties", {}), getattr(given, "context", {}), getattr(given, "details", {})):
        held.clear()
        held[CANARY] = Stranger()
    for found in (
        ask.facts(given.profile_id),
        ask.options,
        *(one.properties for one in ask.timeline(given.profile_id)),
    ):
        found.clear()
    for name in ("source_id", "kind", "shop"):
        if hasattr(given, name):
            object.__setattr__(given, name, CANARY)
    raise LookupError(CANARY)


def forges(interaction: Any, _: Any) -> Any:
    """Forge what it was given, so that not even its failure can be kept."""
    for name in ("id", "profile_id", "position"):
        object.__setattr__(interaction, name, CANARY)
    raise LookupError(CANARY)


FAULTS: dict[str, tuple[Callable[..., Any], str]] = {
    "raises": (raises, "LookupError"),
    "exits": (exits, "end the program"),
    "interrupts": (interrupts, "end the program"),
    "hangs": (hangs, "took longer"),
    "text": (lambda *_: CANARY, "list of effects"),
    "number": (lambda *_: 7, "list of effects"),
    "mapping": (lambda *_: {CANARY: 1}, "list of effects"),
    "no_list": (lambda *_: Tag("bad"), "list of effects"),
    "half": (lambda *_: ends_half_way(), ""),
    "endless": (lambda *_: never_ends(), ""),
    "strangers": (lambda *_: [Stranger()], "of these kinds"),
    "texts": (lambda *_: [CANARY, None], "of these kinds"),
    "twins": (lambda *_: [Tag("bad"), Tag("bad")], ""),
    "million": (lambda *_: (Note(CANARY, name=str(number)) for number in range(1_000_000)), ""),
    "no_timer": (lambda *_: [SetTimer("nobody", key=CANARY, at=dt.datetime.now(dt.UTC))], ""),
    "no_event": (lambda *_: [Record(events.Custom(CANARY, {"at": Stranger()}))], ""),
    "no_fact": (lambda *_: [Keep("good.visits", CANARY)], ""),
    "spoils": (spoils, "LookupError"),
}


class Good:
    """Do what a plugin should, by each way there is."""

    name = "good"

    @hookimpl
    def register_facts(self) -> list[Fact]:
        return [Fact("good.visits", "integer", "visits", "Visits.", "kept")]

    @hookimpl
    def register_reactions(self) -> list[Reaction]:
        return [Reaction("good", self.react), Reaction("good_tally", self.tally, keeps=["good.visits"])]

    @hookimpl
    def register_timers(self) -> list[Timer]:
        return [Timer("good", self.fire)]

    def react(self, interaction: Any, ask: Any) -> Iterator[Effect]:
        if interaction.kind == "Store Visited":
            seen = len(ask.timeline(kinds=["Store Visited"]))
            yield Record(events.Custom("Seen", {"visit": interaction.source_id, "channel": interaction.channel}))
            at = interaction.at + dt.timedelta(minutes=1)
            yield SetTimer("good", key=interaction.source_id, at=at, details={"seen": seen})

    def tally(self, _: Any, ask: Any) -> list[Effect]:
        return [Keep("good.visits", len(ask.timeline(kinds=["Store Visited"])))]

    def fire(self, due: Any, _: Any) -> Iterator[Effect]:
        yield Record(events.Custom("Woken", {"visit": due.key, "seen": due.details["seen"]}))


class Bad:
    """Do one thing no plugin must, in one place: a reaction, a timer, or a keeping reaction.

    Args:
        place: react, keep or fire.
        faults: Which; each in a reaction, or timer, of its own.
    """

    name = NAME

    def __init__(self, place: str, faults: dict[str, Callable[..., Any]]) -> None:
        self._place = place
        self._faults = faults

    @hookimpl
    def register_facts(self) -> list[Fact]:
        return [Fact(f"bad.{fault}", "integer", "faults", "Nothing.", "kept") for fault in self._kept]

    @property
    def _kept(self) -> list[str]:
        return list(self._faults) if self._place == "keep" else []

    @hookimpl
    def register_reactions(self) -> list[Reaction]:
        visits = ["Store Visited"]
        if self._place == "fire":
            return [Reaction("bad_sets", self._set_timers, kinds=visits)]
        return [
            Reaction(
                f"bad_{fault}", function, kinds=visits, deadline_s=HANGS_S,
                keeps=[f"bad.{fault}"] if self._place == "keep" else [],
            )
            for fault, function in self._faults.items()
        ]  # fmt: skip

    @hookimpl
    def register_timers(self) -> list[Timer]:
        if self._place != "fire":
            return []
        return [Timer(f"bad_{fault}", function, deadline_s=HANGS_S) for fault, function in self._faults.items()]

    def _set_timers(self, interaction: Any, _: Any) -> Iterator[Effect]:
        at = interaction.at + dt.timedelta(minutes=1)
        for fault in self._faults:
            yield SetTimer(f"bad_{fault}", key=interaction.source_id, at=at, details={"name": CANARY})


def end_the_process(*_: Any) -> Any:
    """End the worker, as a crash in a library does."""
    os._exit(7)


def work_with_one_that_ends(url: str, clock: Callable[[], dt.datetime], place: str) -> None:
    """Work until nothing waits, with a plugin that ends the process."""
    with CRM(url, clock=clock, plugins=[Good(), Bad(place, {"ends": end_the_process})]) as crm:
        crm.work()
