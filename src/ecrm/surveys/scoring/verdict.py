"""Whether a score predicts anything here, in a word and in a plain sentence."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ecrm.surveys.scoring.band import ScoreScale, scale_of
from ecrm.surveys.scoring.comparison import difference_of_estimates
from ecrm.surveys.scoring.interval import Estimate, Interval, level_said

__all__ = ["NEGLIGIBLE", "Verdict", "verdict_of"]

NEGLIGIBLE = 0.05


@attrs.frozen
class Verdict:
    """Say whether a score predicts who buys again.

    Args:
        word: predicts, reversed, nothing, unclear or too_few.
        sentences: The same in a plain sentence, by language: en and tr.
        horizon_days: Within which horizon.
        difference: The share of the best band that bought again, less that of the worst.
    """

    word: str
    sentences: Mapping[str, str]
    horizon_days: int
    difference: Estimate

    @property
    def sentence(self) -> str:
        """Give the sentence in English."""
        return self.sentences["en"]

    def said(self, language: str) -> str:
        """Give the sentence in a language, else in English.

        Args:
            language: BCP 47.
        """
        return self.sentences.get(language.partition("-")[0].lower(), self.sentence)


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
    >>> verdict = verdict_of("nps", share(96, 200), share(31, 100), 90)
    >>> print(verdict.sentence)
    Within 90 days 48.0 % of promoters and 31.0 % of detractors bought again. The difference is 17.0 points (95 %: 5.2 \
to 27.7): the score predicts something here.
    >>> print(verdict.said("tr"))
    90 gün içinde yeniden alışveriş yapanların oranı: tavsiye edenlerde %48,0, kötüleyenlerde %31,0. Aradaki fark 17,0 \
puan (%95 güven aralığı: 5,2 ile 27,7 arası). Puan burada bir şey öngörüyor.
    """
    scale = scale_of(kind)
    apart = difference_of_estimates(best, worst)
    if best.value is None or worst.value is None or apart.value is None or apart.interval is None:
        few = {"en": _few_in_english(scale, horizon_days), "tr": _few_in_turkish(scale, horizon_days)}
        return Verdict("too_few", few, horizon_days, apart)
    word = _judged(apart.interval)
    shares = (best.value, worst.value)
    said = {
        "en": _in_english(scale, shares, apart.value, apart.interval, horizon_days) + f": {_ENGLISH[word]}.",
        "tr": _in_turkish(scale, shares, apart.value, apart.interval, horizon_days) + f" {_TURKISH[word]}.",
    }
    return Verdict(word, said, horizon_days, apart)


_ENGLISH = {
    "predicts": "the score predicts something here",
    "nothing": "the score predicts next to nothing here",
    "reversed": "the score points the wrong way here",
    "unclear": "it may be much or nothing, and more answers will tell",
}
_TURKISH = {
    "predicts": "Puan burada bir şey öngörüyor",
    "nothing": "Puan burada neredeyse hiçbir şey öngörmüyor",
    "reversed": "Puan burada ters yönü gösteriyor",
    "unclear": "Fark büyük de olabilir, hiç olmayabilir de; daha çok yanıt gösterecek",
}
# The best and the worst band, each as those of whom, and as among whom.
_PEOPLE = {
    "nps": (("tavsiye edenlerden", "kötüleyenlerden"), ("tavsiye edenlerde", "kötüleyenlerde")),
    "csat": (("memnun olanlardan", "memnun olmayanlardan"), ("memnun olanlarda", "memnun olmayanlarda")),
    "ces": (("kolay bulanlardan", "zor bulanlardan"), ("kolay bulanlarda", "zor bulanlarda")),
}


def _judged(interval: Interval) -> str:
    if abs(interval.low) <= NEGLIGIBLE and abs(interval.high) <= NEGLIGIBLE:
        return "nothing"
    if interval.is_above(0):
        return "predicts"
    return "reversed" if interval.is_below(0) else "unclear"


def _few_in_english(scale: ScoreScale, days: int) -> str:
    good, _, bad = scale.people
    return f"Too few {good} or {bad} were followed for {days} days to say whether the score predicts."


def _few_in_turkish(scale: ScoreScale, days: int) -> str:
    good, bad = _PEOPLE[scale.kind][0]
    return f"{_capital(good)} veya {bad} çok azı {days} gün boyunca izlendi: puanın bir şey öngördüğü söylenemez."


def _in_english(scale: ScoreScale, shares: tuple[float, float], apart: float, interval: Interval, days: int) -> str:
    good, _, bad = scale.people
    limits = f"{level_said(interval)}: {100 * interval.low:.1f} to {100 * interval.high:.1f}"
    return (
        f"Within {days} days {100 * shares[0]:.1f} % of {good} and {100 * shares[1]:.1f} % of {bad} bought again. "
        f"The difference is {100 * apart:.1f} points ({limits})"
    )


def _in_turkish(scale: ScoreScale, shares: tuple[float, float], apart: float, interval: Interval, days: int) -> str:
    good, bad = _PEOPLE[scale.kind][1]
    one, other, far, low, high = (
        f"{100 * value:.1f}".replace(".", ",") for value in (*shares, apart, interval.low, interval.high)
    )
    return (
        f"{days} gün içinde yeniden alışveriş yapanların oranı: {good} %{one}, {bad} %{other}. "
        f"Aradaki fark {far} puan (%{100 * interval.level:g} güven aralığı: {low} ile {high} arası)."
    )


def _capital(text: str) -> str:
    return ("İ" if text[0] == "i" else text[0].upper()) + text[1:]
