"""The command of the plugin `iys`: where the shop and İYS stand, and to bring them in step at once."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, open_crm
from ecrm.plugins.iys.model import Entry
from ecrm.plugins.iys.service import Iys

__all__ = ["iys"]

_HEADINGS = ("profile", "type", "to hold", "due (UTC)", "tries", "why not")


@click.group()
def iys() -> None:
    """Keep İYS, Turkey's registry of consent to commercial messages, in step with the shop."""


@iys.command()
@json_option
@click.pass_context
def status(ctx: click.Context, *, as_json: bool) -> None:
    """Show what İYS holds, and what it is still to be told; ends with 1 where anything is overdue or refused."""
    served = open_crm(ctx).service(Iys)
    served.gather()
    found = served.status()
    if as_json:
        listed = {"due": found.due, "overdue": found.overdue, "refused": found.refused}
        print_json({"held": found.held, **{name: [_plain(one) for one in entries] for name, entries in listed.items()}})
    else:
        print_table("İYS holds", ("status", "records"), [(name or "not known", n) for name, n in found.held.items()])
        for title, entries in (("Due", found.due), ("Overdue", found.overdue), ("Refused", found.refused)):
            _print(title, entries)
    ctx.exit(0 if found.is_good else 1)


@iys.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many are told.")
@json_option
@click.pass_context
def push(ctx: click.Context, *, limit: int, as_json: bool) -> None:
    """Tell İYS what customers said; it takes 50 a minute. Ends with 1 where it refused or failed any."""
    pushed = open_crm(ctx).service(Iys).push(limit)
    if as_json:
        print_json({"pushed": pushed})
    else:
        click.echo(
            f"{pushed.told} told, {pushed.dropped} need not be, {pushed.refused} refused, "
            f"{pushed.failed} tried again later, {pushed.left} left"
        )
    ctx.exit(1 if pushed.refused or pushed.failed else 0)


@iys.command()
@json_option
@click.pass_context
def pull(ctx: click.Context, *, as_json: bool) -> None:
    """Ask İYS what customers said there, and put it on their timelines; the worker does the same by itself."""
    crm = open_crm(ctx)
    pulled = crm.sync("iys")
    done = crm.work()
    if as_json:
        print_json({"pulled": pulled, "done": done})
    else:
        click.echo(f"{pulled.events} words in {pulled.pages} pages, {done.rejected} rejected")
    ctx.exit(1 if done.rejected else 0)


def _print(title: str, entries: Sequence[Entry]) -> None:
    # Not whose number or address it is: `ecrm customers show` tells that of a profile.
    rows = [(one.profile_id, one.type, one.wanted_status, one.due_at, one.tries, _why(one)) for one in entries]
    print_table(title, _HEADINGS, rows)


def _plain(entry: Entry) -> dict[str, object]:
    return {
        "profile_id": entry.profile_id,
        "type": entry.type,
        "wanted_status": entry.wanted_status,
        "due_at": entry.due_at,
        "tries": entry.tries,
        "error_code": entry.error_code,
        "error": entry.error,
    }


def _why(entry: Entry) -> str:
    return " ".join(filter(None, (entry.error_code, entry.error)))
