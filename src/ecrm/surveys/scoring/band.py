"""The scales, and the bands their values fall into."""

from __future__ import annotations

import attrs

from ecrm.errors import InvalidError

__all__ = ["CES", "CSAT", "NPS", "SCALES", "ScoreScale", "band_of", "scale_of"]


@attrs.frozen
class ScoreScale:
    """Be a scale with three bands.

    Args:
        kind: Its word: nps, csat or ces.
        values: The values it has.
        bands: The words of its bands, the best first.
        people: What those in each band are called in a sentence.
        best_from: The lowest value of the best band.
        middle_from: The lowest value of the middle band.
    """

    kind: str
    values: range
    bands: tuple[str, str, str]
    people: tuple[str, str, str]
    best_from: int
    middle_from: int

    def band_of(self, value: int) -> str:
        """Give the band of a value.

        Raises:
            InvalidError: The value is not on the scale.

        >>> NPS.band_of(9)
        'promoter'
        """
        if isinstance(value, bool) or value not in self.values:
            raise InvalidError.of(self.kind, f"give a whole number from {self.values[0]} to {self.values[-1]}")
        best, middle, worst = self.bands
        return best if value >= self.best_from else middle if value >= self.middle_from else worst

    @property
    def best(self) -> str:
        """Give the word of the best band."""
        return self.bands[0]

    @property
    def worst(self) -> str:
        """Give the word of the worst band."""
        return self.bands[2]


NPS = ScoreScale(
    "nps", range(11), ("promoter", "passive", "detractor"), ("promoters", "passives", "detractors"), 9, 7,
)  # fmt: skip
CSAT = ScoreScale(
    "csat", range(1, 6), ("satisfied", "neutral", "unsatisfied"),
    ("the satisfied", "the neutral", "the unsatisfied"), 4, 3,
)  # fmt: skip
CES = ScoreScale(
    "ces", range(1, 8), ("easy", "neutral", "hard"),
    ("those who found it easy", "those who found it neither", "those who found it hard"), 5, 4,
)  # fmt: skip
SCALES = {scale.kind: scale for scale in (NPS, CSAT, CES)}


def scale_of(kind: str) -> ScoreScale:
    """Give the scale of a kind of score.

    Raises:
        InvalidError: There is no such kind.

    >>> scale_of("ces").values
    range(1, 8)
    """
    if kind not in SCALES:
        raise InvalidError.of("kind", f"give one of {', '.join(SCALES)}")
    return SCALES[kind]


def band_of(kind: str, value: int) -> str:
    """Give the band of a score.

    Args:
        kind: nps, csat or ces.
        value: nps 0 to 10, csat 1 to 5, ces 1 to 7 where 7 is the easiest.

    Returns:
        promoter, passive or detractor; satisfied, neutral or unsatisfied; easy, neutral or hard.

    Raises:
        InvalidError: There is no such kind, or the value is not on its scale.

    Source: Reichheld (2003), The one number you need to grow, Harvard Business Review 81(12); the two best boxes of
    five for csat; Dixon, Toman & DeLisi (2013), The effortless experience, for ces.

    >>> band_of("nps", 6), band_of("csat", 4), band_of("ces", 4)
    ('detractor', 'satisfied', 'neutral')
    """
    return scale_of(kind).band_of(value)
