"""Counts of answers and of invitations, by part: what all figures follow from."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from ecrm.surveys.tables.answer import SCORES, TIMES

__all__ = ["Outcomes", "Tally", "outcomes_by_part", "tallies_by_part"]

Pages = Iterable[Sequence[tuple[Any, ...]]]
Said = tuple[str, Any, str | None]
Outcome = tuple[int, str, bool, bool, str | None]
Outcomes = Counter[Outcome]


@attrs.frozen(repr=False)
class Tally:
    """Keep the counts of one part.

    Args:
        scores: How many, by version, score and day of the shop.
        durations: How many, by seconds; those of whom nobody knows are not in it.
        answers: By question: how many, by version, answer and score.
    """

    scores: Counter[tuple[str, str | None, dt.date]] = attrs.field(factory=Counter)
    durations: Counter[int] = attrs.field(factory=Counter)
    answers: Mapping[str, Counter[Said]] = attrs.field(factory=dict)

    @classmethod
    def of(cls, keys: Iterable[str]) -> Tally:
        """Begin with nothing, for some questions."""
        return cls(answers={key: Counter() for key in keys})

    @classmethod
    def together(cls, tallies: Iterable[Tally]) -> Tally:
        """Add up the counts of parts."""
        held = list(tallies)
        if len(held) == 1:
            return held[0]
        whole = cls.of(key for one in held for key in one.answers)
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


def tallies_by_part(pages: Pages, keys: Sequence[str], unknown: str) -> dict[str, Tally]:
    """Sort counts of answers by part.

    Args:
        pages: As `count_answers` gives them.
        keys: Of the questions, in the order they were asked for.
        unknown: The part of those that are in none.
    """
    found: dict[str, Tally] = {}
    for page in pages:
        for what, part, version, value, score, count in page:
            tally = found.get(part or unknown)
            if tally is None:
                tally = found[part or unknown] = Tally.of(keys)
            if what == SCORES:
                tally.scores[version or "", score, dt.date.fromisoformat(value)] += count
            elif what == TIMES:
                tally.durations[int(value)] += count
            else:
                tally.answers[keys[what]][version or "", value, score] += count
    return found


def outcomes_by_part(pages: Pages, unknown: str) -> dict[str, Outcomes]:
    """Sort counts of invitations by part.

    Args:
        pages: As `count_outcomes` gives them.
        unknown: The part of those that are in none.
    """
    found: dict[str, Outcomes] = {}
    for page in pages:
        for part, version, state, was_asked, is_begun, reached, count in page:
            outcome = (int(version), str(state), bool(was_asked), bool(is_begun), reached)
            found.setdefault(part or unknown, Counter())[outcome] += count
    return found
