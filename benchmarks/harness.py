"""How every figure is taken: both sides in one process, in turns, the median of the rounds' ratios.

Machines are shared, so that an absolute time means little; a ratio of two neighbours means more.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import psycopg

ROUNDS = int(os.environ.get("ROUNDS", "7"))
SMALL = 0.1
Side = Callable[[int], int] | Callable[[int], float]
SERVER = os.environ.get("BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")


@attrs.frozen
class Figure:
    """One line of the table."""

    what: str
    database: str
    limit: float
    ratios: tuple[float, ...]
    ours_us: float
    theirs_us: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios)

    def row(self) -> str:
        """Write it as a line of a Markdown table."""
        aim, verdict = f"<= {self.limit}", "yes" if self.ratio <= self.limit else "**no**"
        if math.isinf(self.limit):
            aim = verdict = "-"
        digits = 2 if self.ratio >= SMALL else 4
        spread = f"{min(self.ratios):.{digits}f}-{max(self.ratios):.{digits}f}"
        return (
            f"| {self.what} | {self.database} | {self.ratio:.{digits}f} | {spread} | {aim} | {verdict} "
            f"| {self.ours_us:,.1f} | {self.theirs_us:,.1f} | {self.note} |"
        )


HEAD = (
    "| what | database | ratio | rounds | aim | reached | ours, µs each | baseline, µs each | remarks |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def compare(
    what: str, database: str, limit: float, sides: tuple[Side, Side],
    note: str = "", rounds: int = ROUNDS,
) -> Figure:  # fmt: skip
    """Time two sides in turns.

    Each gets the round's number and gives how many things it did, or, as a float, how many µs each took, where
    not all of what it does is to be timed.
    """
    ours, theirs = sides
    for side in sides:
        side(-1)
    ratios, our_times, their_times = [], [], []
    for number in range(rounds):
        pair = ((ours, our_times), (theirs, their_times))
        for side, times in pair if number % 2 == 0 else reversed(pair):
            times.append(_timed(side, number))
        ratios.append(our_times[-1] / their_times[-1])
    figure = Figure(
        what,
        database,
        limit,
        tuple(ratios),
        statistics.median(our_times),
        statistics.median(their_times),
        note,
    )
    print(figure.row(), flush=True)
    return figure


def _timed(side: Side, number: int) -> float:
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        done = side(number)
        return done if isinstance(done, float) else (time.perf_counter() - start) / done * 1e6
    finally:
        gc.enable()


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Lend a directory on the disk of the checkout, not in memory."""
    with tempfile.TemporaryDirectory(prefix="ecrm-bench-", dir=os.environ.get("BENCH_DIRECTORY")) as name:
        yield Path(name)


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Lend a database of its own on the server."""
    name = f"ecrm_bench_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(SERVER, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{SERVER.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(SERVER, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
