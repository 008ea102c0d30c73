"""The bands of the three scales."""

from __future__ import annotations

import pytest

from ecrm import InvalidError
from ecrm.surveys.scoring import SCALES, band_of, scale_of


@pytest.mark.parametrize(
    ("kind", "bands"),
    [
        ("nps", ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2),
        ("csat", ["unsatisfied"] * 2 + ["neutral"] + ["satisfied"] * 2),
        ("ces", ["hard"] * 3 + ["neutral"] + ["easy"] * 3),
    ],
)
def test_every_value_has_its_band(kind, bands):
    assert [band_of(kind, value) for value in SCALES[kind].values] == bands


@pytest.mark.parametrize(("kind", "value"), [("nps", 11), ("nps", -1), ("csat", 0), ("ces", 8), ("nps", True),
                                             ("nps", "9"), ("nps", 9.5), ("nps", None)])  # fmt: skip
def test_a_value_off_the_scale_is_refused(kind, value):
    with pytest.raises(InvalidError, match=kind):
        band_of(kind, value)


def test_an_unknown_kind_is_refused_and_the_known_ones_are_named():
    with pytest.raises(InvalidError, match="nps, csat, ces"):
        scale_of("stars")


def test_the_best_and_the_worst_are_named():
    assert [(scale.best, scale.worst) for scale in SCALES.values()] == [
        ("promoter", "detractor"), ("satisfied", "unsatisfied"), ("easy", "hard"),
    ]  # fmt: skip
