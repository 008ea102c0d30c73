"""Commands for messages: arrange, send, see what became of them and why, hold them back."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, note_look, open_crm, who_from, who_options
from ecrm.errors import InvalidError
from ecrm.messages import Commercial, Content, QuietHours, Transactional
from ecrm.messages.tables.message import STATES
from ecrm.values.who import IDENTITIES

__all__ = ["mapping_from", "messages"]


@click.group()
def messages() -> None:
    """Arrange what is sent, see what became of it and why."""


@messages.command()
@click.option("--delivery", type=click.Choice(["off", "redirect", "live"]), help="Whether messages go at all.")
@click.option("--redirect-to", nargs=2, multiple=True, metavar="KIND ADDRESS", help="Where everything goes instead.")
@click.option("--public-url", metavar="URL", help="Where the pages of ecrm are mounted.")
@click.option("--channels", metavar="NAMES", help="In which order channels are tried, with commas between them.")
@click.option("--sender", nargs=2, multiple=True, metavar="NAME TEXT", help="Who the shop is: trade_name, mersis, …")
@click.option("--quiet-hours", metavar="HOURS", help="When nobody is written to, as 21:00-08:00; or none.")
@json_option
@click.pass_context
def configure(
    ctx: click.Context, *, delivery: str | None, redirect_to: tuple[tuple[str, str], ...], public_url: str | None,
    channels: str | None, sender: tuple[tuple[str, str], ...], quiet_hours: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Arrange what is named, and show what holds."""
    given: dict[str, Any] = {
        "delivery": delivery,
        "redirect_to": dict(redirect_to),
        "public_url": public_url,
        "channels": None if channels is None else [name.strip() for name in channels.split(",")],
        "sender": dict(sender),
    }
    crm = open_crm(ctx)
    given = {name: value for name, value in given.items() if value}
    if quiet_hours is not None:
        given["quiet_hours"] = None if quiet_hours == "none" else _quiet_hours(quiet_hours)
    held = crm.messages.configure(**given) if given else crm.messages.arranged
    if as_json:
        print_json(held)
        return
    arrangement = held.arrangement
    rows = [(name, value) for name, value in arrangement.to_json().items()]
    rows += [
        ("budget", "; ".join(map(str, held.policy.caps)) or "none"),
        ("quiet hours", held.policy.quiet_hours or "none"),
    ]
    print_table("Messages", ("what", "is"), rows)


@messages.command()
@who_options
@click.option("--purpose", required=True, metavar="NAME", help="What for, as order_updates or marketing.")
@click.option("--commercial", is_flag=True, help="It is advertising.")
@click.option("--channel", default="preferred", show_default=True, metavar="NAME", help="By which channel.")
@click.option("--template", metavar="NAME", help="What it says: a template that is live.")
@click.option("--subject", help="Of a message that says what --text says.")
@click.option("--text", help="What it says.")
@click.option("--variables", metavar="JSON", default="{}", help="What the template is filled with beside.")
@click.option("--reason", required=True, help="Why it is sent, for whoever asks.")
@click.pass_context
def send(
    ctx: click.Context, *, who: str, kind: str | None, source: str | None, purpose: str, commercial: bool,
    channel: str, template: str | None, subject: str | None, text: str | None, variables: str, reason: str,
) -> None:  # fmt: skip
    """Ask for a message to WHO to be sent; the worker sends it, where it may go."""
    make = Commercial if commercial else Transactional
    content = None if text is None else Content(subject=subject, text=text)
    message = make(
        to=who_from(who, kind, source), purpose=purpose, channel=channel, template=template, content=content,
        variables=mapping_from(variables), reason=reason,
    )  # fmt: skip
    click.echo(open_crm(ctx).messages.send(message))


