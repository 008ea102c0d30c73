"""The command for what a shop has set: show it, change it."""

from __future__ import annotations

from pathlib import Path

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, open_crm
from ecrm.errors import InvalidError

__all__ = ["shop"]


@click.command()
@click.option("--country", metavar="CC", help="ISO 3166; local phone numbers are read as its.")
@click.option("--zone", metavar="ZONE", help="IANA time zone, as Europe/Istanbul.")
@click.option("--currency", metavar="CODE", help="ISO 4217, as TRY.")
@click.option("--language", metavar="TAG", help="BCP 47, as tr.")
@click.option("--naive-times/--no-naive-times", "reads_naive_times", default=None, help="Read times without a zone.")
@click.option("--inbox-days", type=click.IntRange(0), help="How long finished inbox rows are kept.")
@click.option("--name", metavar="NAME", help="What stands above the pages.")
@click.option("--logo", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="The picture beside it: PNG, JPEG, WebP or SVG.")  # fmt: skip
@click.option("--colour", metavar="#RRGGBB", help="Of buttons and of what is chosen.")
@click.option("--dark-colour", metavar="#RRGGBB", help="The same where the reader's device is dark.")
@json_option
@click.pass_context
def shop(
    ctx: click.Context, /, *, name: str | None, logo: Path | None, colour: str | None, dark_colour: str | None,
    as_json: bool, **settings: str | int | bool | None,
) -> None:  # fmt: skip
    """Show what the shop has set; what is given is set first."""
    held = open_crm(ctx).shop
    look = {"name": name, "logo": None if logo is None else _picture(logo), "colour": colour,
            "dark_colour": dark_colour}  # fmt: skip
    look = {field: value for field, value in look.items() if value is not None}
    given = {field: value for field, value in settings.items() if value is not None}
    set_ = (held.configure(**given) if given else held.settings).to_json()
    brand = held.rebrand(**look) if look else held.brand
    shown = {"name": brand.name, "logo": brand.logo and brand.logo.kind, "colour": brand.colour and str(brand.colour),
             "dark_colour": brand.dark_colour and str(brand.dark_colour)}  # fmt: skip
    if as_json:
        print_json({**set_, **shown})
    else:
        print_table(f"Shop {held.key}", ("setting", "value"), sorted({**set_, **shown}.items()))


def _picture(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidError.of("logo", "give a file that can be read") from error
