"""Count answers as they come by: by part, version, answer, score and day; all figures follow from these counts.

Each column of a page is counted by itself, which costs next to nothing; no row is looked at alone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any

import attrs

from ecrm.surveys.tables.answer import QUARTER_S

__all__ = ["Outcomes", "Tally", "count_answers", "count_outcomes"]

Pages = Iterable[Sequence[tuple[Any, ...]]]
Parts = Callable[[Sequence[tuple[Any, ...]]], Iterable[str]]
Said = tuple[str, Any, str | None]
Outcome = tuple[int, str, bool, bool, str | None]
Outcomes = Counter[Outcome]


@attrs.frozen
class Tally:
    """Keep the counts of one part.

    Args:
        scores: How many, by version, score and day.
        durations: How many, by seconds; those of whom nobody knows are not in it.
        answers: By question: how many, by version, answer and score.
    """

    scores: Counter[tuple[str, str | None, dt.date]] = attrs.field(factory=Counter)
    durations: Counter[int] = attrs.field(factory=Counter)
    answers: Mapping[str, Counter[Said]] = attrs.field(factory=dict)

    @classmethod
    def together(cls, tallies: Iterable[Tally]) -> Tally:
        """Add up the counts of parts."""
        held = list(tallies)
        if len(held) == 1:
            return held[0]
        whole = cls(answers={key: Counter() for one in held for key in one.answers})
        for one in held:
            whole.scores.update(one.scores)
            whole.durations.update(one.durations)
            for key, counter in one.answers.items():
                whole.answers[key].update(counter)
        return whole

    @property
    def n(self) -> int:
        """Count the answers."""
        return sum(self.scores.values())


def count_answers(pages: Pages, keys: Sequence[str], parts: Parts | None, zone: dt.tzinfo) -> dict[str, Tally]:
    """Count answers.

    Args:
        pages: As `read_answers` gives them.
        keys: Of the questions, in the order of the rows.
        parts: Gives the part of each row of a page; None is one part, of no name.
        zone: Of the shop: which day it was.

    Returns:
        The counts, by part.
    """
    days = _Days(zone)
    scores: Counter[Any] = Counter()
    durations: Counter[Any] = Counter()
    answers: list[Counter[Any]] = [Counter() for _ in keys]
    for page in pages:
        _, versions, values, quarters, seconds, *said = zip(*page, strict=True)
        part = repeat("", len(page)) if parts is None else parts(page)
        of_row = list(part)
        scores.update(zip(of_row, versions, values, map(days.__getitem__, quarters), strict=True))
        durations.update(zip(of_row, seconds, strict=True))
        for counter, column in zip(answers, said, strict=True):
            counter.update(zip(of_row, versions, column, values, strict=True))
    return _by_part(keys, scores, durations, answers)


def count_outcomes(pages: Pages, parts: Parts | None) -> dict[str, Outcomes]:
    """Count what became of invitations, by part.

    Args:
        pages: As `read_outcomes` gives them.
        parts: As of `count_answers`.
    """
    found: dict[str, Outcomes] = {}
    for page in pages:
        of_row = repeat("", len(page)) if parts is None else parts(page)
        for part, (_, version, state, was_asked, is_begun, reached, count) in zip(of_row, page, strict=True):
            outcome = (int(version), str(state), bool(was_asked), bool(is_begun), reached)
            found.setdefault(part, Counter())[outcome] += count
    return found


def _by_part(
    keys: Sequence[str], scores: Counter[Any], durations: Counter[Any], answers: Sequence[Counter[Any]]
) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for (part, version, value, day), count in scores.items():
        if part not in found:
            found[part] = Tally(answers={key: Counter() for key in keys})
        found[part].scores[version or "", value, day] += count
    for (part, seconds), count in durations.items():
        if seconds is not None:
            found[part].durations[int(seconds)] += count
    for key, counter in zip(keys, answers, strict=True):
        for (part, version, said, value), count in counter.items():
            if said is not None:
                found[part].answers[key][version or "", said, value] += count
    return found


class _Days(dict[int, dt.date]):
    """Know on which day of the shop a quarter of an hour lies; each is worked out once."""

    def __init__(self, zone: dt.tzinfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, quarter: int) -> dt.date:
        day = dt.datetime.fromtimestamp(quarter * QUARTER_S, dt.UTC).astimezone(self._zone).date()
        self[quarter] = day
        return day