@messages.command("list")
@click.option("--who", metavar="WHO", help="Only to this customer.")
@click.option("--as", "kind", type=click.Choice(IDENTITIES), help="Which kind of identity WHO is.")
@click.option("--source", metavar="NAME", help="Which system knows the account.")
@click.option("--state", type=click.Choice(STATES), help="Only in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many.")
@json_option
@click.pass_context
def list_(
    ctx: click.Context, *, who: str | None, kind: str | None, source: str | None, state: str | None, limit: int,
    as_json: bool,
) -> None:  # fmt: skip
    """List messages, the newest first."""
    crm = open_crm(ctx)
    found = crm.messages.list(None if who is None else who_from(who, kind, source), state, limit)
    if as_json:
        print_json({"messages": found})
        return
    rows = [
        (one.id, one.asked_at, one.purpose, one.channel, one.state, one.trail[-1]["because"] if one.trail else "")
        for one in found
    ]
    print_table("Messages", ("id", "asked (UTC)", "purpose", "channel", "state", "because"), rows)


@messages.command()
@click.argument("id_", metavar="ID")
@json_option
@click.pass_context
def explain(ctx: click.Context, *, id_: str, as_json: bool) -> None:
    """Say what became of a message and why."""
    crm = open_crm(ctx)
    found = crm.explain_message(id_)
    note_look(ctx, crm, None)
    if as_json:
        print_json(found)
        return
    click.echo(f"{found.state}: {found.purpose} by {found.channel}, because {found.reason}")
    for line in found.trail:
        click.echo(f"  {line['at'][:16]} {line['state']}: {line['because']}")
    for receipt in found.receipts:
        weak = " (perhaps a program)" if receipt.is_weak else ""
        click.echo(f"  {receipt.at:%Y-%m-%dT%H:%M} {receipt.status}{weak}")


@messages.command()
@click.option("--since", metavar="TIME", help="Only what was asked for since then; all that waits where left out.")
@click.pass_context
def hold(ctx: click.Context, *, since: str | None) -> None:
    """Park what waits or is under way: after a restored backup it may have gone already."""
    try:
        moment = None if since is None else dt.datetime.fromisoformat(since)
    except ValueError as error:
        raise InvalidError.of("since", "give an ISO 8601 time, as 2026-11-22T10:00:00+03:00") from error
    click.echo(f"{open_crm(ctx).messages.hold(moment)} messages are parked")


@messages.command()
@click.argument("ids", nargs=-1, required=True)
@click.pass_context
def release(ctx: click.Context, *, ids: tuple[str, ...]) -> None:
    """Let messages that are parked or uncertain be sent, at the risk that they went before."""
    crm = open_crm(ctx)
    for id_ in ids:
        crm.messages.release(id_)
    click.echo(f"{len(ids)} messages wait again")


@messages.command()
@click.argument("id_", metavar="ID")
@click.option("--because", required=True, help="Why, for whoever asks.")
@click.pass_context
def cancel(ctx: click.Context, *, id_: str, because: str) -> None:
    """Let a message that waits never go."""
    open_crm(ctx).messages.cancel(id_, because)
    click.echo("cancelled")


@messages.command()
@click.pass_context
def adopt(ctx: click.Context) -> None:
    """Say that this database is the shop's own: after it was moved, or restored; park first what may have gone."""
    open_crm(ctx).messages.adopt()
    click.echo("this database sends from now on")


def mapping_from(text: str) -> dict[str, Any]:
    """Read the variables of a message.

    Raises:
        InvalidError: It is no JSON object.

    >>> mapping_from('{"order_id": "7"}')
    {'order_id': '7'}
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidError.of("variables", 'give JSON, as {"order_id": "7"}') from error
    if not isinstance(value, dict):
        raise InvalidError.of("variables", 'give a JSON object, as {"order_id": "7"}')
    return value


def _quiet_hours(text: str) -> QuietHours:
    start, _, end = text.partition("-")
    try:
        wall = dt.time.fromisoformat(start), dt.time.fromisoformat(end)
    except ValueError as error:
        raise click.BadParameter("give two times, as 21:00-08:00, or none", param_hint="--quiet-hours") from error
    return QuietHours(*wall)
