"""Whether a score predicts anything here, in a word and in a plain sentence."""

from __future__ import annotations

import attrs

from ecrm.surveys.scoring.band import scale_of
from ecrm.surveys.scoring.comparison import difference_of_estimates
from ecrm.surveys.scoring.interval import Estimate, Interval, level_said

__all__ = ["NEGLIGIBLE", "Verdict", "verdict_of"]

NEGLIGIBLE = 0.05


@attrs.frozen
class Verdict:
    """Say whether a score predicts who buys again.

    Args:
        word: predicts, reversed, nothing, unclear or too_few.
        sentence: The same in a plain sentence, in English.
        horizon_days: Within which horizon.
        difference: The share of the best band that bought again, less that of the worst.
    """

    word: str
    sentence: str
    horizon_days: int
    difference: Estimate


def verdict_of(kind: str, best: Estimate, worst: Estimate, horizon_days: int) -> Verdict:
    """Judge whether a score predicts who buys again.

    It predicts where those of the best band surely bought more often than those of the worst; it predicts next to
    nothing where the two surely are less than 5 points apart. Not knowing is neither.

    Args:
        kind: nps, csat or ces.
        best: The share of the best band that bought again within the horizon.
        worst: That of the worst band.
        horizon_days: The horizon, in days.

    Raises:
        InvalidError: There is no such kind.

    Source: `difference_of_estimates`; to tell no difference from not knowing: Altman & Bland (1995), Absence of
    evidence is not evidence of absence, BMJ 311, 485.

    >>> from ecrm.surveys.scoring import share
    >>> print(verdict_of("nps", share(96, 200), share(31, 100), 90).sentence)
    Within 90 days 48.0 % of promoters and 31.0 % of detractors bought again. The difference is 17.0 points (95 %: 5.2 \
to 27.7): the score predicts something here.
    """
    scale = scale_of(kind)
    good, bad = scale.people[0], scale.people[2]
    apart = difference_of_estimates(best, worst)
    if best.value is None or worst.value is None or apart.value is None or apart.interval is None:
        sentence = f"Too few {good} or {bad} were followed for {horizon_days} days to say whether the score predicts."
        return Verdict("too_few", sentence, horizon_days, apart)
    word, said = _judged(apart.interval)
    sentence = (
        f"Within {horizon_days} days {best.said(best.value)} of {good} and {worst.said(worst.value)} of {bad} "
        f"bought again. The difference is {100 * apart.value:.1f} points ({_limits(apart.interval)}): {said}."
    )
    return Verdict(word, sentence, horizon_days, apart)


def _judged(interval: Interval) -> tuple[str, str]:
    if abs(interval.low) <= NEGLIGIBLE and abs(interval.high) <= NEGLIGIBLE:
        return "nothing", "the score predicts next to nothing here"
    if interval.is_above(0):
        return "predicts", "the score predicts something here"
    if interval.is_below(0):
        return "reversed", "the score points the wrong way here"
    return "unclear", "it may be much or nothing, and more answers will tell"


def _limits(interval: Interval) -> str:
    return f"{level_said(interval)}: {100 * interval.low:.1f} to {100 * interval.high:.1f}"
