"""What a survey comes to: frozen, for a time, and for each group where it is split."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs

from ecrm.errors import InvalidError, NotFoundError
from ecrm.surveys.results.invited import Invited, Stop
from ecrm.surveys.results.question import QuestionResult, ScaleResult
from ecrm.surveys.scoring import Counts, Driver, Estimate, NpsScore, Point, Rating, difference, trend

__all__ = ["Results"]


@attrs.frozen(kw_only=True)
class Results:
    """Say what came of a survey.

    Args:
        survey: Its key.
        since: From when on; None is from the first answer.
        until: Before when; None is to the last.
        by: What it is split by; None is nothing.
        n: How many answers, those that came without an invitation as well.
        versions: How many answers each version has; of those that name none under an empty text.
        invited: What became of invitations that were asked in that time.
        median_s: How many seconds answering took, the middle one; None where it is not known of any.
        timed: Of how many that is known.
        kind: The kind of its score: nps, csat or ces; None where it has none.
        score: Its score, with the interval and the distribution; None where it has none.
        scores: The scores of every kind that was answered, by kind.
        unscored: How many answers have no score on such a scale.
        questions: What was answered to each question, by its key.
        stops: After which question those stopped who did not finish.
        drivers: Which answers move with the score, the strongest first; what moves with it need not cause it.
        notes: What to bear in mind, in words.
        by_day: How often each score was given, by day of the shop.
        groups: The same for each group, by its name; they have every answer once.
    """

    survey: str
    since: dt.datetime | None
    until: dt.datetime | None
    by: str | None
    n: int
    versions: Mapping[str, int]
    invited: Invited
    median_s: float | None
    timed: int
    kind: str | None
    score: NpsScore | Rating | None
    scores: Mapping[str, NpsScore | Rating]
    unscored: int
    questions: Mapping[str, QuestionResult] = attrs.field(repr=False)
    stops: tuple[Stop, ...] = attrs.field(repr=False)
    drivers: tuple[Driver, ...] = attrs.field(repr=False)
    notes: tuple[str, ...]
    by_day: Mapping[dt.date, Counts] = attrs.field(repr=False)
    groups: Mapping[str, Results] = attrs.field(factory=dict, repr=False)

    @property
    def response_rate(self) -> Estimate:
        """Give the share of those a message went to who answered."""
        return self.invited.response_rate

    @property
    def completion_rate(self) -> Estimate:
        """Give the share of those who began who answered to the end."""
        return self.invited.completion_rate

    def trend(self, every: str = "month") -> tuple[Point, ...]:
        """Give the score of each period from the first to the last, and what changed.

        Args:
            every: day, week (from Monday), month, quarter or year, in the shop's zone.

        Raises:
            InvalidError: There is no such period.

        Source: see `ecrm.surveys.scoring.trend`.
        """
        return trend(self.kind or "nps", self.by_day, every)

    def compare(self, one: str, other: str, question: str | None = None) -> Estimate:
        """Estimate by how much one group scores higher than another.

        Args:
            one: The name of a group.
            other: The name of another.
            question: The key of a question with a scale; the survey's score where left out.

        Returns:
            Points for NPS, a share for CSAT, a mean for CES, with the interval of the difference; `is_clear` tells
            whether it is sure not to be 0. Of many groups that are compared, one pair looks apart by chance.

        Raises:
            NotFoundError: There is no such group, or question.
            InvalidError: There is no score to compare.

        Source: see `ecrm.surveys.scoring.difference`.
        """
        first, second = (self._score_of(name, question) for name in (one, other))
        return difference(first, second)

    def _score_of(self, name: str, question: str | None) -> NpsScore | Rating:
        if name not in self.groups:
            raise NotFoundError("there is no such group: see the names in results.groups, after results(…, by=…)")
        group = self.groups[name]
        if question is not None and question not in group.questions:
            raise NotFoundError("there is no such question: see the keys in results.questions")
        held = group.questions[question] if question is not None else None
        score = group.score if held is None else held.score if isinstance(held, ScaleResult) else None
        if score is None:
            raise InvalidError.of("question", "compare scores: name a question of kind nps, csat or ces")
        return score
