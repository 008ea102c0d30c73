"""Commands for what customers answered: results of a survey, and what they wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import click

from ecrm.cli.moments import since_option, span_from, until_option
from ecrm.cli.output import print_json, print_table
from ecrm.cli.session import json_option, note_look, open_crm
from ecrm.surveys.results import ChoiceResult, NumberResult, QuestionResult, RankingResult, Results, ScaleResult
from ecrm.surveys.scoring import NpsScore, Rating

__all__ = ["results", "verbatims"]


@click.command()
@click.argument("key")
@since_option
@until_option
@click.option("--by", metavar="WHAT", help="Split by a fact, a plugin's condition, version, language, channel, …")
@click.option("--version", type=click.IntRange(1), help="Of one version only.")
@click.option("--every", default="month", type=click.Choice(("day", "week", "month", "quarter", "year")),
              show_default=True, help="The periods of the trend.")  # fmt: skip
@json_option
@click.pass_context
def results(
    ctx: click.Context, /, *, key: str, since: str | None, until: str | None, every: str, as_json: bool, **how: Any
) -> None:
    """Show what a survey came to: rates, score, answers, trend; each with how sure it is."""
    crm = open_crm(ctx)
    found = crm.surveys.results(key, *span_from(crm, since, until), **how)
    if as_json:
        print_json(_plain(found, every))
        return
    print_table(f"Results of {key}", ("figure", "value"), _figures(found))
    asked = [(name, one.kind, one.n, _said(one)) for name, one in found.questions.items()]
    print_table("Questions", ("question", "kind", "answers", "what was answered"), asked)
    print_table("Trend", ("from", "score", "change"), [
        (point.period, point.score.headline, point.change) for point in found.trend(every)
    ])  # fmt: skip
    if found.drivers:
        moving = [(one.name, one.correlation, one.is_clear) for one in found.drivers]
        print_table("Moves with the score; that is not why", ("answer", "correlation", "clear"), moving)
    if found.groups:
        rows = [(name, one.n, _headline(one.score), one.response_rate) for name, one in found.groups.items()]
        print_table(f"By {found.by}, as it is now", ("group", "answers", "score", "response rate"), rows)


@click.command()
@click.argument("key")
@since_option
@until_option
@click.option("--search", metavar="TEXT", help="What is in it, in any case of letters.")
@click.option("--band", metavar="BAND", help="Of which band, as detractor.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="How many.")
@json_option
@click.pass_context
def verbatims(
    ctx: click.Context, /, *, key: str, since: str | None, until: str | None, as_json: bool, **how: Any
) -> None:
    """Show what people wrote, the newest first; the audit says who looked."""
    crm = open_crm(ctx)
    found = crm.surveys.verbatims(key, *span_from(crm, since, until), **how)
    note_look(ctx, crm, None, rows=len({one.customer_id for one in found}))
    if as_json:
        print_json({"verbatims": found})
        return
    rows = [(one.at, one.question, one.score, one.band, one.text, one.customer_id) for one in found]
    print_table(f"Written in {key}", ("at (UTC)", "question", "score", "band", "text", "customer"), rows)


def _figures(found: Results) -> Iterator[tuple[str, Any]]:
    yield "answers", f"{found.n:,}"
    yield "asked", f"{found.invited.asked:,} ({found.invited.sent:,} were sent, {found.invited.waiting:,} are open)"
    yield "response rate", found.response_rate
    yield "completion rate", found.completion_rate
    yield "median time", "not known" if found.median_s is None else f"{found.median_s:g} s"
    yield from ((kind, _headline(score)) for kind, score in found.scores.items())
    if found.score is not None:
        yield from found.score.shares.items()
    yield from (("note", note) for note in found.notes)


def _headline(score: NpsScore | Rating | None) -> Any:
    return "" if score is None else score.headline


def _said(one: QuestionResult) -> str:
    if isinstance(one, ScaleResult):
        return str(one.score.headline)
    if isinstance(one, ChoiceResult):
        return ", ".join(f"{held.says}: {held.count:,}" for held in one.bins)
    if isinstance(one, RankingResult):
        ranked = sorted((rank.value, key) for key, rank in one.ranks.items() if rank.value is not None)
        return ", ".join(f"{key}: {value:.2f}" for value, key in ranked)
    return str(one.mean) if isinstance(one, NumberResult) else one.note


def _plain(found: Results, every: str) -> dict[str, Any]:
    """Give all of it as JSON, with the figures that are worked out of others."""
    kept = {field.name: getattr(found, field.name) for field in attrs.fields(Results)}
    scores = {kind: _scored(score) for kind, score in found.scores.items()}
    questions = {name: _asked(one) for name, one in found.questions.items()}
    return {
        **kept, "score": _scored(found.score), "scores": scores, "questions": questions,
        "response_rate": found.response_rate, "completion_rate": found.completion_rate,
        "trend": [{"period": one.period, "score": _scored(one.score), "change": one.change}
                  for one in found.trend(every)],
        "groups": {name: _plain(one, every) for name, one in found.groups.items()},
    }  # fmt: skip


def _asked(one: QuestionResult) -> dict[str, Any]:
    kept = {field.name: getattr(one, field.name) for field in attrs.fields(type(one))}
    return {**kept, "score": _scored(one.score)} if isinstance(one, ScaleResult) else kept


def _scored(score: NpsScore | Rating | None) -> dict[str, Any] | None:
    if score is None:
        return None
    return {"n": score.n, "headline": score.headline, "shares": score.shares, "bars": score.bars}
