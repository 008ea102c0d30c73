"""One page that says what came of a survey: figures in tables, charts beside them, nothing from elsewhere.

What is on it is in `reported`; how charts are drawn is in `charts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from ecrm.surveys.followup import Followup
from ecrm.surveys.reported import (
    Section,
    answered_section,
    driver_section,
    followup_section,
    group_section,
    question_section,
    score_section,
    trend_section,
    verbatim_section,
)
from ecrm.surveys.results import Results, Verbatim

__all__ = ["write_report"]


def write_report(
    title: str,
    results: Results,
    followup: Followup | None,
    verbatims: Sequence[Verbatim],
    at: dt.datetime,
    *,
    has_charts: bool = True,
) -> str:
    """Write the page.

    Args:
        title: What the survey is called.
        results: What came of it.
        followup: What customers did afterwards; None leaves it out.
        verbatims: What somebody wrote; nothing leaves it out.
        at: When it is made, in the shop's zone.
        has_charts: Whether there are charts, which need `ecrm[plots]`.

    Returns:
        HTML of one file: no script, nothing is fetched.

    Raises:
        SetupError: There are to be charts, and matplotlib is not installed.
    """
    sections: list[Section | None] = [
        score_section(results, has_charts=has_charts),
        trend_section(results, has_charts=has_charts),
        answered_section(results),
        question_section(results, has_charts=has_charts),
        driver_section(results),
        group_section(results),
        None if followup is None else followup_section(followup, has_charts=has_charts),
        verbatim_section(verbatims, at.tzinfo or dt.UTC),
    ]
    headlines = [] if results.score is None else [f"{(results.kind or '').upper()} {results.score.headline}"]
    if followup is not None:
        headlines.append(followup.sentence)
    page: str = _template().render(
        title=title, about=_about(results), headlines=headlines, notes=results.notes,
        sections=[one for one in sections if one is not None], made=f"Made on {at:%Y-%m-%d at %H:%M %Z}.",
    )  # fmt: skip
    return page


def _about(results: Results) -> str:
    days = [
        f"from {results.since:%Y-%m-%d}" if results.since else "",
        f"until {results.until:%Y-%m-%d}" if results.until else "",
    ]
    return " ".join([f"{results.n:,} answers", *(one for one in days if one)])


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment

    source = (resources.files("ecrm.surveys") / "report.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True).from_string(source)
