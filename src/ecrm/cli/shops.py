"""The command for what a shop has set: show it, change it."""

from __future__ import annotations

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, open_crm

__all__ = ["shop"]


@click.command()
@click.option("--country", metavar="CC", help="ISO 3166; local phone numbers are read as its.")
@click.option("--zone", metavar="ZONE", help="IANA time zone, as Europe/Istanbul.")
@click.option("--currency", metavar="CODE", help="ISO 4217, as TRY.")
@click.option("--language", metavar="TAG", help="BCP 47, as tr.")
@click.option("--naive-times/--no-naive-times", "reads_naive_times", default=None, help="Read times without a zone.")
@click.option("--inbox-days", type=click.IntRange(0), help="How long finished inbox rows are kept.")
@json_option
@click.pass_context
def shop(ctx: click.Context, /, *, as_json: bool, **settings: str | int | bool | None) -> None:
    """Show what the shop has set; what is given is set first."""
    held = open_crm(ctx).shop
    given = {name: value for name, value in settings.items() if value is not None}
    set_ = (held.configure(**given) if given else held.settings).to_json()
    if as_json:
        print_json(set_)
    else:
        print_table(f"Shop {held.key}", ("setting", "value"), sorted(set_.items()))
