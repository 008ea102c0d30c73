"""The command that imports a file, rehearses it, or guesses what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ecrm.cli.output import print_json, print_table, show_progress
from ecrm.cli.session import json_option, open_crm
from ecrm.errors import InvalidError
from ecrm.imports import Rehearsal, Report, guess_mapping, import_file, load_mapping, rehearse_file

__all__ = ["import_"]

_PATH = click.Path(path_type=Path)


@click.command("import")
@click.argument("file", type=_PATH)
@click.option("--mapping", type=_PATH, help="TOML that says what the columns mean.")
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--report", type=_PATH, help="Write every rejected, left out or odd line here: .csv or .jsonl.")
@click.option("--guess", "is_guess", is_flag=True, help="Print a first mapping for FILE, to read over and keep.")
@json_option
@click.pass_context
def import_(
    ctx: click.Context, *, file: Path, mapping: Path | None, is_rehearsal: bool, report: Path | None,
    is_guess: bool, as_json: bool,
) -> None:  # fmt: skip
    """Import FILE: CSV, JSON lines or text in columns, gzipped or not.

    Importing again changes nothing. Exit code 1 when lines were rejected; the rest went in.
    """
    if is_guess:
        _guess(file, mapping)
        return
    if mapping is None:
        raise InvalidError.of("mapping", "say what the columns mean: --mapping M.toml; --guess writes a first one")
    meaning = load_mapping(mapping)
    crm = open_crm(ctx)
    with show_progress() as told:
        run = rehearse_file if is_rehearsal else import_file
        result: Report | Rehearsal = run(crm, file, meaning, report=report, progress=told)
    if as_json:
        print_json(result.to_json())
    else:
        _tell(result, report)
    account = result if isinstance(result, Report) else result.report
    ctx.exit(0 if account.is_clean else 1)


def _guess(file: Path, target: Path | None) -> None:
    text = guess_mapping(file)
    if target is None:
        click.echo(text, nl=False)
        return
    try:
        with target.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise InvalidError.of("mapping", "give a new file in a place that can be written to") from error
    click.echo(f"read it over, then import: {target}")


def _tell(result: Report | Rehearsal, report: Path | None) -> None:
    if isinstance(result, Rehearsal):
        print_table("What would happen", ("", "events"), list(result.counts.items()))
        samples = [(one.what, one.line, one.lines, one.event, one.reason) for one in result.samples]
        print_table("Samples", ("", "line", "lines", "event", "why"), samples)
        result = result.report
    else:
        click.echo(f"{result.recorded} recorded, {result.duplicates} there already")
    _tell_report(result)
    if not result.is_clean:
        faults = [(fault.number, fault.field, fault.reason) for fault in result.samples]
        print_table("Rejected", ("line", "field", "what to do"), faults)
        click.echo(f"all of them: {report}" if report else "all of them: import again with --report FILE", err=True)


def _tell_report(result: Report) -> None:
    rows: list[tuple[str, Any]] = [("lines", f"{result.lines:,}")]
    rows += [
        ("rejected lines", f"{result.rejected_lines:,}"),
        ("lines left out", f"{result.left_out_lines:,}"),
    ]
    rows += [(name, f"{count:,}") for name, count in result.events.items()]
    rows += [(name.replace("_", " "), f"{count:,}") for name, count in result.odd.items()]
    print_table("Lines", ("", "count"), rows)
    if result.amounts:
        amounts = [(name, f"{amount:,f}") for name, amount in result.amounts.items()]
        amounts += [("sum over all lines", f"{result.total:,f}"), ("rounded away", f"{-result.rounding:,f}")]
        print_table("Money" + ("" if result.is_balanced else " (DOES NOT ADD UP)"), ("", "amount"), amounts)
