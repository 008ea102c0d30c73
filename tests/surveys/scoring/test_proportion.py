"""Shares with Wilson's interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import share

parts = st.integers(1, 3_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
levels = st.sampled_from([0.5, 0.8, 0.95, 0.99, 0.9999])


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
                                       (1, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_limits_are_those_newcombe_printed(part, whole, low, high):
    interval = share(part, whole).interval
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(parts, levels)
def test_the_interval_holds_the_share_and_stays_between_none_and_all(counts, level):
    found = share(*counts, level=level)
    assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1


@given(parts, st.integers(2, 50))
def test_the_interval_shrinks_with_the_number(counts, times):
    part, whole = counts
    assert share(part * times, whole * times).interval.width < share(part, whole).interval.width


@given(parts)
def test_the_others_are_the_mirror_image(counts):
    part, whole = counts
    one, others = share(part, whole), share(whole - part, whole)
    assert one.interval.low == pytest.approx(1 - others.interval.high)


def test_nobody_is_no_share_and_said():
    assert (share(0, 0).value, share(0, 0).interval, str(share(0, 0, counted="page"))) == (None, None, "no pages yet")


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 5), (0.5, 1), (True, 2)])
def test_counts_that_are_none_are_refused(part, whole):
    with pytest.raises(InvalidError):
        share(part, whole)
