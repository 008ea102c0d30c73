"""Commands about customers: list, search, show, tag, note, merge, unmerge, suggestions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import actor_of, json_option, note_look, open_crm, who_from, who_options
from ecrm.customers.model.trait import Customer

__all__ = ["customers"]

_HEADINGS = ("id", "name", "birthday", "language", "tags", "attributes")


@click.group()
def customers() -> None:
    """Find, show and change customers."""


@customers.command("list")
@click.option("--after", type=click.UUID, metavar="ID", help="Go on after this customer.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many.")
@json_option
@click.pass_context
def list_(ctx: click.Context, *, after: UUID | None, limit: int, as_json: bool) -> None:
    """List customers, by id."""
    crm = open_crm(ctx)
    found = crm.customers.list(after=after, limit=limit)
    note_look(ctx, crm, None, len(found))
    after = found[-1].id if len(found) == limit else None
    _show(found, after, as_json=as_json)


@customers.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="How many.")
@json_option
@click.pass_context
def search(ctx: click.Context, *, text: str, limit: int, as_json: bool) -> None:
    """Search by the beginnings of names, or of an e-mail address or phone number."""
    crm = open_crm(ctx)
    found = crm.customers.search(text, limit)
    note_look(ctx, crm, None, len(found))
    _show(found, None, as_json=as_json)


@customers.command()
@who_options
@json_option
@click.pass_context
def show(ctx: click.Context, *, who: str, kind: str | None, source: str | None, as_json: bool) -> None:
    """Show all there is of WHO: profile, identities, facts, orders, newest interactions."""
    from ecrm.cli.history import interaction_shown

    crm, whom = open_crm(ctx), who_from(who, kind, source)
    view = crm.customer(whom)
    note_look(ctx, crm, whom)
    if as_json:
        told = {name: getattr(view, name) for name in ("customer", "identities", "facts", "orders")}
        print_json({**told, "interactions": [interaction_shown(one) for one in view.interactions]})
        return
    print_table("Customer", _HEADINGS, [_row(view.customer)])
    identities = [(one.kind, one.value, one.is_proven) for one in view.identities]
    print_table("Identities", ("kind", "value", "proven"), identities)
    print_table("Facts", ("fact", "value"), sorted(view.facts.items()))
    orders = [(one.order_id, one.placed_at, one.total, one.status) for one in view.orders]
    print_table("Orders", ("order", "placed (UTC)", "total", "status"), orders)
    newest = [(one.at, one.kind, one.channel) for one in view.interactions]
    print_table("Timeline", ("at (UTC)", "what", "channel"), newest)


@customers.command()
@who_options
@click.argument("tags", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="Take the tags off.")
@click.pass_context
def tag(
    ctx: click.Context, *, who: str, kind: str | None, source: str | None, tags: tuple[str, ...], remove: bool
) -> None:
    """Put TAGS on WHO, or take them off."""
    served = open_crm(ctx).customers
    (served.untag if remove else served.tag)(who_from(who, kind, source), *tags, actor=actor_of(ctx))
    click.echo("done")


@customers.command()
@who_options
@click.argument("text")
@click.pass_context
def note(ctx: click.Context, *, who: str, kind: str | None, source: str | None, text: str) -> None:
    """Write a note on the timeline of WHO."""
    open_crm(ctx).customers.note(who_from(who, kind, source), text, actor=actor_of(ctx))
    click.echo("done")


@customers.command()
@click.argument("keep")
@click.argument("absorb")
@click.option("--because", default="", metavar="TEXT", help="Why they are one.")
@json_option
@click.pass_context
def merge(ctx: click.Context, *, keep: str, absorb: str, because: str, as_json: bool) -> None:
    """Decide that two customers are one; the id that is printed takes it back."""
    merged = open_crm(ctx).customers.merge(keep, absorb, because=because, actor=actor_of(ctx))
    if as_json:
        print_json(merged)
    else:
        click.echo(str(merged.id))


@customers.command()
@click.argument("merge_id", type=click.UUID)
@click.pass_context
def unmerge(ctx: click.Context, *, merge_id: UUID) -> None:
    """Take a merge back."""
    open_crm(ctx).customers.unmerge(merge_id, actor=actor_of(ctx))
    click.echo("done")


@customers.command()
@json_option
@click.pass_context
def suggestions(ctx: click.Context, *, as_json: bool) -> None:
    """List pairs who may be one customer, for a person to decide."""
    pairs = open_crm(ctx).customers.suggestions()
    if as_json:
        print_json(pairs)
    else:
        rows = [(one.one, one.other, one.because, one.at) for one in pairs]
        print_table("Suggestions", ("one", "other", "because", "at (UTC)"), rows)


def _show(found: list[Customer], after: UUID | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"customers": found, "after": after})
        return
    print_table("Customers", _HEADINGS, [_row(one) for one in found])
    if after is not None:
        click.echo(f"more: --after {after}")


def _row(one: Customer) -> tuple[Any, ...]:
    attributes = ", ".join(f"{name}={value}" for name, value in one.attributes.items())
    return one.id, one.name, one.birthday, one.language, ", ".join(sorted(one.tags)), attributes
