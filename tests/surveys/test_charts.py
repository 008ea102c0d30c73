"""Charts are well-formed SVG that says what it shows, and draws what it was given."""

from __future__ import annotations

import datetime as dt
import sys
from xml.etree import ElementTree as ET

import pytest

from ecrm.errors import InvalidError, NotFoundError, SetupError
from ecrm.surveys.charts import draw_bars, draw_curves, draw_outcomes, draw_trend
from ecrm.surveys.scoring import ASKED, Followed, Happening, csat, nps, said_versus_did, trend

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
BLUE, GREY, ORANGE = "#0072b2", "#8a8a8a", "#d55e00"


def read(svg):
    found = ET.fromstring(svg)  # noqa: S314 - ours
    assert found.tag == "{http://www.w3.org/2000/svg}svg"
    return found


def followed(group, count, bought, days=100):
    happened = [Happening("Order Completed", START + 20 * DAY)]
    return [
        Followed(f"{group}{n}", group, START, START + days * DAY, happened if n < bought else []) for n in range(count)
    ]


@pytest.fixture(scope="module")
def found():
    return said_versus_did([*followed("promoter", 40, 30), *followed("detractor", 40, 10), *followed(ASKED, 40, 0)])


def test_a_chart_says_what_it_shows_and_nothing_of_it_is_markup():
    svg = read(draw_bars(nps({9: 3, 7: 1, 2: 1}).bars, 'How "likely" <are> you? ğış & more', "nps"))
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == 'How "likely" <are> you? ğış & more'


def test_bars_have_the_colours_of_their_bands():
    drawn = draw_bars(nps({9: 3, 7: 1, 2: 1}).bars, "nps", "nps")
    assert [drawn.count(f"fill: {colour}") for colour in (BLUE, GREY, ORANGE)] == [2, 2, 7]
    assert draw_bars(csat({5: 3}).bars, "csat").count(f"fill: {BLUE}") == 5


def test_the_same_answers_draw_the_same_bars():
    one, other = (draw_bars(nps(counts).bars, "nps", "nps") for counts in ({9: 3, 2: 1}, {2: 1, 9: 3}))
    assert one.count("<path") == other.count("<path")


def test_a_trend_needs_a_period_with_answers():
    points = trend("nps", {dt.date(2026, 1, 5): {9: 10, 3: 2}, dt.date(2026, 3, 5): {9: 4, 3: 9}}, "month")
    assert read(draw_trend(points, "by month")) is not None
    with pytest.raises(InvalidError, match="period"):
        draw_trend(trend("nps", {}, "month"), "nothing")


def test_groups_of_nobody_and_horizons_not_reached_are_left_out(found):
    drawn = draw_outcomes(found.outcomes, "bought again", "bought again")
    # 30 and 90 days of three groups and a legend; nobody was followed for 180, and no passive answered.
    assert [drawn.count(f"fill: {colour}") for colour in (BLUE, GREY, ORANGE)] == [3, 0, 3]
    with pytest.raises(NotFoundError):
        draw_outcomes(found.outcomes, "danced", "danced")


def test_curves_end_where_nobody_was_followed_further(found):
    curves = {group: curve for (group, what), curve in found.curves.items() if what == "bought again"}
    drawn = draw_curves(curves, 180, "bought again")
    assert drawn.count(f"stroke: {BLUE}") == 2
    assert read(drawn) is not None


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SetupError, match=r"ecrm\[plots\]"):
        draw_bars((), "nothing")
