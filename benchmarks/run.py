"""Measure everything and write docs/benchmarks.md as it came out, also where it falls short."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sqlite3
import sys
from pathlib import Path

import answering
import bulk
import emitting
import importing
import placing
import reacting
import reading
import receiving
import recording
import results
import sending
import webhooks
from harness import HEAD

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
PARTS = {
    "recording": recording, "emitting": emitting, "bulk": bulk, "receiving": receiving, "reading": reading,
    "importing": importing, "reacting": reacting, "sending": sending,
    "placing": placing, "webhooks": webhooks, "answering": answering, "results": results,
}  # fmt: skip
TEXT = """# Benchmarks

`make bench` measures this table. Both sides of a line run in one process, in turns, at least 7 rounds;
the ratio is the median of the rounds' ratios. Machines are shared: read the ratios, not the times.
Where an aim is not reached the table says so.

Measured on {day} with Python {python}, SQLite {sqlite}, {cores} cores.
SQLite runs in WAL mode; FULL and NORMAL are its `synchronous` setting, and ecrm uses FULL.

{table}

What each baseline does and leaves out stands at the top of its file in `benchmarks/`.
{remarks}"""


def main() -> None:
    """Measure the parts named, or all; write the page when all were measured."""
    chosen = sys.argv[1:] or list(PARTS)
    print(HEAD)
    figures = [figure for name in chosen for figure in PARTS[name].measure()]
    if chosen == list(PARTS):
        table = "\n".join([HEAD, *(figure.row() for figure in figures)])
        remarks = Path(__file__).with_name("remarks.md").read_text(encoding="utf-8")
        PAGE.write_text(
            TEXT.format(
                day=dt.datetime.now(dt.UTC).date(), python=platform.python_version(), sqlite=sqlite3.sqlite_version,
                cores=os.cpu_count(), table=table,
                remarks="\n" + remarks,
            ),
            encoding="utf-8",
        )  # fmt: skip


if __name__ == "__main__":
    main()
