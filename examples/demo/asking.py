"""Ask the customers of the sample whether they would recommend the shop, and write what comes of it as two pages.

Nobody ever asked them: their answers are drawn by chance. So the score must say nothing about who bought again.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path

from rich.console import Console

from ecrm import CRM, Who, events
from ecrm.http import Request
from ecrm.web import Site

ANSWERED = 1_200
# From 0 to 10: most are content, as in most shops.
HOW_OFTEN = (2, 1, 1, 1, 2, 4, 6, 12, 20, 22, 29)


def show_survey(console: Console, crm: CRM, purchases: Path, directory: Path) -> None:
    """Take answers in, and write the report and the page that customers would see."""
    crm.messages.configure(public_url="https://shop.example/crm")
    url = crm.surveys.link("nps")
    drawn = random.Random(1997)  # noqa: S311 - the same each time
    told = crm.record_many([answer_of(number, bought_on, drawn) for number, bought_on in asked(purchases, drawn)])
    report, page = directory / "report.html", directory / "survey" / "nps.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(crm.surveys.report("nps"), encoding="utf-8")
    write_page(crm, url.removeprefix("https://shop.example/crm"), page)
    console.print(f"\n{told.recorded:,} answers, drawn by chance: NPS {crm.surveys.results('nps').score.headline}")
    console.print(crm.surveys.said_versus_did("nps").sentence, soft_wrap=True)
    console.print(f"The page that asks: {page}\nThe report: {report}", soft_wrap=True)


def asked(purchases: Path, drawn: random.Random) -> list[tuple[str, dt.date]]:
    """Draw who was asked, each with the day of the first purchase."""
    first: dict[str, dt.date] = {}
    for line in purchases.read_text(encoding="ascii").splitlines():
        if line.strip():
            number, _, day, *_ = line.split()
            first.setdefault(number, dt.datetime.strptime(day, "%Y%m%d").date())  # noqa: DTZ007 - a day has no zone
    return sorted(drawn.sample(sorted(first.items()), ANSWERED))


def answer_of(number: str, bought_on: dt.date, drawn: random.Random) -> events.SurveyAnswered:
    """Give an answer a week after the first purchase; the score has nothing to do with the customer."""
    (score,) = drawn.choices(range(11), HOW_OFTEN)
    at = dt.datetime.combine(bought_on + dt.timedelta(days=7), dt.time(17), dt.UTC)
    return events.SurveyAnswered(
        survey_id="nps", version="1", kind="nps", score=score, nps=score, answers={"score": score}, at=at,
        customer=Who(user_id=number, source="cdnow"), source="demo", source_id=number,
    )  # fmt: skip


def write_page(crm: CRM, path: str, page: Path) -> None:
    """Write the page that customers would see, with the style sheet and script it asks for."""
    site = Site(crm)
    html = site.answer(Request("GET", path)).body.decode()
    for asset in set(re.findall(r'"\.\./(assets/[^"]+)"', html)):
        file = page.parent.parent / asset
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(site.answer(Request("GET", f"/{asset}")).body)
    page.write_text(html, encoding="utf-8")
