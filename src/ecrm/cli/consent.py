"""Commands for consent: who agreed to what, what may be done, and what somebody said by telephone or on paper."""

from __future__ import annotations

from typing import Any

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, note_look, open_crm, who_from, who_options
from ecrm.values import Actor

__all__ = ["consent"]


@click.group()
def consent() -> None:
    """See who agreed to what, decide, and record what a customer said."""


@consent.command()
@json_option
@click.pass_context
def purposes(ctx: click.Context, *, as_json: bool) -> None:
    """List the purposes of the shop, each with its lawful basis."""
    found = open_crm(ctx).consent.purposes()
    if as_json:
        print_json({"purposes": list(found.values())})
        return
    rows = [(one.name, one.basis.replace("_", " "), one.is_commercial, one.about) for one in found.values()]
    print_table("Purposes", ("name", "basis", "advertising", "about"), sorted(rows))


@consent.command()
@who_options
@json_option
@click.pass_context
def show(ctx: click.Context, *, who: str, kind: str | None, source: str | None, as_json: bool) -> None:
    """Show all that WHO said, the oldest first, with the proof of it."""
    crm, whom = open_crm(ctx), who_from(who, kind, source)
    lines = crm.consent.history(whom)
    note_look(ctx, crm, whom)
    if as_json:
        print_json({"lines": lines, "suppressed": crm.consent.suppressed(whom)})
        return
    rows = [
        (one.entry.at, one.entry.purpose, one.entry.channel or "every", one.entry.status, one.entry.source,
         one.entry.method, one.entry.text_version, one.is_void)
        for one in lines
    ]  # fmt: skip
    headings = ("at (UTC)", "purpose", "channel", "status", "source", "how", "text", "void")
    print_table("Consent", headings, rows)
    for suppression in crm.consent.suppressed(whom):
        click.echo(f"nothing is sent to the {suppression.kind}: {suppression.reason} on {suppression.at:%Y-%m-%d}")


@consent.command()
@who_options
@click.argument("purpose")
@click.option("--channel", metavar="NAME", help="By which channel; every one where left out.")
@json_option
@click.pass_context
def decide(
    ctx: click.Context, *, who: str, kind: str | None, source: str | None, purpose: str, channel: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Tell whether PURPOSE may be done with WHO, and why; exit code 1 when it may not."""
    crm, whom = open_crm(ctx), who_from(who, kind, source)
    decision = crm.consent.decide(whom, purpose, channel)
    note_look(ctx, crm, whom)
    if as_json:
        print_json(decision)
    else:
        click.echo(f"{'yes' if decision.is_allowed else 'no'}: {'; '.join(decision.reasons)}")
    ctx.exit(0 if decision.is_allowed else 1)


def _say_options(command: Any) -> Any:
    by = click.option("--by", metavar="NAME", help="The member of staff who took it down; else the customer said it.")
    how = click.option("--how", "method", metavar="WORD", help="How: phone, paper, checkbox, …")
    channel = click.option("--channel", metavar="NAME", help="By which channel; every one where left out.")
    return who_options(click.argument("purpose")(channel(how(by(command)))))


@consent.command()
@_say_options
@click.option("--text", "text_version", metavar="VERSION", help="Which text they agreed to.")
@click.pass_context
def grant(
    ctx: click.Context, *, who: str, kind: str | None, source: str | None, purpose: str, channel: str | None,
    method: str | None, by: str | None, text_version: str | None,
) -> None:  # fmt: skip
    """Record that WHO agrees to PURPOSE."""
    crm, whom = open_crm(ctx), who_from(who, kind, source)
    actor = None if by is None else Actor.staff(by)
    crm.consent.grant(whom, purpose, channel, text_version=text_version, method=method, actor=actor)
    click.echo("recorded")


@consent.command()
@_say_options
@click.pass_context
def withdraw(
    ctx: click.Context, *, who: str, kind: str | None, source: str | None, purpose: str, channel: str | None,
    method: str | None, by: str | None,
) -> None:  # fmt: skip
    """Record that WHO agrees to PURPOSE no more; it holds from now on."""
    crm, whom = open_crm(ctx), who_from(who, kind, source)
    crm.consent.withdraw(whom, purpose, channel, method=method, actor=None if by is None else Actor.staff(by))
    click.echo("recorded")


@consent.command("object")
@who_options
@click.option("--how", "method", metavar="WORD", help="How: phone, paper, …")
@click.pass_context
def object_(ctx: click.Context, *, who: str, kind: str | None, source: str | None, method: str | None) -> None:
    """Record that WHO objects to marketing: it ends everything commercial."""
    open_crm(ctx).consent.object(who_from(who, kind, source), method=method)
    click.echo("recorded")


@consent.command()
@who_options
@click.pass_context
def lift(ctx: click.Context, *, who: str, kind: str | None, source: str | None) -> None:
    """Let the suppressed addresses of WHO be used again, since they work after all."""
    count = open_crm(ctx).consent.lift(who_from(who, kind, source))
    click.echo(f"{count} addresses are used again")
