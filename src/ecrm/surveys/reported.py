"""The sections of a report: lines, tables, charts; which of them there are follows from what is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

from ecrm.surveys.charts import draw_bars, draw_curves, draw_outcomes, draw_trend
from ecrm.surveys.followup import Followup
from ecrm.surveys.results import (
    Bin,
    ChoiceResult,
    DateResult,
    MatrixResult,
    NumberResult,
    QuestionResult,
    RankingResult,
    Results,
    ScaleResult,
    ValueResult,
    Verbatim,
)
from ecrm.surveys.scoring import SCALES, Bar, Estimate
from ecrm.surveys.scoring.followup import BOUGHT, REVENUE
from ecrm.values.money import Money

__all__ = [
    "Block",
    "Quote",
    "Section",
    "answered_section",
    "driver_section",
    "followup_section",
    "group_section",
    "question_section",
    "said_of",
    "score_section",
    "trend_section",
    "verbatim_section",
]

_FEWEST_POINTS = 2
_MOST_DAYS, _MOST_WEEKS = 31, 183
_MOST_LISTED = 20
_SHARES = ("answer", "answers", "share")


@attrs.frozen
class Block:
    """Be a table with what is said above it, and a chart of the same."""

    title: str = ""
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    note: str = ""
    chart: str = ""


@attrs.frozen(repr=False)
class Quote:
    """Be what somebody wrote."""

    text: str
    about: str


@attrs.frozen(repr=False)
class Section:
    """Be a part of a report."""

    title: str
    lines: Sequence[str] = ()
    blocks: Sequence[Block] = ()
    quotes: Sequence[Quote] = ()


def score_section(results: Results, *, has_charts: bool) -> Section | None:
    """Say what the score is made of; None where the survey has none."""
    score = results.score
    if score is None:
        return None
    bands = [(band, str(share)) for band, share in score.shares.items()]
    blocks = [Block("By band", ("band", "share"), bands)]
    if score.bars:
        blocks.append(_scale_block("By answer", score.bars, results.kind, has_charts=has_charts))
    return Section("Score", [str(score.headline)], blocks)


def trend_section(results: Results, *, has_charts: bool) -> Section | None:
    """Say how the score went; None where there is but one period."""
    if results.kind is None or not results.by_day:
        return None
    length = (max(results.by_day) - min(results.by_day)).days
    every = "day" if length <= _MOST_DAYS else "week" if length <= _MOST_WEEKS else "month"
    points = results.trend(every)
    if sum(point.score.n > 0 for point in points) < _FEWEST_POINTS:
        return None
    rows = [(f"{one.period:%Y-%m-%d}", one.score.headline, "" if one.change is None else one.change) for one in points]
    chart = draw_trend(points, f"The score by {every}") if has_charts else ""
    return Section(f"By {every}", [], [Block("", (f"{every} from", "score", "change"), rows, chart=chart)])


def answered_section(results: Results) -> Section:
    """Say how many were asked, answered, and stopped where."""
    invited = results.invited
    rows = [("asked", f"{invited.asked:,}"), ("sent", f"{invited.sent:,}"), ("answered", f"{invited.answered:,}"),
            ("response rate", results.response_rate), ("completion rate", results.completion_rate),
            ("median time", _length(results.median_s, results.timed))]  # fmt: skip
    stops = [(one.key or "(before the first answer)", f"{one.reached:,}", f"{one.stopped:,}", one.share)
             for one in results.stops]  # fmt: skip
    return Section("Who answered", [], [
        Block("", ("", ""), rows),
        Block("Where they stopped", ("question", "came so far", "stopped here", "share"), stops),
    ])  # fmt: skip


def question_section(results: Results, *, has_charts: bool) -> Section | None:
    """Say what was answered to each question; None where there is none."""
    # What is the score already stands above.
    asked = [
        one for one in results.questions.values() if not (isinstance(one, ScaleResult) and one.score == results.score)
    ]
    blocks = [block for one in asked for block in _question(one, has_charts=has_charts)]
    return Section("Question by question", [], blocks) if blocks else None


def driver_section(results: Results) -> Section | None:
    """Say which answers move with the score; None where there is none."""
    if not results.drivers:
        return None
    rows = [(one.name, one.correlation, "yes" if one.is_clear else "no") for one in results.drivers]
    said = "What moves together need not be cause and effect."
    return Section("What moves with the score", [said], [Block("", ("answer", "rank correlation", "clear"), rows)])


def group_section(results: Results) -> Section | None:
    """Set the groups side by side; None where the results are not split."""
    if not results.groups:
        return None
    rows = [(name, f"{one.n:,}", "" if one.score is None else one.score.headline, one.response_rate)
            for name, one in results.groups.items()]  # fmt: skip
    return Section(f"By {results.by}", [], [Block("", ("group", "answers", "score", "response rate"), rows)])


def followup_section(followup: Followup, *, has_charts: bool) -> Section:
    """Set what customers did beside what they said."""
    names = [*followup.outcomes[0].shares, REVENUE] if followup.outcomes else []
    blocks = []
    for name in names:
        rows = [(one.group, f"{one.horizon_days} days", f"{one.n:,}", said_of(one[name], name, followup.currency))
                for one in followup.outcomes]  # fmt: skip
        title = name[:1].upper() + name[1:]
        has_any = has_charts and name != REVENUE and any(one[name].value is not None for one in followup.outcomes)
        chart = draw_outcomes(followup.outcomes, name, title) if has_any else ""
        heads = ("group", "within", "customers", "mean of a customer" if name == REVENUE else "share")
        blocks.append(Block(title, heads, rows, chart=chart))
    if has_charts:
        curves = {group: curve for (group, what), curve in followup.curves.items() if what == BOUGHT}
        longest = max(followup.found.horizons_days)
        chart = draw_curves(curves, longest, "To whom it happened by when: bought again")
        blocks.append(Block("Until they bought again", chart=chart))
    best, worst = followup.found.scale.people[0], followup.found.scale.people[2]
    blocks += [*_listed(f"{best[:1].upper()}{best[1:]} who left", followup.best_who_left),
               *_listed(f"{worst[:1].upper()}{worst[1:]} who stayed", followup.worst_who_stayed)]  # fmt: skip
    said = "Who answers is not drawn by lot: what goes with a score need not come from it."
    return Section("Said versus did", [followup.sentence, said, *followup.notes], blocks)


def verbatim_section(verbatims: Sequence[Verbatim], zone: dt.tzinfo) -> Section | None:
    """Quote what somebody wrote; None where there is nothing."""
    quotes = [
        Quote(one.text, ", ".join(part for part in (
            one.question, "" if one.score is None else f"score {one.score}", f"{one.at.astimezone(zone):%Y-%m-%d}",
        ) if part))
        for one in verbatims
    ]  # fmt: skip
    return Section("In their own words", [], [], quotes) if quotes else None


def said_of(estimate: Estimate, name: str, currency: str | None) -> str:
    """Say how often something happened, or what customers bought for, in the currency of the shop.

    Args:
        estimate: A share; of revenue the mean of a customer in minor units.
        name: What happened.
        currency: ISO 4217; None where nobody bought.
    """
    if name != REVENUE or estimate.value is None or currency is None:
        return str(estimate)
    said = str(_money(estimate.value, currency))
    if estimate.interval is not None:
        low, high = (_money(one, currency).amount for one in (estimate.interval.low, estimate.interval.high))
        said = f"{said} ({100 * estimate.interval.level:g} %: {low} to {high}; n = {estimate.n:,})"
    return said


def _question(one: QuestionResult, *, has_charts: bool) -> Iterable[Block]:
    about = "; ".join(part for part in (f"{one.n:,} answers", one.note, _unread(one.unread)) if part)
    if isinstance(one, ScaleResult):
        yield _scale_block(one.asks, one.score.bars, one.kind, has_charts=has_charts, note=f"{one.score.headline}")
    elif isinstance(one, ChoiceResult):
        yield Block(one.asks, _SHARES, _bins(one.bins), about)
    elif isinstance(one, RankingResult):
        first = {bin_.key: bin_ for bin_ in one.firsts}
        ranks = [(first[key].says if key in first else key, rank, first[key].share if key in first else "")
                for key, rank in one.ranks.items()]  # fmt: skip
        yield Block(one.asks, ("choice", "mean rank, 1 is best", "came first"), ranks, about)
    elif isinstance(one, MatrixResult):
        for row, bins in one.rows.items():
            yield Block(f"{one.asks} – {one.says.get(row, row)}", _SHARES, _bins(bins), about)
    elif isinstance(one, NumberResult):
        quartiles = "" if one.quartiles is None else f"{one.quartiles[0]:g} to {one.quartiles[1]:g}"
        rows = [("mean", one.mean), ("median", "" if one.median is None else f"{one.median:g}"),
                ("middle half", quartiles), ("least", _plain(one.least)), ("most", _plain(one.most))]  # fmt: skip
        yield Block(one.asks, ("", ""), rows, about)
    elif isinstance(one, DateResult | ValueResult):
        rows = [(str(value), f"{count:,}") for value, count in [*one.counts.items()][:_MOST_LISTED]]
        more = len(one.counts) - len(rows)
        yield Block(
            one.asks, ("answer", "answers"), rows, "; ".join([about, *([f"and {more:,} more"] if more else [])])
        )
    else:
        yield Block(one.asks, note=about)


def _scale_block(title: str, bars: Sequence[Bar], kind: str | None, *, has_charts: bool, note: str = "") -> Block:
    rows = [(bar.value, f"{bar.count:,}", bar.share) for bar in bars]
    chart = draw_bars(bars, title, kind if kind in SCALES else None) if has_charts else ""
    return Block(title, _SHARES, rows, note, chart)


def _bins(bins: Iterable[Bin]) -> list[tuple[str, str, Estimate]]:
    return [(one.says, f"{one.count:,}", one.share) for one in bins]


def _money(minor: float, currency: str) -> Money:
    return Money.of_minor(round(minor), currency)


def _listed(title: str, lists: Mapping[int, Sequence[Any]]) -> Iterable[Block]:
    rows = [(f"{days} days", f"{len(ids):,}", ", ".join(str(one) for one in ids[:_MOST_LISTED])
             + (" …" if len(ids) > _MOST_LISTED else "")) for days, ids in lists.items()]  # fmt: skip
    yield Block(title, ("within", "customers", "ids"), rows)


def _length(seconds: float | None, timed: int) -> str:
    if seconds is None:
        return "not known"
    minutes, rest = divmod(round(seconds), 60)
    return f"{f'{minutes} min ' if minutes else ''}{rest} s (of {timed:,})"


def _unread(count: int) -> str:
    return f"{count:,} can not be read" if count else ""


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value}"
