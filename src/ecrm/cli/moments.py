"""Times on the command line: a day of the shop, or a time with its zone."""

from __future__ import annotations

import contextlib
import datetime as dt

import click

__all__ = ["moment_from", "since_option", "until_option"]


def moment_from(text: str) -> dt.date:
    """Read a day, or a time with its zone.

    Raises:
        BadParameter: It is neither.

    >>> moment_from("2026-01-31"), moment_from("2026-01-31T12:00:00+03:00").utcoffset().total_seconds()
    (datetime.date(2026, 1, 31), 10800.0)
    """
    with contextlib.suppress(ValueError):
        return dt.date.fromisoformat(text)
    with contextlib.suppress(ValueError):
        at = dt.datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at
    raise click.BadParameter("give a day, as 2026-01-31, or a time with its zone, as 2026-01-31T12:00:00+03:00")


since_option = click.option("--since", type=moment_from, metavar="TIME", help="From this day, or time with its zone.")
until_option = click.option("--until", type=moment_from, metavar="TIME", help="Before this day, or time with its zone.")
