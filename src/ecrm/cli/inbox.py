"""Commands for the inbox: what waits, what was rejected and why, and trying it again."""

from __future__ import annotations

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, open_crm

__all__ = ["inbox"]


@click.group()
def inbox() -> None:
    """See what was rejected on its way in, and try it again."""


@inbox.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many.")
@json_option
@click.pass_context
def list_(ctx: click.Context, *, limit: int, as_json: bool) -> None:
    """List rejected rows with their reasons, oldest first."""
    served = open_crm(ctx).inbox
    rows, counts = served.rejected(limit), served.counts()
    if as_json:
        print_json({"counts": counts, "rejected": rows})
        return
    click.echo(", ".join(f"{count} {state}" for state, count in counts.items()))
    told = [
        (
            row.id,
            row.received_at,
            row.source,
            "; ".join(f"{f}: {', '.join(m)}" for f, m in row.reasons.items()),
        )
        for row in rows
    ]
    print_table("Rejected", ("id", "received (UTC)", "source", "reasons"), told)


@inbox.command()
@click.argument("ids", nargs=-1, type=int)
@click.pass_context
def replay(ctx: click.Context, *, ids: tuple[int, ...]) -> None:
    """Let rejected rows be received again: those named, or all."""
    count = open_crm(ctx).inbox.replay(ids or None)
    click.echo(f"{count} rows wait again")
