"""The command that lists invitations to surveys, and says why somebody was not asked, or not yet."""

from __future__ import annotations

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, note_look, open_crm, who_from
from ecrm.values.who import IDENTITIES

__all__ = ["invitations"]


@click.command()
@click.argument("key", required=False)
@click.option("--who", metavar="WHO", help="Only of this customer.")
@click.option("--as", "kind", type=click.Choice(IDENTITIES), help="Which kind of identity WHO is.")
@click.option("--source", metavar="NAME", help="Which system knows the account.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many.")
@json_option
@click.pass_context
def invitations(
    ctx: click.Context, *, key: str | None, who: str | None, kind: str | None, source: str | None, limit: int,
    as_json: bool,
) -> None:  # fmt: skip
    """List invitations, to the survey KEY or to all, the newest first."""
    crm = open_crm(ctx)
    whom = None if who is None else who_from(who, kind, source)
    found = crm.surveys.invitations(whom, key, limit)
    note_look(ctx, crm, whom, len(found))
    if as_json:
        print_json({"invitations": found})
        return
    rows = [(one.survey, one.state, one.reason or "", one.due_at or "", one.answered_at or "") for one in found]
    print_table("Invitations", ("survey", "state", "because", "due (UTC)", "answered"), rows)
