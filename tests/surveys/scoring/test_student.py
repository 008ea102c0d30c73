"""Quantiles of Student's t, against the printed tables."""

from __future__ import annotations

import pytest

from ecrm import InvalidError
from ecrm.surveys.scoring.interval import z_of
from ecrm.surveys.scoring.student import t_of


@pytest.mark.parametrize(
    ("level", "freedom", "printed"),
    [
        (0.95, 1, 12.706),
        (0.95, 2, 4.303),
        (0.95, 4, 2.776),
        (0.95, 10, 2.228),
        (0.95, 30, 2.042),
        (0.95, 120, 1.980),
        (0.99, 1, 63.657),
        (0.99, 5, 4.032),
        (0.9, 20, 1.725),
        (0.5, 3, 0.765),
        (0.999, 2, 31.599),
    ],
)
def test_quantiles_are_those_of_the_printed_tables(level, freedom, printed):
    assert t_of(level, freedom) == pytest.approx(printed, abs=5e-4)


def test_degrees_of_freedom_need_not_be_whole():
    assert t_of(0.95, 2.5) == pytest.approx(3.57465484)
    assert t_of(0.9999, 0.3) > t_of(0.9999, 1) == pytest.approx(6366.2, rel=1e-4)


def test_quantiles_go_down_to_the_normal_one():
    quantiles = [t_of(0.95, freedom) for freedom in (1, 2, 5, 10, 100, 10_000, 900_000, 2_000_000)]
    assert quantiles == sorted(quantiles, reverse=True)
    assert quantiles[-1] == z_of(0.95)
    assert quantiles[-2] == pytest.approx(quantiles[-1], abs=1e-5)


@pytest.mark.parametrize(("level", "freedom"), [(95, 3), (0.4, 3), (0.95, 0), (0.95, -1), (0.95, float("nan"))])
def test_a_level_or_degrees_of_freedom_out_of_range_are_refused(level, freedom):
    with pytest.raises(InvalidError):
        t_of(level, freedom)
