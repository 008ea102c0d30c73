"""The command that moves a CRM from a SQLite file to a PostgreSQL database."""

from __future__ import annotations

import contextlib
from contextlib import closing

import click

from ecrm.cli.opening import Opening
from ecrm.cli.output import print_json, print_table, show_progress, to_plain
from ecrm.cli.session import json_option
from ecrm.crm import CRM
from ecrm.database import Database
from ecrm.database.migrating import Owner
from ecrm.moving import Moved, compare
from ecrm.moving import move as move_all
from ecrm.moving.sides import check_sides

__all__ = ["move"]


@click.command()
@click.argument("source", metavar="SQLITE_URL")
@click.argument("target", metavar="POSTGRES_URL")
@click.option("--verify", "only_compares", is_flag=True, help="Write nothing, compare the two sides.")
@json_option
@click.pass_context
def move(ctx: click.Context, source: str, target: str, *, only_compares: bool, as_json: bool) -> None:
    """Move a CRM into an empty PostgreSQL database; one that was stopped goes on.

    Stop the shop's writes and its workers first. At the end every row of the two sides is compared.
    """
    opening: Opening = ctx.obj
    with contextlib.ExitStack() as opened:
        ours, theirs = (opened.enter_context(closing(Database(url))) for url in (source, target))
        beside = opened.enter_context(closing(Database(opening.host))) if opening.host else None
        owners = _owners(ours, theirs, opening.plugins)
        with show_progress(unit="rows") as told:
            if only_compares:
                moved = compare(ours, theirs, owners, told)
            else:
                moved = move_all(ours, theirs, owners, told, host=beside)
    _show(moved, as_json=as_json)
    ctx.exit(1 if moved.differing else 0)


def _owners(ours: Database, theirs: Database, plugins: tuple[str, ...] | None) -> tuple[Owner, ...]:
    # Looked at first: to open a CRM on a file that is not there would make it.
    check_sides(ours, theirs)
    with CRM(ours.url.render_as_string(hide_password=False), plugins=plugins) as crm:
        return crm._core.owners  # noqa: SLF001 - the command line stands for the program that holds the CRM


def _show(moved: Moved, *, as_json: bool) -> None:
    if as_json:
        print_json({"is_alike": not moved.differing} | to_plain(moved))
        return
    rows = [("same" if t.is_alike else "DIFFERS", t.table, t.source_rows, t.target_rows) for t in moved.tables]
    print_table("Both sides", ("", "table", "rows in SQLite", "rows in PostgreSQL"), rows)
    click.echo(f"{moved.copied_rows} rows copied")
    if moved.left_behind:
        click.echo(f"not moved, since their plugins are not installed here: {', '.join(moved.left_behind)}", err=True)
