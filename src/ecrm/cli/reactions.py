"""Commands for what runs by itself: where reactions stand, what failed, replay and rehearsal, pulling a source."""

from __future__ import annotations

from collections.abc import Callable

import click

from ecrm.cli.moments import moment_from, span_from
from ecrm.cli.output import print_json, print_table, show_progress
from ecrm.cli.session import json_option, open_crm
from ecrm.errors import InvalidError
from ecrm.reactions.model.rehearsal import Foreseen, Replayed, label_of
from ecrm.reactions.model.standing import Standing

__all__ = ["parked", "reactions", "replay", "sync"]

_SHOWN = 20


@click.command()
@json_option
@click.pass_context
def reactions(ctx: click.Context, *, as_json: bool) -> None:
    """Show where each reaction stands: how far it has read, how late it is, what of it failed."""
    standings = open_crm(ctx).reactions()
    if as_json:
        print_json({"reactions": standings})
        return
    rows = [(one.name, one.is_on, one.waiting, f"{one.lag_s:.0f} s", _troubles(one)) for one in standings]
    heads = ("reaction", "on", "waiting", "late", "trouble")
    print_table("Reactions", heads, rows)


@click.command()
@click.option("--retry", "ids", multiple=True, metavar="ID", help="Try this one again; may be repeated; or: all.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many.")
@json_option
@click.pass_context
def parked(ctx: click.Context, *, ids: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Show what reactions and timers failed on, with what is tried again; or let it be tried again."""
    crm = open_crm(ctx)
    if ids:
        count = sum(crm.retry(one) for one in _numbers(ids))
        click.echo(f"{count} are tried again by the next work")
        return
    found = crm.parked(with_retrying=True, limit=limit)
    if as_json:
        print_json({"parked": found})
        return
    rows = [(one.id, one.reaction, one.failed_at, one.tries, one.next_try_at or "given up", one.error) for one in found]
    print_table("Parked", ("id", "reaction", "failed (UTC)", "tries", "next try (UTC)", "error"), rows)


@click.command()
@click.argument("reaction")
@click.option("--since", metavar="TIME", help="From when on, as 2026-01-31 or 2026-01-31T12:00; in the shop's zone.")
@click.option("--until", metavar="TIME", help="Before when; now where left out.")
@click.option("--dry-run", is_flag=True, help="Only tell what would have happened.")
@json_option
@click.pass_context
def replay(
    ctx: click.Context, *, reaction: str, since: str | None, until: str | None, dry_run: bool, as_json: bool
) -> None:
    """Walk REACTION through history as it happened, and do what it says; nothing is done twice."""
    crm = open_crm(ctx)
    span = span_from(crm, since, until)
    play = crm.dry_run if dry_run else crm.replay
    with show_progress(unit="interactions") as told:
        progress: Callable[[int, int], None] | None = None
        if told is not None:
            shown = told
            progress = lambda done, total: shown("replaying", done, total)  # noqa: E731 - it is passed on
        played = play(reaction, *span, progress=progress)
    if as_json:
        print_json(_to_json(played))
    else:
        _print(played, is_rehearsal=dry_run)
    ctx.exit(1 if played.failed else 0)


@click.command()
@click.argument("source")
@click.option("--since", help="Pull anew from this time or day on, where the source can.")
@json_option
@click.pass_context
def sync(ctx: click.Context, *, source: str, since: str | None, as_json: bool) -> None:
    """Pull SOURCE at once until there is nothing more, and put what came on the timelines."""
    crm = open_crm(ctx)
    with show_progress(unit="events") as told:
        progress = None if told is None else lambda pulled: told("pulling", pulled.events, 0)
        pulled = crm.sync(source, progress, since=moment_from(crm, "since", since))
    done = crm.work()
    if as_json:
        print_json({"pulled": pulled, "done": done})
    else:
        click.echo(
            f"{pulled.events} events in {pulled.pages} pages, {done.received} received, {done.rejected} rejected"
        )
    ctx.exit(1 if done.rejected else 0)


def _troubles(one: Standing) -> str:
    rests = "" if one.rest_until is None else f"rests until {one.rest_until:%H:%M:%S} UTC"
    retrying = f"{one.retrying} tried again" if one.retrying else ""
    parked = f"{one.parked} parked" if one.parked else ""
    return ", ".join(filter(None, (rests, retrying, parked)))


def _numbers(ids: tuple[str, ...]) -> list[int | None]:
    if ids == ("all",):
        return [None]
    try:
        return [int(one) for one in ids]
    except ValueError as error:
        raise InvalidError.of("retry", "give ids as `ecrm parked` lists them, or: all") from error


def _print(played: Replayed, *, is_rehearsal: bool) -> None:
    would = "would have been" if is_rehearsal else "were"
    click.echo(f"{played.seen} interactions {would} seen, {played.fired} timers {would} fired, {played.failed} failed")
    if played.counts:
        print_table(
            "What would have happened" if is_rehearsal else "What was said", ("effect", "times"), played.counts.items()
        )
    if not is_rehearsal:
        click.echo(f"{played.recorded} events are recorded that were not before")
    told = [one for one in played.effects if label_of(one.effect).split(" ")[0] not in {"SetTimer", "CancelTimer"}]
    if told:
        rows = [
            (one.at, label_of(one.effect), "timer" if one.is_by_timer else "interaction", one.profile_id)
            for one in told
        ]
        print_table("The first of them", ("at (UTC)", "effect", "of a", "about"), rows[:_SHOWN])
    for failure in played.failures[:_SHOWN]:
        click.echo(f"failed at {failure.cause.at:%Y-%m-%d %H:%M}: {failure.error}", err=True)


def _to_json(played: Replayed) -> dict[str, object]:
    return {
        "seen": played.seen,
        "fired": played.fired,
        "counts": dict(played.counts),
        "recorded": played.recorded,
        "failed": played.failed,
        "effects": [_effect_shown(one) for one in played.effects],
        "failures": [{"at": one.cause.at, "cause_id": one.cause.id, "error": one.error} for one in played.failures],
    }


def _effect_shown(one: Foreseen) -> dict[str, object]:
    return {
        "at": one.at,
        "effect": label_of(one.effect),
        "cause_id": one.cause_id,
        "is_by_timer": one.is_by_timer,
        "profile_id": one.profile_id,
    }
