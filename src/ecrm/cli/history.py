"""Commands that read what is known of one customer: timeline, facts."""

from __future__ import annotations

from typing import Any

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, note_look, open_crm, who_from, who_options
from ecrm.interactions.model.interaction import Interaction

__all__ = ["facts", "timeline"]


@click.command()
@who_options
@click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="How many.")
@click.option("--before", metavar="CURSOR", help="Go on from here: what the page before gave as next.")
@click.option("--kind", "kinds", multiple=True, metavar="NAME", help="Only events of this name; may be repeated.")
@json_option
@click.pass_context
def timeline(
    ctx: click.Context, *, who: str, kind: str | None, source: str | None, limit: int, before: str | None,
    kinds: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Show what happened with WHO, newest first.

    WHO is an e-mail address, a phone number, a customer's id, or what --as says.
    """
    crm, whom = open_crm(ctx), who_from(who, kind, source)
    page = crm.timeline(whom, limit=limit, before=before, kinds=kinds or None)
    note_look(ctx, crm, whom)
    if as_json:
        print_json({"interactions": [interaction_shown(one) for one in page], "next": page.next})
        return
    rows = [(one.at, one.kind + (" (voided)" if one.is_voided else ""), one.channel, _told(one)) for one in page]
    print_table("Timeline", ("at (UTC)", "what", "channel", "details"), rows)
    if page.next is not None:
        click.echo(f"more: --before '{page.next}'")


@click.command()
@who_options
@json_option
@click.pass_context
def facts(ctx: click.Context, *, who: str, kind: str | None, source: str | None, as_json: bool) -> None:
    """Show what is known of WHO as facts."""
    crm, whom = open_crm(ctx), who_from(who, kind, source)
    known = crm.facts(whom)
    note_look(ctx, crm, whom)
    if as_json:
        print_json(known)
    else:
        print_table("Facts", ("fact", "value"), sorted(known.items()))


def interaction_shown(one: Interaction) -> dict[str, Any]:
    """Give an interaction as JSON shows it."""
    names = (
        "id",
        "kind",
        "at",
        "channel",
        "source",
        "source_id",
        "is_live",
        "is_voided",
        "properties",
        "context",
    )
    return {name: getattr(one, name) for name in names}


def _told(one: Interaction) -> str:
    """Say in a few words what an interaction is about."""
    held = one.properties
    parts = [str(held[name]) for name in ("order_id", "name", "text", "reason") if held.get(name)]
    if held.get("total") is not None:
        parts.append(f"{held['total']} {held.get('currency', '')}".strip())
    products = held.get("products") or ()
    if products:
        first = products[0].get("name") or products[0].get("product_id") or products[0].get("sku")
        parts.append(f"{first}" + (f" and {len(products) - 1} more" if len(products) > 1 else ""))
    return ", ".join(parts)
