"""Charts of what surveys come to, as SVG by matplotlib (`ecrm[plots]`): what they show also stands in tables."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from ecrm.errors import InvalidError, SetupError
from ecrm.surveys.scoring import SCALES, Bar, Curve, Estimate, Outcome, Point

__all__ = ["draw_bars", "draw_curves", "draw_outcomes", "draw_trend"]

# Okabe & Ito's colours: told apart by whoever sees colours otherwise.
_BEST, _MIDDLE, _WORST, _OTHER, _NONE = "#0072b2", "#8a8a8a", "#d55e00", "#cc79a7", "#444444"
_IN_TURN = (_BEST, _MIDDLE, _WORST, _OTHER, _NONE)
_WIDE, _HIGH = 6.4, 3.0


def draw_bars(bars: Sequence[Bar], title: str, kind: str | None = None) -> str:
    """Draw how often each step of a scale was answered.

    Args:
        bars: The steps, in order.
        title: What it shows, for whoever does not see it.
        kind: nps, csat or ces, which colours the bands.

    Returns:
        An SVG element, with the intervals of the shares as lines.

    Raises:
        SetupError: matplotlib is not installed.

    >>> from ecrm.surveys.scoring import nps
    >>> draw_bars(nps({9: 3, 2: 1}).bars, "How likely?", "nps")[:17]
    '<svg role="img" a'
    """
    figure, axes = _figure()
    colours = [_colour_of(kind, bar.value) for bar in bars]
    values = [100 * (bar.share.value or 0.0) for bar in bars]
    axes.bar([str(bar.value) for bar in bars], values, color=colours, width=0.75)
    for place, bar in enumerate(bars):
        _error(axes, place, bar.share, 100)
    axes.set_ylabel("%")
    return _svg(figure, title)


def draw_trend(points: Sequence[Point], title: str) -> str:
    """Draw scores by period, with their intervals.

    Args:
        points: One or more, in order.
        title: What it shows, for whoever does not see it.

    Raises:
        InvalidError: There is no point.
        SetupError: matplotlib is not installed.
    """
    told = [(point.period, point.score.headline) for point in points if point.score.headline.value is not None]
    if not told:
        raise InvalidError.of("points", "give a period at least that has answers")
    figure, axes = _figure()
    factor = 100 if told[0][1].unit == "share" else 1
    days = [day for day, _ in told]
    axes.plot(days, [factor * (one.value or 0.0) for _, one in told], color=_BEST, marker="o")
    spans = [(day, one.interval) for day, one in told if one.interval is not None]
    if spans:
        lows, highs = [factor * span.low for _, span in spans], [factor * span.high for _, span in spans]
        axes.fill_between([day for day, _ in spans], lows, highs, color=_BEST, alpha=0.15)
    axes.set_ylabel({"share": "%", "points": "points"}.get(told[0][1].unit, told[0][1].unit))
    axes.tick_params(axis="x", labelrotation=30)
    return _svg(figure, title)


def draw_outcomes(outcomes: Sequence[Outcome], what: str, title: str) -> str:
    """Draw to which share of each group something happened, horizon by horizon, with the intervals.

    Args:
        outcomes: Of several groups and horizons, as `SaidVersusDid.outcomes` has them.
        what: What happened, as `bought again`.
        title: What it shows, for whoever does not see it.

    Raises:
        NotFoundError: Nothing of that name was counted.
        SetupError: matplotlib is not installed.
    """
    figure, axes = _figure()
    # A band has its colour whether or not anybody is in the others.
    colours = dict(zip(dict.fromkeys(one.group for one in outcomes), _IN_TURN, strict=False))
    groups = list(dict.fromkeys(one.group for one in outcomes if one.n))
    horizons = sorted({one.horizon_days for one in outcomes})
    held = {(one.group, one.horizon_days): one[what] for one in outcomes}
    width = 0.8 / max(len(groups), 1)
    for turn, group in enumerate(groups):
        shown = [(place + (turn - (len(groups) - 1) / 2) * width, held[group, days])
                 for place, days in enumerate(horizons) if held[group, days].value is not None]  # fmt: skip
        heights = [100 * (share.value or 0.0) for _, share in shown]
        axes.bar([x for x, _ in shown], heights, color=colours.get(group, _NONE), width=width * 0.9, label=group)
        for x, share in shown:
            _error(axes, x, share, 100)
    axes.set_xticks(range(len(horizons)), [f"{days} days" for days in horizons])
    axes.set_ylabel("%")
    _legend(figure, axes)
    return _svg(figure, title)


def draw_curves(curves: Mapping[str, Curve], days: float, title: str) -> str:
    """Draw to how many of each group something happened by when, follow-up that is not over counted as far as it goes.

    Args:
        curves: By group.
        days: To how many days after the answer.
        title: What it shows, for whoever does not see it.

    Raises:
        SetupError: matplotlib is not installed.

    Source: Kaplan & Meier (1958), see `ecrm.surveys.scoring.Curve`.
    """
    figure, axes = _figure()
    for (group, curve), colour in zip(curves.items(), _IN_TURN, strict=False):
        steps = [step for step in curve.steps if step.days <= days]
        end = min(days, curve.last_days)
        if not curve.n or end <= 0:
            continue
        x = [0.0, *(step.days for step in steps), end]
        y = [0.0, *(100 * (1 - step.waiting) for step in steps)]
        axes.step(x, [*y, y[-1]], where="post", color=colour, label=group)
    axes.set_xlabel("days after answering")
    axes.set_ylabel("%")
    _legend(figure, axes)
    return _svg(figure, title)


def _figure() -> tuple[Any, Any]:
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise SetupError('charts are drawn by matplotlib: pip install "ecrm[plots]"') from error
    # Not by pyplot, which keeps figures for the whole program.
    figure = Figure(figsize=(_WIDE, _HIGH), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _colour_of(kind: str | None, value: int) -> str:
    if kind not in SCALES:
        return _BEST
    scale = SCALES[kind]
    return dict(zip(scale.bands, (_BEST, _MIDDLE, _WORST), strict=True))[scale.band_of(value)]


def _error(axes: Any, x: float, estimate: Estimate, factor: float) -> None:
    if estimate.interval is not None:
        axes.vlines(x, factor * estimate.interval.low, factor * estimate.interval.high, color=_NONE, linewidth=1)


def _legend(figure: Any, axes: Any) -> None:
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)


def _svg(figure: Any, title: str) -> str:
    written = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(written, format="svg", metadata=nothing)
    drawn = written.getvalue()
    # Inside a page there is no prolog, and a picture says in words what it shows.
    return f'<svg role="img" aria-label={quoteattr(title)} {drawn[drawn.index("<svg") + 5 :].strip()}'
