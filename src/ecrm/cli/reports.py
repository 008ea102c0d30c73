"""Commands that write what came of a survey as a page, and set what customers did beside what they said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ecrm.cli.moments import since_option, span_from, until_option
from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, note_look, open_crm
from ecrm.errors import InvalidError
from ecrm.surveys.reported import said_of

__all__ = ["did", "report"]

_HORIZONS = click.option(
    "--within", "horizon_days", type=click.IntRange(1), multiple=True, metavar="DAYS", default=(30, 90, 180),
    show_default=True, help="Within how many days after answering; may be repeated.",
)  # fmt: skip
_ALSO = click.option(
    "--also", nargs=2, multiple=True, metavar="NAME WHAT",
    help="What else customers do: what it is called, and an event or a fact that counts some.",
)  # fmt: skip


@click.command()
@click.argument("key")
@since_option
@until_option
@_HORIZONS
@_ALSO
@json_option
@click.pass_context
def did(
    ctx: click.Context, /, *, key: str, since: str | None, until: str | None, also: tuple[tuple[str, str], ...],
    horizon_days: tuple[int, ...], as_json: bool,
) -> None:  # fmt: skip
    """Set what customers did beside what they said, and say whether the score predicts anything here."""
    crm = open_crm(ctx)
    found = crm.surveys.said_versus_did(key, horizon_days, *span_from(crm, since, until), also=dict(also))
    if as_json:
        print_json(found.to_json())
        return
    names = [*found.outcomes[0].shares, "revenue"]
    rows = [(one.group, one.horizon_days, one.n, *(said_of(one[name], name, found.currency) for name in names))
            for one in found.outcomes]  # fmt: skip
    print_table("Said versus did", ("group", "days", "customers", *names), rows)
    for note in found.notes:
        click.echo(note)
    click.echo(found.sentence)


@click.command()
@click.argument("key")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", required=True,
              help="The page is written there; what was there before is not kept.")  # fmt: skip
@since_option
@until_option
@click.option("--by", metavar="WHAT", help="Split by a fact, a plugin's condition, version, language, channel, …")
@_HORIZONS
@_ALSO
@click.option("--verbatims", type=click.IntRange(0, 1_000), default=0, show_default=True,
              help="How many of the newest texts are quoted.")  # fmt: skip
@click.option("--charts/--no-charts", "has_charts", default=True, help="Charts need ecrm[plots].")
@click.pass_context
def report(
    ctx: click.Context, /, *, key: str, target: Path, since: str | None, until: str | None,
    also: tuple[tuple[str, str], ...], verbatims: int, **how: Any,
) -> None:  # fmt: skip
    """Write one page of HTML: results, said versus did, and what people wrote."""
    crm = open_crm(ctx)
    page = crm.surveys.report(key, *span_from(crm, since, until), also=dict(also), verbatims=verbatims, **how)
    if verbatims:
        note_look(ctx, crm, None, rows=verbatims)
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InvalidError.of("to", "give a file in a place that can be written to") from error
    click.echo(str(target))
