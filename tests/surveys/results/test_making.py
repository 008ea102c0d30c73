"""From counts to results: intervals shrink with more answers, and who stopped is counted where that is sure."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import assume, given
from hypothesis import strategies as st

from ecrm.surveys import AtMost, Message, Nps, Single, Survey, YesNo
from ecrm.surveys.results.counting import Tally
from ecrm.surveys.results.invited import stops_of
from ecrm.surveys.results.making import frame_of, make_results, score_in
from ecrm.surveys.results.quantile import bands_of, quantile_of
from ecrm.surveys.tables.answerwords import Wanted

DAY = dt.date(2026, 1, 1)
SURVEY = Survey("mood", "?", [Nps("score", "?"), Single("why", "?", choices={"late": "L", "wet": "W"}),
                              YesNo("again", "?")])  # fmt: skip
FRAME = frame_of(Wanted(shop="main", survey="mood"), None, [SURVEY], "en")
ROWS = st.lists(
    st.tuples(st.integers(0, 10), st.sampled_from([None, "late", "wet"]), st.sampled_from([None, 0, 1])), min_size=2
)


def results(rows, times=1):
    answers = {key: Counter() for key in FRAME.keys}
    scores = Counter()
    for score, why, again in rows:
        text = f"nps:{score}"
        scores["1", text, DAY] += times
        for key, value in (("score", score), ("why", why), ("again", again)):
            if value is not None:
                answers[key]["1", value, text] += times
    return make_results(FRAME, Tally(scores, Counter(), answers), Counter(), {})


def widths(found):
    yield found.score.headline.interval
    for question in found.questions.values():
        yield from (one.share.interval for one in getattr(question, "bins", ()))
    yield from (one.correlation.interval for one in sorted(found.drivers, key=lambda one: one.name))


@given(ROWS, st.integers(2, 50))
def test_intervals_shrink_with_more_answers_of_the_same_kind(rows, times):
    few, many = results(rows), results(rows, times)
    assert many.n == times * few.n
    pairs = list(zip(widths(few), widths(many), strict=True))
    assert pairs
    for narrow, wide in ((many, few) for few, many in pairs if few and many):
        assert narrow.width <= wide.width + 1e-9


def test_a_score_is_read_only_where_it_is_on_its_scale():
    assert [score_in(text) for text in ("nps:10", "ces:7.0")] == [("nps", 10), ("ces", 7)]
    wrong = ("nps:11", "nps:-1", "csat:0", "mood:3", "nps:NaN", ":3", "", None)
    assert {score_in(text) for text in wrong} == {None}


LONG = Survey("long", "?", [
    Message("hello", "Hi"), Nps("score", "?"), Single("why", "?", choices={"a": "A"}, when=AtMost("answer.score", 6)),
    YesNo("one", "?", block="b"), YesNo("two", "?", block="b"), YesNo("last", "?"),
])  # fmt: skip


def stops(outcomes, answered=None):
    counts = Counter({(version, state, True, begun, reached): n for version, state, begun, reached, n in outcomes})
    return {one.key: (one.stopped, one.reached) for one in stops_of(counts, {1: LONG}, answered or {})}


def test_who_stopped_is_counted_where_they_surely_came():
    found = stops(
        [(1, "answered", True, "last", 10), (1, "expired", True, "two", 3), (1, "sent", True, "why", 2),
         (1, "expired", True, None, 1), (1, "sent", False, None, 99), (9, "expired", True, "gone", 4)],
        {"why": 4},
    )  # fmt: skip
    assert found == {
        "": (1, 20), "score": (0, 15), "why": (2, 6), "one": (0, 10), "two": (3, 13), "last": (0, 10),
    }  # fmt: skip


def test_without_a_survey_nobody_stopped_anywhere():
    assert [one.key for one in stops_of(Counter(), {}, {})] == [""]


@given(st.dictionaries(st.integers(-20, 20), st.integers(0, 5)), st.floats(0, 1))
def test_a_quantile_lies_between_the_least_and_the_most(counts, share):
    values = [value for value, count in counts.items() if count]
    found = quantile_of(counts, share)
    assert (found is None) == (not values)
    assume(values)
    assert min(values) <= found <= max(values)
    assert quantile_of(counts, 0) == min(values)
    assert quantile_of(counts, 1) == max(values)


@given(st.dictionaries(st.integers(-20, 20), st.integers(1, 9)), st.integers(1, 6))
def test_bands_hold_each_value_once(counts, most):
    bands = bands_of(counts, most)
    assert len(bands) <= most
    assert [value for low, high in bands for value in sorted(counts) if low <= value <= high] == sorted(counts)


def test_bands_are_of_about_the_same_size():
    assert bands_of(dict.fromkeys(range(100), 1), 5) == [(0, 19), (20, 39), (40, 59), (60, 79), (80, 99)]
    assert bands_of({0: 900, **dict.fromkeys(range(1, 101), 1)}, 5)[0] == (0, 0)
