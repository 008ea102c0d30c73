"""Commands that keep a CRM running: upgrade, work, doctor."""

from __future__ import annotations

import attrs
import click

from ecrm.cli.output import print_json, print_table, show_progress
from ecrm.cli.session import json_option, open_crm
from ecrm.composition import machine_time
from ecrm.readiness import examine_readiness
from ecrm.worker import Done

__all__ = ["doctor", "upgrade", "work"]

_ALWAYS = {"received", "rejected"}


@click.command()
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Make the tables, or bring them up to date."""
    open_crm(ctx).upgrade()
    click.echo("the tables are up to date")


@click.command()
@click.option("--once", is_flag=True, help="Stop when nothing waits, and say what was done.")
@json_option
@click.pass_context
def work(ctx: click.Context, *, once: bool, as_json: bool) -> None:
    """Pull, receive, react, wake and deliver, for ever; SIGTERM or SIGINT ends it after the batch it is in."""
    crm = open_crm(ctx)
    if not once:
        crm.worker().run_forever(lambda done: click.echo(_told(done), err=True))
        return
    done = crm.work()
    if as_json:
        print_json(done)
    else:
        click.echo(_told(done))
    ctx.exit(1 if done.rejected or done.failed else 0)


@click.command()
@click.option("--recount", is_flag=True, help="Count all facts anew, put wrong ones right, and compare.")
@click.option("--ready", is_flag=True, help="Say also what going live still lacks.")
@json_option
@click.pass_context
def doctor(ctx: click.Context, *, recount: bool, ready: bool, as_json: bool) -> None:
    """Look at the health of the CRM; exit code 1 when something is not as it should be."""
    crm = open_crm(ctx)
    with show_progress(unit="customers") as told:
        progress = None if told is None else lambda done: told("counting anew", done, 0)
        findings = crm.doctor(recount=recount, progress=progress)
    if ready and all(finding.is_good for finding in findings if finding.name == "tables"):
        findings += examine_readiness(crm, machine_time)
    is_healthy = all(finding.is_good for finding in findings)
    if as_json:
        print_json({"is_healthy": is_healthy, "findings": findings})
    else:
        rows = [("good" if one.is_good else "BAD", one.name, one.detail) for one in findings]
        print_table("Health", ("", "what", "found"), rows)
    ctx.exit(0 if is_healthy else 1)


def _told(done: Done) -> str:
    told = [f"{done.received} received", f"{done.rejected} rejected"]
    told += [f"{count} {name}" for name, count in attrs.asdict(done).items() if count and name not in _ALWAYS]
    return ", ".join(told)
