"""Commands for surveys: list them, show one, have them asked, stop, invite somebody, look at one before it goes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from ecrm.cli.answerfiles import export, import_
from ecrm.cli.answers import results, verbatims
from ecrm.cli.invitations import invitations
from ecrm.cli.links import link
from ecrm.cli.moments import moment_from
from ecrm.cli.output import print_json, print_table
from ecrm.cli.reports import did, report
from ecrm.cli.session import json_option, open_crm, who_from, who_options
from ecrm.surveys.schema import survey_to_wire

__all__ = ["surveys"]


@click.group()
def surveys() -> None:
    """Ask customers: what is asked, of whom, and what became of it."""


for _command in (did, export, import_, invitations, link, report, results, verbatims):
    surveys.add_command(_command)


@surveys.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """List every version of every survey, and what runs."""
    served = open_crm(ctx).surveys
    versions, running = served.list(), served.running()
    if as_json:
        print_json({"surveys": versions, "running": [_running(one) for one in running]})
        return
    rows = [(one.key, one.version, one.state, one.author, one.at) for one in versions]
    print_table("Surveys", ("key", "version", "state", "author", "at"), rows)
    asked = [(one.name, one.survey, one.state, _said(one.plan), _counted(one.counts)) for one in running]
    print_table("Asked", ("name", "survey", "state", "when", "invitations"), asked)


@surveys.command()
@click.argument("key")
@click.option("--version", type=click.IntRange(1), help="Which version; the one that is live where left out.")
@click.pass_context
def show(ctx: click.Context, *, key: str, version: int | None) -> None:
    """Show a survey as JSON, as `write` takes it."""
    print_json(survey_to_wire(open_crm(ctx).surveys.show(key, version)))


@surveys.command()
@click.argument("key")
@click.option("--name", metavar="NAME", help="What this way of asking is called; the key where left out.")
@click.option("--after", metavar="EVENT", help="On which event, as 'Order Delivered'.")
@click.option("--delay", metavar="LENGTH", help="How long after it, as '3 days'.")
@click.option("--every", metavar="LENGTH", help="On a schedule: how long from one round to the next.")
@click.option("--where", metavar="CONDITION", help="Only those for whom a plugin's condition holds.")
@click.option("--sample", type=click.FloatRange(0, 1, min_open=True), help="Which share of customers is asked.")
@click.option("--quota", type=click.IntRange(1), help="After how many answers nobody is asked any more.")
@click.option("--ends-at", metavar="TIME", help="From when on nobody is asked any more.")
@click.option("--reminder", "reminders", multiple=True, metavar="LENGTH", help="How long after; may be repeated.")
@click.option("--channel", metavar="NAME", help="By which channel.")
@click.option("--language", metavar="TAG", help="BCP 47; the customer's own where left out.")
@click.pass_context
def start(ctx: click.Context, /, *, key: str, name: str | None, ends_at: str | None, **plan: Any) -> None:
    """Have a survey asked: after an event, on a schedule, or by hand."""
    given = {field: value for field, value in plan.items() if value not in (None, ())}
    crm = open_crm(ctx)
    begun = crm.surveys.start(key, name, ends_at=moment_from(crm, "ends_at", ends_at), **given)
    click.echo(f"{begun.name}: {_said(begun.plan)}")


@surveys.command()
@click.argument("name")
@click.pass_context
def stop(ctx: click.Context, *, name: str) -> None:
    """Ask nobody any more; who was asked can still answer."""
    click.echo(f"{open_crm(ctx).surveys.stop(name).name}: stopped")


@surveys.command()
@click.argument("key")
@who_options
@click.pass_context
def invite(ctx: click.Context, *, key: str, who: str, kind: str | None, source: str | None) -> None:
    """Ask one customer now; the rules hold for them too."""
    made = open_crm(ctx).surveys.invite(who_from(who, kind, source), key)
    said = f"message {made.message_id}" if made.message_id else f"it waits until {made.due_at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"invitation {made.id}: {said}")


@surveys.command()
@click.argument("key")
@click.option("--language", metavar="TAG", help="In which language.")
@click.pass_context
def preview(ctx: click.Context, *, key: str, language: str | None) -> None:
    """Print what a survey says, question by question."""
    crm = open_crm(ctx)
    survey = crm.surveys.show(key)
    spoken = language or crm.shop.settings.language
    # Of answers there are none yet: what stands for them is seen.
    answers = {question.key: "…" for question in survey.questions}
    click.echo(survey.said(survey.title, spoken))
    for question in survey.questions:
        marks = ", ".join([question.kind, *(["required"] if question.is_required else []),
                           *(["not always"] if question.when is not None else [])])  # fmt: skip
        click.echo(f"- {survey.said(question.asks, spoken, answers)} ({marks})")


def _said(plan: Any) -> str:
    if plan.after is not None:
        return f"{_length(plan.delay)} after {plan.after}" if plan.delay else f"on {plan.after}"
    return f"every {_length(plan.every)}" if plan.every is not None else "by hand"


def _length(length: dt.timedelta) -> str:
    days = length / dt.timedelta(days=1)
    return f"{days:g} days" if days >= 1 else f"{days * 24:g} hours"


def _counted(counts: Any) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))


def _running(one: Any) -> dict[str, Any]:
    return {"name": one.name, "survey": one.survey, "state": one.state, "started_at": one.started_at,
            "plan": one.plan.to_json(), "counts": one.counts}  # fmt: skip
