"""Commands for templates: write, look at, lint, approve and publish what messages say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ecrm.cli.messages import mapping_from
from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, note_look, open_crm, who_from
from ecrm.crm import CRM
from ecrm.errors import NotFoundError
from ecrm.messages import Template
from ecrm.values.who import IDENTITIES

__all__ = ["templates"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def templates() -> None:
    """Write, lint, preview and publish what messages say."""


def _which(command: Any) -> Any:
    version = click.option("--version", type=click.IntRange(1), help="Which version; the newest where left out.")
    language = click.option("--language", metavar="TAG", help="In which language, where there are several.")
    channel = click.option("--channel", metavar="NAME", help="For which channel, where there are several.")
    return click.argument("name")(channel(language(version(command))))


@templates.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """List every version of every template."""
    found = open_crm(ctx).messages.templates.versions()
    if as_json:
        print_json({"templates": found})
        return
    rows = [(one.name, one.channel, one.language, one.version, one.state, one.purpose, one.author) for one in found]
    print_table("Templates", ("name", "channel", "language", "version", "state", "purpose", "author"), rows)


@templates.command()
@click.argument("name")
@click.option("--channel", required=True, metavar="NAME", help="Where it goes: email, sms, …")
@click.option("--language", required=True, metavar="TAG", help="BCP 47, as tr.")
@click.option("--purpose", required=True, metavar="NAME", help="What for.")
@click.option("--commercial", is_flag=True, help="It is advertising.")
@click.option("--subject", help="The subject.")
@click.option("--text", "text_file", type=_FILE, help="A file with the plain text.")
@click.option("--html", "html_file", type=_FILE, help="A file with the HTML.")
@click.option("--provider-name", metavar="NAME", help="What the provider calls it (WhatsApp).")
@click.option("--author", default="", help="Who wrote it.")
@click.pass_context
def write(
    ctx: click.Context, *, name: str, channel: str, language: str, purpose: str, commercial: bool,
    subject: str | None, text_file: Path | None, html_file: Path | None, provider_name: str | None, author: str,
) -> None:  # fmt: skip
    """Write a new version of a template, as a draft."""
    made = open_crm(ctx).messages.templates.write(
        name, channel, language, author=author, purpose=purpose, is_commercial=commercial, subject=subject,
        text=None if text_file is None else text_file.read_text(encoding="utf-8"),
        html=None if html_file is None else html_file.read_text(encoding="utf-8"), provider_name=provider_name,
    )  # fmt: skip
    click.echo(f"{made.name}, version {made.version}: a draft")


@templates.command()
@click.argument("name", required=False)
@click.option("--given", multiple=True, metavar="NAME", help="A variable that is passed with the message.")
@json_option
@click.pass_context
def lint(ctx: click.Context, *, name: str | None, given: tuple[str, ...], as_json: bool) -> None:
    """Find what is wrong with templates: variables, parts, tone, the law; exit code 1 where one may not go live."""
    served = open_crm(ctx).messages.templates
    newest = {(one.name, one.channel, one.language): one for one in served.versions(name)}
    found = [(one, finding) for one in newest.values() for finding in served.lint(one, given)]
    if as_json:
        print_json({"findings": [{"template": one.name, "channel": one.channel, "language": one.language,
                                  "code": finding.code, "place": finding.place, "say": finding.say,
                                  "severity": finding.severity, "source": finding.source}
                                 for one, finding in found]})  # fmt: skip
    else:
        for one, finding in found:
            click.echo(f"{one.name} {one.channel} {one.language}: {finding.severity}: {finding}")
        click.echo(f"{len(newest)} templates, {len(found)} findings")
    ctx.exit(1 if any(finding.is_refused for _, finding in found) else 0)


@templates.command()
@_which
@click.option("--who", metavar="WHO", help="A customer; somebody of whom nothing is known where left out.")
@click.option("--as", "kind", type=click.Choice(IDENTITIES), help="Which kind of identity WHO is.")
@click.option("--variables", metavar="JSON", default="{}", help="What is passed with the message.")
@click.pass_context
def preview(
    ctx: click.Context, *, name: str, channel: str | None, language: str | None, version: int | None,
    who: str | None, kind: str | None, variables: str,
) -> None:  # fmt: skip
    """Show what a template says to a customer."""
    crm = open_crm(ctx)
    template = _chosen(crm, name, channel, language, version)
    whom = None if who is None else who_from(who, kind, None)
    content = crm.messages.templates.preview(template, whom, mapping_from(variables))
    if whom is not None:
        note_look(ctx, crm, whom)
    if content.subject is not None:
        click.echo(f"Subject: {content.subject}\n")
    click.echo(content.text)
    if content.parameters:
        click.echo(json.dumps(content.parameters, ensure_ascii=False))


@templates.command()
@_which
@click.option("--by", required=True, metavar="NAME", help="Who approves it: somebody else than its author.")
@click.pass_context
def approve(
    ctx: click.Context, *, name: str, channel: str | None, language: str | None, version: int | None, by: str
) -> None:
    """Say that a draft may go live."""
    crm = open_crm(ctx)
    crm.messages.templates.approve(_chosen(crm, name, channel, language, version), by)
    click.echo("approved")


@templates.command()
@_which
@click.option("--given", multiple=True, metavar="NAME", help="A variable that is passed with the message.")
@click.option("--by", default="", metavar="NAME", help="Who publishes it.")
@click.pass_context
def publish(
    ctx: click.Context, *, name: str, channel: str | None, language: str | None, version: int | None,
    given: tuple[str, ...], by: str,
) -> None:  # fmt: skip
    """Let a version go live; the one that was live before rests."""
    crm = open_crm(ctx)
    made = crm.messages.templates.publish(_chosen(crm, name, channel, language, version), given, by=by)
    click.echo(f"{made.name}, version {made.version}: {made.state}")


def _chosen(crm: CRM, name: str, channel: str | None, language: str | None, version: int | None) -> Template:
    wanted = {"channel": channel, "language": language, "version": version}
    found = [
        one
        for one in crm.messages.templates.versions(name)
        if all(value is None or getattr(one, field) == value for field, value in wanted.items())
    ]
    if len({(one.channel, one.language) for one in found}) != 1:
        raise NotFoundError("say which one is meant: --channel and --language; ecrm templates list shows them")
    return found[-1]
