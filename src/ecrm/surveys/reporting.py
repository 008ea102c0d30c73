"""One page that says what came of a survey: figures in tables, charts beside them, nothing from elsewhere.

What is on it is in `reported`; how charts are drawn is in `charts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from ecrm.errors import NotFoundError
from ecrm.surveys.account import Account
from ecrm.surveys.followup import Followup
from ecrm.surveys.model import Survey
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

__all__ = ["Reports", "write_report"]


class Reports(Account):
    """Write what the surveys of one shop came to; see `Account` for the arguments."""

    def report(
        self,
        survey: str,
        since: dt.date | None = None,
        until: dt.date | None = None,
        *,
        by: str | None = None,
        horizon_days: Sequence[int] = (30, 90, 180),
        also: Mapping[str, str] | None = None,
        verbatims: int = 0,
        has_charts: bool = True,
    ) -> str:
        """Write one page: results, said versus did, and what people wrote.

        With verbatims it holds personal data: note in the audit who gets it, as `ecrm surveys report` does.

        Args:
            survey: Its key.
            since: From when on: a time with its zone, or a day of the shop.
            until: Before when.
            by: What to split it by, as for `results`.
            horizon_days: Within how many days, as for `said_versus_did`.
            also: What else customers may do, as for `said_versus_did`.
            verbatims: How many of the newest texts are quoted, 0 to 1,000.
            has_charts: Whether there are charts.

        Returns:
            HTML of one file: no script, nothing is fetched.

        Raises:
            NotFoundError: There is no such survey, or nothing to split by.
            InvalidError: Something can not be.
            SetupError: There are to be charts, and matplotlib is not installed.

        >>> page = crm.surveys.report("nps", has_charts=False)
        >>> "no answers yet" in page
        True
        """
        results, settings = self.results(survey, since, until, by=by), self._shop.settings
        texts = self.verbatims(survey, since, until, limit=verbatims) if verbatims else ()
        shown = self._defined(survey)
        title = survey if shown is None else shown.said(shown.title, settings.language)
        followup = None
        if shown is not None and shown.scale is not None:
            followup = self.said_versus_did(survey, horizon_days, since, until, also=also)
        at = self._kit.now().astimezone(settings.zone_info)
        return write_report(title, results, followup, texts, at, has_charts=has_charts)

    def _defined(self, survey: str) -> Survey | None:
        """Give a survey; None of one that another system asks, of which there are answers alone."""
        try:
            return self.show(survey)
        except NotFoundError:
            return None


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
        title=title, about=_about(results, at.tzinfo), headlines=headlines, notes=results.notes,
        sections=[one for one in sections if one is not None], made=f"Made on {at:%Y-%m-%d at %H:%M %Z}.",
    )  # fmt: skip
    return page


def _about(results: Results, zone: dt.tzinfo | None) -> str:
    begins = [] if results.since is None else [f"from {results.since.astimezone(zone):%Y-%m-%d}"]
    ends = [] if results.until is None else [f"until {results.until.astimezone(zone):%Y-%m-%d}"]
    return " ".join([f"{results.n:,} answers", *begins, *ends])


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment

    source = (resources.files("ecrm.surveys") / "report.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True).from_string(source)
