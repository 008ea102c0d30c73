"""Commands for the audit: who did what to personal data, and whether anybody changed the record of it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ecrm.audit.model import Anchor, Record
from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, open_crm, who_from
from ecrm.errors import InvalidError
from ecrm.values.who import IDENTITIES

__all__ = ["audit"]


@click.group()
def audit() -> None:
    """See who did what to personal data, and whether the record of it is whole."""


@audit.command("list")
@click.option("--who", metavar="WHO", help="Only to this customer; of somebody erased, the id they had.")
@click.option("--as", "kind", type=click.Choice(IDENTITIES), help="Which kind of identity WHO is.")
@click.option("--source", metavar="NAME", help="Which system knows the account.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many.")
@json_option
@click.pass_context
def list_(
    ctx: click.Context, *, who: str | None, kind: str | None, source: str | None, limit: int, as_json: bool
) -> None:
    """List what was done, newest first."""
    found = open_crm(ctx).audit.entries(None if who is None else who_from(who, kind, source), limit=limit)
    if as_json:
        print_json({"entries": [_shown(one) for one in found]})
        return
    rows = [(one.number, one.at, one.action, one.subject_id, one.actor, _told(one)) for one in found]
    print_table("Audit", ("number", "at (UTC)", "action", "customer", "actor", "details"), rows)


@audit.command()
@click.option(
    "--anchor",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What `ecrm audit anchor` printed: it also finds records cut off at the end.",
)
@json_option
@click.pass_context
def verify(ctx: click.Context, *, file: Path | None, as_json: bool) -> None:
    """Tell whether every record is as it was written; exit code 1 when one is not."""
    verdict = open_crm(ctx).audit.verify(None if file is None else _anchor_in(file))
    if as_json:
        print_json(verdict)
    else:
        click.echo(verdict.finding)
    ctx.exit(0 if verdict.is_intact else 1)


@audit.command()
@click.pass_context
def anchor(ctx: click.Context) -> None:
    """Print how far the audit is: keep it where who keeps the database can not write."""
    print_json(open_crm(ctx).audit.anchor())


def _anchor_in(file: Path) -> Anchor:
    try:
        return Anchor.from_json(json.loads(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise InvalidError.of("anchor", "give the file with what `ecrm audit anchor` printed") from error


def _shown(one: Record) -> dict[str, object]:
    names = ("number", "at", "action", "subject_id", "actor", "details")
    return {name: getattr(one, name) for name in names} | {"hash": one.hash.hex()}


def _told(one: Record) -> str:
    return ", ".join(f"{name}={value}" for name, value in one.details.items())
