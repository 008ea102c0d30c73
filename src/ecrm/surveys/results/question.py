"""What was answered to one question, by its kind: frozen values, made in `answered`.

Of a single answer the figures are that answer: what somebody wrote, a number or a day is in no repr.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import attrs

from ecrm.surveys.scoring import Estimate, NpsScore, Rating

__all__ = [
    "Bin",
    "ChoiceResult",
    "DateResult",
    "MatrixResult",
    "NumberResult",
    "QuestionResult",
    "RankingResult",
    "ScaleResult",
    "ValueResult",
]


@attrs.frozen
class Bin:
    """Be one thing that could be chosen.

    Args:
        key: Its key; `other` is what somebody wrote instead, `yes` and `no` those of a question for them.
        says: What customers saw.
        count: How often it was chosen.
        share: Of those who answered the question. Several may be chosen, so that shares need not add up to 1.
    """

    key: str
    says: str
    count: int
    share: Estimate


@attrs.frozen(kw_only=True)
class QuestionResult:
    """Be what was answered to a question; of texts, addresses, numbers of phones and ticks only how many.

    Args:
        key: The question's key.
        kind: Its kind.
        asks: What it asks, in the shop's language.
        versions: The versions that ask it.
        n: How many answered it.
        unread: How many answers can not be read, as of a choice that never was: they count nowhere.
        note: What to say beside it, of few answers and none.
    """

    key: str
    kind: str
    asks: str
    versions: tuple[str, ...]
    n: int
    unread: int
    note: str


@attrs.frozen(kw_only=True)
class ScaleResult(QuestionResult):
    """Be what was answered on a scale.

    Args:
        score: Its score with the distribution, `score.bars`.
    """

    score: NpsScore | Rating


@attrs.frozen(kw_only=True)
class ChoiceResult(QuestionResult):
    """Be what was chosen: of one, of several, or of yes and no.

    Args:
        bins: Every choice, those nobody took as well, in the order they are written in.
    """

    bins: tuple[Bin, ...]


@attrs.frozen(kw_only=True)
class RankingResult(QuestionResult):
    """Be how things were ranked.

    Args:
        ranks: The mean rank of each, 1 being the best, by key.
        firsts: How often each came first.
    """

    ranks: Mapping[str, Estimate]
    firsts: tuple[Bin, ...]


@attrs.frozen(kw_only=True)
class MatrixResult(QuestionResult):
    """Be what was chosen in each row.

    Args:
        rows: The choices of each row, by its key; shares are of those who answered the row.
        says: What each row says.
    """

    rows: Mapping[str, tuple[Bin, ...]]
    says: Mapping[str, str]


@attrs.frozen(kw_only=True)
class NumberResult(QuestionResult):
    """Be which numbers were given.

    Args:
        mean: The mean.
        median: The middle one; None where there is none.
        quartiles: Below which a quarter lies, and below which three quarters.
        least: The smallest.
        most: The largest.
    """

    mean: Estimate = attrs.field(repr=False)
    median: float | None = attrs.field(repr=False)
    quartiles: tuple[float, float] | None = attrs.field(repr=False)
    least: Decimal | None = attrs.field(repr=False)
    most: Decimal | None = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class DateResult(QuestionResult):
    """Be which days were given.

    Args:
        counts: How often, by day, the first one first.
    """

    counts: Mapping[dt.date, int] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class ValueResult(QuestionResult):
    """Be what was answered to a question of a plugin's kind.

    Args:
        counts: How often, by the answer as JSON, the most frequent first.
    """

    counts: Mapping[str, int] = attrs.field(repr=False)
