"""Reactions that do nothing, two workers on PostgreSQL, and what a reaction costs record().

The hand-written loop reads the same columns of the log behind one cursor row that two workers share by SKIP
LOCKED, parses each body, calls a function and moves the cursor, a thousand rows a transaction. It makes no
interaction of a row, has no deadline, no lease that outlives a transaction, no journal, no shops that have
the plugin off, and asks nobody which positions are safe. The job queues are in `jobs`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import jobs
import psycopg
from harness import Figure, compare, folder, postgresql
from recording import EVENTS as RECORDED
from recording import ours as record_side
from recording import prepared

from ecrm import CRM, Who, events
from ecrm.hookspecs import Reaction, hookimpl

EVENTS = 50_000
BATCH = 1_000
IDLE = 5
ROUNDS = 5
ZERO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
READ = (
    "SELECT position, shop, id, profile_id, at, recorded_at, kind, channel, is_live, source, source_id, body::text, "
    "context::text FROM ecrm_interaction WHERE position > %s ORDER BY position LIMIT %s"
)
NO_AIM = float("inf")


class NoOp:
    """React to everything by doing nothing."""

    name = "no_op"

    @hookimpl
    def register_reactions(self) -> list[Reaction]:
        """Contribute the reaction."""
        return [Reaction("no_op", nothing, max_age=None)]


class Idle:
    """React to what never happens, several times."""

    name = "idle"

    @hookimpl
    def register_reactions(self) -> list[Reaction]:
        """Contribute the reactions."""
        return [Reaction(f"idle_{number}", nothing, kinds=["Never Happens"]) for number in range(IDLE)]


def nothing(_: Any, __: Any) -> None:
    """Do nothing about an interaction."""


def view(number: int) -> events.ProductViewed:
    """A view by one of a thousand customers."""
    return events.ProductViewed(
        product_id=f"p{number % 97}", name="Mug", price="9.90", currency="TRY", channel="web", source_id=f"v{number}",
        customer=Who(user_id=number % 1_000 + 1), at=ZERO + dt.timedelta(seconds=number),
    )  # fmt: skip


def react(url: str, start: Any) -> None:
    """React until the end of the log."""
    with CRM(url, plugins=[NoOp()]) as crm:
        start.wait()
        crm.work()


def loop(url: str, start: Any) -> None:
    """Do the same by hand."""
    with psycopg.connect(url) as connection:
        start.wait()
        while _go_on(connection):
            pass


def _go_on(connection: psycopg.Connection) -> bool:
    with connection.transaction():
        row = connection.execute("SELECT position FROM bench_cursor FOR UPDATE SKIP LOCKED").fetchone()
        if row is None:
            # The other has it, as one worker of ours finds the reaction in hand and ends.
            return False
        rows = connection.execute(READ, (row[0], BATCH)).fetchall()
        for found in rows:
            nothing(found, json.loads(found[11]))
        if rows:
            moved = "UPDATE bench_cursor SET position = %s WHERE position = %s"
            assert connection.execute(moved, (rows[-1][0], row[0])).rowcount == 1
        return bool(rows)


def reacting_side(url: str, work: Callable[..., None], back: str, behind: str) -> Callable[[int], float]:
    """Give what times a round, in µs an event: the cursor goes back to the beginning, two workers read it all."""

    def side(_: int) -> float:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(back)
        took = jobs.timed(work, url)
        with psycopg.connect(url) as connection:
            assert connection.execute(behind).fetchone() == (0,)
        return took / EVENTS * 1e6

    return side


def ours(url: str) -> Callable[[int], float]:
    """Give our side."""
    back = "UPDATE ecrm_reaction SET position = 0 WHERE name = 'no_op'"
    behind = (
        "SELECT count(*) FROM ecrm_interaction i, ecrm_reaction r WHERE r.name = 'no_op' AND i.position > r.position"
    )
    return reacting_side(url, react, back, behind)


def by_hand(url: str) -> Callable[[int], float]:
    """Give the hand-written side."""
    back = "UPDATE bench_cursor SET position = 0"
    behind = "SELECT count(*) FROM ecrm_interaction i, bench_cursor r WHERE i.position > r.position"
    return reacting_side(url, loop, back, behind)


def reacting_figures() -> Iterator[Figure]:
    """Give the figures of a no-op reaction."""
    with postgresql() as url:
        with CRM(url, plugins=[NoOp()]) as crm:
            crm.upgrade()
            crm.record_many(view(number) for number in range(EVENTS))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE bench_cursor AS SELECT 0::bigint AS position")
            connection.execute("ANALYZE")
        note = f"{EVENTS:,} events, two workers"
        yield compare(
            "a no-op reaction against a hand-written loop", "PostgreSQL", 1.5, (ours(url), by_hand(url)), note
        )
        sides = ours(url), jobs.procrastinate_side(url)
        yield compare("a no-op reaction against procrastinate's jobs", "PostgreSQL", 0.05, sides, "", ROUNDS)
        with jobs.celery_side() as celery:
            yield compare(
                "a no-op reaction against Celery's tasks", "PostgreSQL, Redis", 0.05, (ours(url), celery), "", ROUNDS
            )


def record_figures(url: str, database: str) -> Iterator[Figure]:
    """Give what reactions and built-in plugins cost record()."""
    for what, plugins, limit in (
        (f"record() with {IDLE} idle reactions against none", [Idle()], 1.05),
        ("record() with the built-in plugins against none", None, NO_AIM),
    ):
        with prepared(url) as plain, CRM(url, plugins=plugins, on_error="raise") as crm:
            crm.upgrade()
            first = 10_000_000 if plugins is None else 10_000
            sides = record_side(crm, first), record_side(plain, first + 5_000_000)
            yield compare(what, database, limit, sides, f"{RECORDED} a round", 15)


def measure() -> Iterator[Figure]:
    """Give the figures of reacting."""
    yield from reacting_figures()
    with folder() as place:
        yield from record_figures(f"sqlite:///{place}/crm.db", "SQLite, FULL")
    with postgresql() as url:
        yield from record_figures(url, "PostgreSQL")


if __name__ == "__main__":
    list(measure())
