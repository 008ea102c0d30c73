"""A plugin with everything that is done after the commit, and the worker processes that run it.

Its clock is a file that the harness moves, so that the lease of a killed worker ends when the harness says.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ecrm import CRM, events
from ecrm.effects import Effect, Keep, Record, SetTimer, Tag
from ecrm.errors import UnavailableError
from ecrm.hookspecs import Fact, Reaction, Timer, hookimpl
from faults.fuse import Fuse, fuse_transactions
from faults.ledger import Ledger

__all__ = ["FLAKY", "FileClock", "Reactive", "open_reactive", "work_again", "work_until_burned"]

FLAKY = "flaky"


class FileClock:
    """Give the time that stands in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> dt.datetime:
        """Give the time."""
        return dt.datetime.fromisoformat(self.path.read_text(encoding="ascii"))

    def set(self, at: dt.datetime) -> None:
        """Move to a time, for every process at once."""
        beside = self.path.with_suffix(".next")
        beside.write_text(at.isoformat(), encoding="ascii")
        beside.replace(self.path)

    def advance(self, **span: Any) -> None:
        """Move on by the words of `datetime.timedelta`."""
        self.set(self() + dt.timedelta(**span))


class Reactive:
    """React to each visit, wake an hour later and once more, keep how many visits there were.

    Args:
        asked: Is told of each visit before it is answered.
        mark: Names effects beside what they are, so that two answers to one question can be told apart.
    """

    name = "reactive"

    def __init__(self, asked: Callable[[str], None] = lambda _: None, mark: str = "") -> None:
        self._asked = asked
        self._mark = mark

    @hookimpl
    def register_facts(self) -> list[Fact]:
        return [Fact("reactive.visits", "integer", "visits", "Visits, as a reaction counts them.", "kept")]

    @hookimpl
    def register_reactions(self) -> list[Reaction]:
        visits = ["Store Visited"]
        return [
            Reaction("greet", self.greet, kinds=visits, max_age=None, deadline_s=300),
            Reaction("tally", self.tally, kinds=visits, keeps=["reactive.visits"]),
        ]

    @hookimpl
    def register_timers(self) -> list[Timer]:
        return [Timer("remind", self.remind)]

    def greet(self, interaction: Any, ask: Any) -> Iterator[Effect]:
        """Greet who came; one visit is answered only an hour after the beginning."""
        self._asked(interaction.source_id)
        if interaction.source_id.endswith(FLAKY) and ask.now < interaction.at + dt.timedelta(hours=1):
            raise RuntimeError
        yield Record(events.Custom("Greeted", {"visit": interaction.source_id}), name=f"greet{self._mark}")
        yield Tag("greeted", name=f"tag{self._mark}")
        at = interaction.at + dt.timedelta(hours=1)
        yield SetTimer("remind", key=interaction.source_id, at=at, details={"left": 1}, name=f"set{self._mark}")

    def remind(self, due: Any, _: Any) -> Iterator[Effect]:
        """Remind, and once more an hour later."""
        left = due.details["left"]
        yield Record(events.Custom("Reminded", {"visit": due.key, "left": left}), name=f"remind{self._mark}")
        if left:
            at = due.due_at + dt.timedelta(hours=1)
            yield SetTimer("remind", key=due.key, at=at, details={"left": left - 1}, name=f"again{self._mark}")

    def tally(self, interaction: Any, ask: Any) -> list[Effect]:
        """Keep how many visits the customer's timeline has."""
        page = ask.timeline(interaction.profile_id, limit=1_000, kinds=["Store Visited"])
        return [Keep("reactive.visits", len(page))]


def open_reactive(url: str, clock: FileClock, plugin: Reactive | None = None) -> CRM:
    """Open a CRM with the plugin."""
    return CRM(url, clock=clock, plugins=[plugin or Reactive()])


def work_until_burned(url: str, at: Path, steps: int, plant: Callable[[Fuse], None] | None = None) -> None:
    """Work until nothing waits, or until so many steps in the database are done."""
    fuse = Fuse(0)
    with open_reactive(url, FileClock(at)) as crm:
        fuse_transactions(fuse)
        if plant is not None:
            plant(fuse)
        fuse.lengthen(steps)
        crm.work()


def work_again(
    url: str, at: Path, ledger: Path, held: str, batch: int, is_over: Any, plant: Callable[[], None] | None = None
) -> None:
    """Work again and again; stop this whole process, as SIGSTOP does, before a certain visit is answered.

    Args:
        url: The database.
        at: The file of the clock.
        ledger: Is told of each visit this asks about, and of whom it stops on.
        held: The visit it stops on, the first of all processes to be asked about it; none where empty.
        batch: How many visits are asked about together.
        is_over: An event that ends it.
        plant: Plants a bug.
    """
    from ecrm.reactions import reacting

    reacting.BATCH = batch
    if plant is not None:
        plant()
    told = Ledger(ledger)

    def asked(visit: str) -> None:
        told.append(f"asked {visit}")
        if visit == held and f"stopped {visit}" not in told.lines():
            told.append(f"stopped {visit}")
            os.kill(os.getpid(), signal.SIGSTOP)

    with open_reactive(url, FileClock(at), Reactive(asked, f" by {os.getpid()}")) as crm:
        while not is_over.is_set():
            # Who is stopped in the middle of a write keeps SQLite's lock: the others wait, as a worker does.
            with contextlib.suppress(UnavailableError):
                crm.work()
            time.sleep(0.002)
