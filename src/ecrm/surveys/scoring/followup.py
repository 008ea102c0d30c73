"""Said versus did: what customers did after a score, band by band, against those who did not answer or were not asked.

Who answers is not drawn by lot. What is found here goes with a score; it need not come from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from ecrm.errors import InvalidError, NotFoundError
from ecrm.surveys.scoring.band import ScoreScale, scale_of
from ecrm.surveys.scoring.comparison import difference_of_estimates
from ecrm.surveys.scoring.counts import Moments
from ecrm.surveys.scoring.followed import ASKED, NOT_ASKED, Followed
from ecrm.surveys.scoring.interval import LEVEL, Estimate, checked_level
from ecrm.surveys.scoring.mean import mean_of_amounts
from ecrm.surveys.scoring.survival import Curve, kaplan_meier
from ecrm.surveys.scoring.verdict import Verdict, verdict_of

__all__ = ["BOUGHT", "PURCHASE", "REVENUE", "Outcome", "SaidVersusDid", "said_versus_did"]

BOUGHT = "bought again"
REVENUE = "revenue"
PURCHASE = "Order Completed"
_LONGEST_DAYS = 36_500


@attrs.frozen
class Outcome:
    """Keep what one group did within one horizon.

    Args:
        group: A band, `ASKED` or `NOT_ASKED`.
        horizon_days: The horizon.
        n: How many customers are in the group.
        shares: To how many it happened, by what happened; follow-up that is not over counts as far as it goes.
        revenue: The mean revenue of a customer in minor units, of those followed for the whole horizon.
    """

    group: str
    horizon_days: int
    n: int
    shares: Mapping[str, Estimate]
    revenue: Estimate

    def __getitem__(self, what: str) -> Estimate:
        if what == REVENUE:
            return self.revenue
        if what not in self.shares:
            raise NotFoundError(f"ask for one of {', '.join([*self.shares, REVENUE])}")
        return self.shares[what]


@attrs.frozen
class SaidVersusDid:
    """Keep what customers did after they scored.

    Args:
        scale: The scale of the score.
        horizons_days: The horizons, in order.
        outcomes: What each group did within each horizon: horizon by horizon, the best band first.
        curves: How long it took each group until each thing happened, by group and what happened.
        verdict: Whether the score predicts who buys again.
        best_who_left: By horizon, who of the best band was followed to its end and did not buy; keys, sorted.
        worst_who_stayed: By horizon, who of the worst band bought within it; keys, sorted.
    """

    scale: ScoreScale
    horizons_days: tuple[int, ...]
    outcomes: tuple[Outcome, ...]
    curves: Mapping[tuple[str, str], Curve] = attrs.field(repr=False)
    verdict: Verdict
    best_who_left: Mapping[int, tuple[str, ...]] = attrs.field(repr=False)
    worst_who_stayed: Mapping[int, tuple[str, ...]] = attrs.field(repr=False)

    def of(self, group: str, horizon_days: int) -> Outcome:
        """Give what a group did within a horizon.

        Raises:
            NotFoundError: There is no such group, or it was not counted for this horizon.
        """
        for outcome in self.outcomes:
            if (outcome.group, outcome.horizon_days) == (group, horizon_days):
                return outcome
        raise NotFoundError("ask for a band of the score, ASKED or NOT_ASKED, and one of the horizons")

    def difference(self, group: str, other: str, horizon_days: int, what: str = BOUGHT) -> Estimate:
        """Estimate how far two groups are apart.

        Args:
            group: The one.
            other: The one it is set against.
            horizon_days: Within which horizon.
            what: What happened, or revenue.

        Raises:
            NotFoundError: There is no such group, horizon or happening.

        Source: Zou & Donner (2008); see `difference_of_estimates`.
        """
        return difference_of_estimates(self.of(group, horizon_days)[what], self.of(other, horizon_days)[what])


def said_versus_did(
    rows: Iterable[Followed],
    kind: str = "nps",
    horizons_days: Sequence[int] = (30, 90, 180),
    *,
    purchase: str = PURCHASE,
    also: Mapping[str, str] | None = None,
    level: float = LEVEL,
) -> SaidVersusDid:
    """Set what customers did beside what they said.

    Follow-up that is not over is not taken for "did not buy": shares are estimated by Kaplan and Meier. Revenue is of
    those whose horizon is over, since nobody knows the rest. Both hold where the end of the follow-up has nothing to do
    with buying, as where it is simply today.

    Args:
        rows: The customers, each once, in any order.
        kind: nps, csat or ces.
        horizons_days: The horizons, whole days from 1 to 36,500.
        purchase: The event that is buying again.
        also: Other events to count, by the words they are shown with: `{"complained": "Complaint Opened"}`.
        level: The level of the intervals, each for itself.

    Returns:
        Outcomes, lists, and a verdict of the longest horizon of which anything can be said, not of the best-looking.

    Raises:
        InvalidError: A customer is there twice, a group is no band of the score, or a horizon is out of range.

    Source: Kaplan & Meier (1958), see `Curve.happened_within`; Hall (1992), see `mean_of_amounts`; to set satisfaction
    beside behaviour: Morgan & Rego (2006), Marketing Science 25, 426-439; Keiningham, Cooil, Andreassen & Aksoy (2007),
    A longitudinal examination of Net Promoter and firm revenue growth, Journal of Marketing 71, 39-51.

    >>> import datetime as dt
    >>> from ecrm.surveys.scoring import Happening
    >>> day, start = dt.timedelta(days=1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> bought = [Happening("Order Completed", start + 20 * day, 9_900)]
    >>> rows = [Followed(f"a{n}", "promoter", start, start + 100 * day, bought if n < 30 else []) for n in range(50)]
    >>> rows += [Followed(f"b{n}", "detractor", start, start + 100 * day, bought if n < 10 else []) for n in range(50)]
    >>> found = said_versus_did(rows)
    >>> print(found.of("promoter", 90)["bought again"], found.of("promoter", 180)["bought again"], sep="; ")
    60.0 % (95 %: 46.9 to 73.5; n = 50); nobody was followed for 180 days yet
    >>> found.verdict.word, found.verdict.horizon_days, len(found.best_who_left[90]), len(found.worst_who_stayed[90])
    ('predicts', 90, 20, 10)
    """
    checked_level(level)
    scale, horizons = scale_of(kind), _checked_horizons(horizons_days)
    names = {BOUGHT: purchase, **(also or {})}
    groups = _grouped(rows, scale)
    curves = {(group, what): _curve(groups[group], names[what], level) for group in groups for what in names}
    outcomes = tuple(_outcomes(groups, names, curves, horizons, level))
    return SaidVersusDid(
        scale,
        horizons,
        outcomes,
        curves,
        _verdict(scale, horizons, outcomes),
        {days: _left(groups[scale.best], purchase, days) for days in horizons},
        {days: _stayed(groups[scale.worst], purchase, days) for days in horizons},
    )


def _checked_horizons(horizons_days: Sequence[int]) -> tuple[int, ...]:
    given = tuple(horizons_days) if isinstance(horizons_days, Iterable) else ()
    if not given or any(type(days) is not int or not 1 <= days <= _LONGEST_DAYS for days in given):
        raise InvalidError.of("horizons_days", "give whole days, at least 1 and at most 36,500, as (30, 90, 180)")
    return tuple(sorted(set(given)))


def _grouped(rows: Iterable[Followed], scale: ScoreScale) -> dict[str, list[Followed]]:
    groups: dict[str, list[Followed]] = {group: [] for group in (*scale.bands, ASKED, NOT_ASKED)}
    seen: set[str] = set()
    for row in rows:
        if row.group not in groups:
            raise InvalidError.of("group", f"give one of {'; '.join(groups)}")
        if row.key in seen:
            raise InvalidError.of("key", "give each customer once, as with their first answer")
        seen.add(row.key)
        groups[row.group].append(row)
    return groups


def _outcomes(
    groups: Mapping[str, Sequence[Followed]],
    names: Iterable[str],
    curves: Mapping[tuple[str, str], Curve],
    horizons: Iterable[int],
    level: float,
) -> Iterator[Outcome]:
    for days in horizons:
        for group, rows in groups.items():
            shares = {what: curves[group, what].happened_within(days) for what in names}
            yield Outcome(group, days, len(rows), shares, _revenue(rows, days, level))


def _curve(rows: Iterable[Followed], name: str, level: float) -> Curve:
    happened, unfinished = Counter[float](), Counter[float]()
    for row in rows:
        first = row.first_days(name)
        if first is None:
            unfinished[row.days] += 1
        else:
            happened[first] += 1
    return kaplan_meier(happened, unfinished, level=level)


def _revenue(rows: Sequence[Followed], days: int, level: float) -> Estimate:
    found = mean_of_amounts(
        Moments.of(sum_ for row in rows if (sum_ := row.revenue_within(days)) is not None), level=level
    )
    if rows and not found.n:
        return attrs.evolve(found, note=f"nobody was followed for {days} days yet")
    return found


def _verdict(scale: ScoreScale, horizons: tuple[int, ...], outcomes: Iterable[Outcome]) -> Verdict:
    """Judge by the longest horizon of which anything can be said, else by the shortest."""
    bought = {(outcome.group, outcome.horizon_days): outcome.shares[BOUGHT] for outcome in outcomes}
    verdicts = [verdict_of(scale.kind, bought[scale.best, days], bought[scale.worst, days], days) for days in horizons]
    told = [verdict for verdict in verdicts if verdict.word != "too_few"]
    return told[-1] if told else verdicts[0]


def _left(rows: Iterable[Followed], purchase: str, days: int) -> tuple[str, ...]:
    return tuple(sorted(row.key for row in rows if row.days >= days and not _bought(row, purchase, days)))


def _stayed(rows: Iterable[Followed], purchase: str, days: int) -> tuple[str, ...]:
    return tuple(sorted(row.key for row in rows if _bought(row, purchase, days)))


def _bought(row: Followed, purchase: str, days: int) -> bool:
    first = row.first_days(purchase)
    return first is not None and first <= days
