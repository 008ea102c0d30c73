"""Commands for privacy: export, erase, take away in time, requests and the register."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import actor_of, json_option, open_crm, who_from, who_options
from ecrm.errors import InvalidError
from ecrm.privacy.model.export import Export
from ecrm.privacy.model.person import Erased
from ecrm.privacy.model.processing import Processing
from ecrm.privacy.model.request import KINDS, LAWS, RequestKind

__all__ = ["privacy"]


@click.group()
def privacy() -> None:
    """Export and erase people, answer their requests, account for what is kept."""


@privacy.command()
@who_options
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page instead.")
@click.pass_context
def export(ctx: click.Context, *, who: str, kind: str | None, source: str | None, html: Path | None) -> None:
    """Print all that is kept of WHO as one JSON document, or write it as a page."""
    _show(open_crm(ctx).privacy.export(who_from(who, kind, source), actor_of(ctx)), html)


@privacy.command()
@who_options
@click.option("--because", required=True, metavar="TEXT", help="Why, without naming them: it stays in the audit.")
@click.option("--yes", is_flag=True, help="Do it: nothing brings back what is erased.")
@json_option
@click.pass_context
def erase(
    ctx: click.Context, *, who: str, kind: str | None, source: str | None, because: str, yes: bool, as_json: bool
) -> None:
    """Erase WHO from every table; what arrives of them later is stored nowhere."""
    if not yes:
        raise InvalidError.of("yes", "nothing brings back what is erased: say --yes")
    erased = open_crm(ctx).privacy.erase(who_from(who, kind, source), because, actor_of(ctx))
    if as_json:
        print_json(erased)
    else:
        _tell(erased)


@privacy.command()
@json_option
@click.pass_context
def retain(ctx: click.Context, *, as_json: bool) -> None:
    """Take away what was kept long enough; `ecrm work` does it once a day."""
    done = open_crm(ctx).privacy.retain()
    if as_json:
        print_json(done)
    else:
        print_table("Taken away", ("what", "values"), sorted(done.blanked.items()))


@privacy.command()
@click.option("--all", "with_closed", is_flag=True, help="Also those that were answered.")
@json_option
@click.pass_context
def requests(ctx: click.Context, *, with_closed: bool, as_json: bool) -> None:
    """List requests, those that are due first before others."""
    crm = open_crm(ctx)
    found = crm.privacy.requests(None if with_closed else "open", 10_000)
    if as_json:
        print_json({"requests": found})
        return
    rows = [(one.id, one.kind, one.law, one.customer_id, one.due_at, one.state) for one in found]
    print_table("Requests", ("id", "asks for", "law", "customer", "due (UTC)", "state"), rows)


@privacy.command()
@click.argument("asks_for", metavar="KIND", type=click.Choice(KINDS))
@who_options
@click.option("--law", type=click.Choice([*LAWS]), help="That of the shop's country where left out.")
@click.option("--channel", default="", metavar="NAME", help="By which way it came, as email.")
@click.option("--evidence", default="", metavar="TEXT", help="What proves it, as the id of a message.")
@click.pass_context
def request(
    ctx: click.Context, *, asks_for: RequestKind, who: str, kind: str | None, source: str | None, law: str | None,
    channel: str, evidence: str,
) -> None:  # fmt: skip
    """Note that WHO asks for something, and print the request's id: access, erasure, rectification, objection."""
    whom = who_from(who, kind, source)
    opened = open_crm(ctx).privacy.open_request(
        asks_for, whom, law=law, channel=channel, evidence=evidence, actor=actor_of(ctx)
    )
    click.echo(str(opened.id))


@privacy.command()
@click.argument("request_id", metavar="ID", type=click.UUID)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Of access: a page.")
@click.option("--yes", is_flag=True, help="Of erasure: do it, nothing brings it back.")
@click.pass_context
def fulfil(ctx: click.Context, *, request_id: UUID, html: Path | None, yes: bool) -> None:
    """Do what request ID asks for, and mark it as answered."""
    served = open_crm(ctx).privacy
    asked = {one.id: one.kind for one in served.requests(limit=10_000)}.get(request_id)
    if asked == "erasure" and not yes:
        raise InvalidError.of("yes", "nothing brings back what is erased: say --yes")
    outcome = served.fulfil(request_id, actor_of(ctx))
    if isinstance(outcome, Export):
        _show(outcome, html)
    elif isinstance(outcome, Erased):
        _tell(outcome)
    else:
        click.echo("done")


@privacy.command()
@click.argument("request_id", metavar="ID", type=click.UUID)
@click.option("--refused", is_flag=True, help="It was refused.")
@click.pass_context
def close(ctx: click.Context, *, request_id: UUID, refused: bool) -> None:
    """Mark request ID as answered in another way, or as refused."""
    open_crm(ctx).privacy.close(request_id, state="refused" if refused else "done", actor=actor_of(ctx))
    click.echo("done")


@privacy.command()
@click.option("--markdown", is_flag=True, help="Print it as a table of Markdown.")
@json_option
@click.pass_context
def register(ctx: click.Context, *, markdown: bool, as_json: bool) -> None:
    """Print the register of processing: what is kept, what for, how long, who receives it."""
    lines = open_crm(ctx).privacy.register()
    if as_json:
        print_json({"register": lines})
    elif markdown:
        click.echo("\n".join(markdown_of(lines)))
    else:
        rows = [(one.category, one.what, one.purpose, one.kept, ", ".join(one.recipients)) for one in lines]
        print_table("Register of processing", ("category", "what", "what for", "how long", "who receives it"), rows)


def markdown_of(lines: list[Processing]) -> list[str]:
    """Give the register as a table of Markdown."""
    rows = ((one.category, one.purpose, one.kept, ", ".join(one.recipients), ", ".join(one.where)) for one in lines)
    heads = ("category", "what for", "how long", "who receives it", "where")
    table = [heads, ("---",) * len(heads), *rows]
    return [f"| {' | '.join(cells)} |" for cells in table]


def _show(export: Export, html: Path | None) -> None:
    if html is None:
        click.echo(export.json())
        return
    html.write_text(export.html(), encoding="utf-8")
    click.echo("written", err=True)


def _tell(erased: Erased) -> None:
    print_table("Erased", ("table", "rows"), sorted(erased.rows.items()))
    click.echo(f"{erased.tombstones} identities are marked: what arrives of them is stored nowhere")
    if not erased.is_shredded:
        click.echo("others have the file open: stop them and call crm.privacy.vacuum()", err=True)
    if erased.left_in_host:
        click.echo(f"{erased.left_in_host} rows are left in the shop's own file, which it was writing", err=True)
