"""Said versus did in one shop: what `crm.surveys.said_versus_did` gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs

from ecrm.surveys.gathering import Gathered
from ecrm.surveys.scoring import NOT_ASKED, Curve, Estimate, Outcome, SaidVersusDid, Verdict
from ecrm.surveys.scoring.followup import BOUGHT

__all__ = ["Followup", "followup_of"]


@attrs.frozen
class Followup:
    """Keep what customers of a shop did after they answered, beside what they said.

    Args:
        survey: The key of the survey.
        until: Until when they were followed.
        currency: Of revenue, ISO 4217; amounts are in its minor units. None where nobody bought.
        found: What was found, as `ecrm.surveys.scoring` gives it; its keys are ids of customers.
        notes: What is left out, in plain sentences.
    """

    survey: str
    until: dt.datetime
    currency: str | None
    found: SaidVersusDid = attrs.field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Give what each group did within each horizon: horizon by horizon, the best band first."""
        return self.found.outcomes

    @property
    def curves(self) -> Mapping[tuple[str, str], Curve]:
        """Give how long it took, by group and what happened."""
        return self.found.curves

    @property
    def verdict(self) -> Verdict:
        """Tell whether the score predicts who buys again."""
        return self.found.verdict

    @property
    def sentence(self) -> str:
        """Tell it in a plain sentence, in English; `verdict.said("tr")` says it in Turkish."""
        return self.found.verdict.sentence

    @property
    def best_who_left(self) -> Mapping[int, tuple[UUID, ...]]:
        """Give promoters who left, by horizon: followed to its end, and did not buy."""
        return _ids(self.found.best_who_left)

    @property
    def worst_who_stayed(self) -> Mapping[int, tuple[UUID, ...]]:
        """Give detractors who stayed, by horizon: bought within it."""
        return _ids(self.found.worst_who_stayed)

    def of(self, group: str, horizon_days: int) -> Outcome:
        """Give what a group did within a horizon.

        Args:
            group: A band, as promoter; `ASKED` or `NOT_ASKED` of `ecrm.surveys.scoring`.
            horizon_days: One of the horizons.

        Raises:
            NotFoundError: There is no such group or horizon.
        """
        return self.found.of(group, horizon_days)

    def difference(self, group: str, other: str, horizon_days: int, what: str = BOUGHT) -> Estimate:
        """Estimate how far two groups are apart.

        Args:
            group: The one.
            other: The one it is set against.
            horizon_days: Within which horizon.
            what: `bought again`, `revenue`, `returned`, or what else was counted.

        Raises:
            NotFoundError: There is no such group, horizon or happening.

        Source: see `ecrm.surveys.scoring.difference_of_estimates`.
        """
        return self.found.difference(group, other, horizon_days, what)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON would hold it, without the curves."""
        verdict = self.verdict
        return {
            "survey": self.survey,
            "kind": self.found.scale.kind,
            "until": self.until.isoformat(),
            "currency": self.currency,
            "horizons_days": list(self.found.horizons_days),
            "verdict": {
                "word": verdict.word,
                "horizon_days": verdict.horizon_days,
                "difference": _estimate(verdict.difference),
                "sentences": dict(verdict.sentences),
            },
            "outcomes": [_outcome(one) for one in self.outcomes],
            "best_who_left": _listed(self.found.best_who_left),
            "worst_who_stayed": _listed(self.found.worst_who_stayed),
            "notes": list(self.notes),
        }


def followup_of(survey: str, until: dt.datetime, gathered: Gathered, found: SaidVersusDid) -> Followup:
    """Put together what was found, and say what is left out."""
    notes = []
    drawn = found.of(NOT_ASKED, found.horizons_days[0]).n
    if drawn < gathered.eligible:
        notes.append(f"of {gathered.eligible:,} customers who were not asked {drawn:,} are followed, drawn by chance")
    if gathered.other_currencies:
        told = ", ".join(f"{count:,} in {code}" for code, count in gathered.other_currencies.items())
        notes.append(f"orders in other currencies count as bought, and not as revenue: {told}")
    if gathered.nameless:
        notes.append(f"answers of nobody who could be known again are left out: {gathered.nameless:,}")
    if gathered.unscored:
        notes.append(f"answers without a score of kind {found.scale.kind} are left out: {gathered.unscored:,}")
    return Followup(survey, until, gathered.currency, found, tuple(notes))


def _ids(lists: Mapping[int, tuple[str, ...]]) -> dict[int, tuple[UUID, ...]]:
    return {days: tuple(UUID(key) for key in keys) for days, keys in lists.items()}


def _listed(lists: Mapping[int, tuple[str, ...]]) -> dict[str, list[str]]:
    return {str(days): list(keys) for days, keys in lists.items()}


def _outcome(one: Outcome) -> dict[str, Any]:
    shares = {what: _estimate(share) for what, share in one.shares.items()}
    return {"group": one.group, "horizon_days": one.horizon_days, "n": one.n, "shares": shares,
            "revenue": _estimate(one.revenue)}  # fmt: skip


def _estimate(one: Estimate) -> dict[str, Any]:
    interval = one.interval
    limits = None if interval is None else {"low": interval.low, "high": interval.high, "level": interval.level}
    return {"value": one.value, "interval": limits, "n": one.n, "unit": one.unit, "note": one.note}
