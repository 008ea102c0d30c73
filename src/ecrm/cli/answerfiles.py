"""Commands that give answers out, and take them in."""

from __future__ import annotations

from pathlib import Path

import click

from ecrm.cli.moments import since_option, span_from, until_option
from ecrm.cli.output import print_json, print_table, show_progress
from ecrm.cli.session import actor_of, json_option, open_crm
from ecrm.errors import InvalidError
from ecrm.imports import import_answers

__all__ = ["export", "import_"]

_PATH = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("key")
@click.option("--format", "form", type=click.Choice(["csv", "json"]),
              help="CSV that no spreadsheet takes for formulas, or JSON lines; as FILE ends where left out, else CSV.",
              )  # fmt: skip
@since_option
@until_option
@click.option("--to", "target", type=_PATH, metavar="FILE", help="Write a new file; print it where left out.")
@click.pass_context
def export(
    ctx: click.Context, *, key: str, form: str | None, since: str | None, until: str | None, target: Path | None
) -> None:
    """Give the answers to survey KEY out; it is noted in the audit."""
    if form is None:
        form = "json" if target is not None and target.suffix in {".jsonl", ".json"} else "csv"
    crm = open_crm(ctx)
    sheet = crm.surveys.export(key, *span_from(crm, since, until), actor=actor_of(ctx))
    text = sheet.csv() if form == "csv" else sheet.json_lines()
    if target is None:
        click.echo(text, nl=False)
        return
    try:
        with target.open("x", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="") as opened:
            opened.write(text)
    except OSError as error:
        raise InvalidError.of("to", "give a new file in a place that can be written to") from error
    click.echo(f"{len(sheet)} answers written", err=True)


@click.command("import")
@click.argument("key")
@click.argument("file", type=_PATH)
@click.option("--source", default="import", show_default=True, help="The system the answers come from.")
@click.option("--report", type=_PATH, help="Write every rejected line here: .csv or .jsonl.")
@json_option
@click.pass_context
def import_(ctx: click.Context, *, key: str, file: Path, source: str, report: Path | None, as_json: bool) -> None:
    """Take answers to survey KEY in from FILE: CSV or JSON lines, gzipped or not.

    Importing again changes nothing. Exit code 1 when lines were rejected; the rest went in.
    """
    crm = open_crm(ctx)
    with show_progress() as told:
        done = import_answers(crm, file, key, source=source, report=report, progress=told)
    if as_json:
        print_json(done.to_json())
    else:
        click.echo(f"{done.recorded} recorded, {done.duplicates} there already, {done.rejected_lines} lines rejected")
        if not done.is_clean:
            print_table(
                "Rejected", ("line", "field", "what to do"), [(f.number, f.field, f.reason) for f in done.samples]
            )
    ctx.exit(0 if done.is_clean else 1)
