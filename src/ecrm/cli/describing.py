"""The command that describes the HTTP surface, for whoever calls it or guards it."""

from __future__ import annotations

from typing import Any

import click

from ecrm.cli.output import print_json
from ecrm.cli.session import open_crm
from ecrm.errors import InvalidError
from ecrm.registry import load
from ecrm.web.openapi import describe

__all__ = ["openapi"]


@click.command()
@click.option("--url", default="/", metavar="URL", help="The address of the mount, as https://shop.example/ecrm.")
@click.option(
    "--mount",
    "mounts",
    multiple=True,
    metavar="WORD=MODULE:NAME",
    help="What else is mounted, as v1=ecrm.adapters.segment:Collector; several times for several.",
)
@click.pass_context
def openapi(ctx: click.Context, url: str, mounts: tuple[str, ...]) -> None:
    """Print the OpenAPI document of what a host mounts: webhooks, pages, and more by --mount."""
    crm = open_crm(ctx)
    mounted: dict[str, Any] = {}
    for said in mounts:
        word, separator, where = said.partition("=")
        if not (separator and word and ":" in where):
            raise InvalidError.of("mount", "write it as v1=ecrm.adapters.segment:Collector")
        mounted[word] = load(where, f"the mount {word}")(crm)
    print_json(describe(crm, mounted, url=url))
