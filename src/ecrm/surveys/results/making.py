"""From counts to results: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import attrs

from ecrm.surveys.model import Survey
from ecrm.surveys.results.answered import question_result
from ecrm.surveys.results.asked import Asked, asked_in, kind_of
from ecrm.surveys.results.counting import Outcomes, Tally
from ecrm.surveys.results.driving import pairs_by_driver
from ecrm.surveys.results.invited import invited_of, stops_of
from ecrm.surveys.results.quantile import quantile_of
from ecrm.surveys.results.results import Results
from ecrm.surveys.scoring import SCALES, key_drivers, scored
from ecrm.surveys.scoring.interval import note_of
from ecrm.surveys.tables.answerwords import Told, Wanted

__all__ = ["Frame", "frame_of", "make_results", "score_in"]


@attrs.frozen(kw_only=True)
class Frame:
    """Keep what all parts of results have in common.

    Args:
        wanted: Which answers.
        by: What they are split by.
        surveys: The versions, by their number, the oldest first.
        asked: Their questions.
        kind: The kind of the survey's score, where its versions say so.
        language: In which texts are, and in which where they are not said in that.
    """

    wanted: Wanted
    by: str | None
    surveys: Mapping[int, Survey]
    asked: tuple[Asked, ...]
    kind: str | None
    language: tuple[str, str]

    @property
    def keys(self) -> dict[str, Told]:
        """Give the keys of the questions, and what is told of each."""
        found: dict[str, Told] = {}
        for one in self.asked:
            told = found.get(one.question.key, one.told)
            found[one.question.key] = told if told == one.told else "any"
        return found


def frame_of(wanted: Wanted, by: str | None, surveys: Sequence[Survey], language: str) -> Frame:
    """Put together what all parts of results have in common.

    Args:
        wanted: Which answers.
        by: What they are split by.
        surveys: The versions, the oldest first; where one version is wanted, it alone.
        language: The shop's.
    """
    fallback = surveys[-1].default_language if surveys else language
    return Frame(
        wanted=wanted, by=by, surveys={one.version: one for one in surveys}, asked=asked_in(surveys),
        kind=kind_of(surveys), language=(language, fallback),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def score_in(text: str | None) -> tuple[str, int] | None:
    """Read a score as `read_answers` gives it; None where it is on no scale.

    >>> score_in("nps:9"), score_in("csat:4.5"), score_in(None)
    (('nps', 9), None, None)
    """
    kind, _, said = (text or "").rpartition(":")
    try:
        number = Decimal(said)
    except InvalidOperation:
        return None
    is_whole = number.is_finite() and number == number.to_integral_value()
    return (kind, int(number)) if is_whole and kind in SCALES and int(number) in SCALES[kind].values else None


def make_results(frame: Frame, tally: Tally, outcomes: Outcomes, groups: Mapping[str, Results]) -> Results:
    """Make results of counts.

    Args:
        frame: What they have in common with the other parts.
        tally: The answers.
        outcomes: What became of invitations.
        groups: The parts.
    """
    by_kind: dict[str, Counter[int]] = {}
    for (_, text, _), count in tally.scores.items():
        found = score_in(text)
        if found is not None:
            by_kind.setdefault(found[0], Counter())[found[1]] += count
    kind = frame.kind or min(by_kind, key=lambda one: (-by_kind[one].total(), one), default=None)
    unscored = tally.n - sum(counts.total() for counts in by_kind.values())
    of_question = {one.name: _counts(frame, one, tally) for one in frame.asked}
    questions = {one.name: question_result(one, of_question[one.name], frame.language) for one in frame.asked}
    return Results(
        survey=frame.wanted.survey, since=frame.wanted.since, until=frame.wanted.until, by=frame.by, n=tally.n,
        versions=_versions(tally), invited=invited_of(outcomes), median_s=quantile_of(tally.durations, 0.5),
        timed=tally.durations.total(), kind=kind,
        score=None if kind is None else scored(kind, by_kind.get(kind, {})),
        scores={one: scored(one, by_kind[one]) for one in sorted(by_kind)}, unscored=unscored, questions=questions,
        stops=stops_of(outcomes, frame.surveys, {result.key: result.n for result in questions.values()}),
        drivers=key_drivers(_pairs(frame, kind, tally)), notes=_notes(tally, kind, unscored),
        by_day=_by_day(kind, tally), groups=groups,
    )  # fmt: skip


def _known(frame: Frame) -> frozenset[str]:
    return frozenset(str(version) for version in frame.surveys)


def _counts(frame: Frame, asked: Asked, tally: Tally) -> Counter[Any]:
    known, counts = _known(frame), Counter[Any]()
    for (version, value, _), count in tally.answers.get(asked.question.key, {}).items():
        if asked.is_in(version, known):
            counts[value] += count
    return counts


def _pairs(frame: Frame, kind: str | None, tally: Tally) -> dict[str, Counter[tuple[float, float]]]:
    known, found = _known(frame), dict[str, Counter[tuple[float, float]]]()
    scoring = {(one.key, one.kind) for survey in frame.surveys.values() if (one := survey.scale) is not None}
    for asked in frame.asked:
        if (asked.question.key, asked.question.kind) in scoring:
            continue
        counts: Counter[tuple[Any, int]] = Counter()
        for (version, value, text), count in tally.answers.get(asked.question.key, {}).items():
            score = score_in(text)
            if score is not None and score[0] == kind and asked.is_in(version, known):
                counts[value, score[1]] += count
        found |= pairs_by_driver(asked, counts)
    return found


def _by_day(kind: str | None, tally: Tally) -> dict[dt.date, dict[int, int]]:
    found: dict[dt.date, dict[int, int]] = {}
    for (_, text, day), count in tally.scores.items():
        score = score_in(text)
        if score is not None and score[0] == kind:
            of_day = found.setdefault(day, {})
            of_day[score[1]] = of_day.get(score[1], 0) + count
    return dict(sorted(found.items()))


def _versions(tally: Tally) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for (version, _, _), count in tally.scores.items():
        counts[version] += count
    return dict(sorted(counts.items()))


def _notes(tally: Tally, kind: str | None, unscored: int) -> tuple[str, ...]:
    notes = [note_of(tally.n)]
    if kind is not None and unscored and tally.n:
        notes.append(f"{unscored} of {tally.n} answers have no score")
    if 0 < tally.durations.total() < tally.n:
        notes.append(f"how long it took is known of {tally.durations.total()} of {tally.n} answers")
    return tuple(note for note in notes if note)
