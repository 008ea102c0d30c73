"""The Net Promoter Score: the published example, and what must hold for every sample."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import band_of, nps, nps_difference, nps_of_bands

DATA = Path(__file__).parents[4] / "shared" / "data" / "cdnow" / "published_values.json"
# Without the collection there is nothing to compare with, and the same example stands below.
PUBLISHED = [DATA] if DATA.exists() else []
answers = st.lists(st.integers(0, 10), min_size=1, max_size=60)
bands = st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300)).filter(any)


def test_the_published_example_comes_out_to_four_decimals():
    found = nps({10: 50, 9: 20, 7: 4, 8: 6, 0: 1, 6: 19})
    assert (found.promoters, found.passives, found.detractors) == (70, 10, 20)
    assert found.score.value == 50
    assert round(found.variance, 4) == 0.65
    assert round(found.standard_error, 4) == 8.0623
    assert (round(found.wald.low, 3), round(found.wald.high, 3)) == (34.198, 65.802)


@pytest.mark.parametrize("published", PUBLISHED)
def test_the_figures_of_the_collection_come_out(published):
    said = json.loads(published.read_text(encoding="utf-8"))["NPS"]
    told = re.match(
        r"NPS (\d+), var ([\d.]+), SE ([\d.]+), 95% Wald ([\d.]+)\.\.([\d.]+)", said["example P=70 N=10 D=20"]
    )
    found = nps_of_bands(70, 10, 20)
    ours = (found.score.value, found.variance, found.standard_error, found.wald.low, found.wald.high)
    assert [round(number, 4) for number in ours[:3]] == [float(text) for text in told.groups()[:3]]
    assert [round(number, 3) for number in ours[3:]] == [float(text) for text in told.groups()[3:]]


def test_the_adjusted_interval_is_the_plain_one_of_three_more_answers():
    found = nps_of_bands(70, 10, 20)
    share_of = [count / 103 for count in (70.75, 11.5, 20.75)]
    middle = share_of[0] - share_of[2]
    half = 1.959964 * ((share_of[0] + share_of[2] - middle**2) / 103) ** 0.5
    assert found.score.interval.low == pytest.approx(100 * (middle - half), abs=1e-3)
    assert found.score.interval.high == pytest.approx(100 * (middle + half), abs=1e-3)


@given(bands)
def test_the_interval_holds_the_score_and_stays_in_range(counts):
    found = nps_of_bands(*counts).score
    assert -100 <= found.interval.low <= found.value <= found.interval.high <= 100


@given(bands, st.integers(2, 30))
def test_the_interval_shrinks_with_the_number(counts, times):
    more = nps_of_bands(*(count * times for count in counts))
    assert more.score.interval.width < nps_of_bands(*counts).score.interval.width


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(values, chance):
    assert nps(Counter(chance.sample(values, len(values)))) == nps(Counter(values))


@given(answers, st.integers(0, 10))
def test_parts_of_the_answers_add_up_to_the_whole(values, cut):
    whole = nps(Counter(values))
    low, high = (nps(Counter(part)) for part in ([v for v in values if v < cut], [v for v in values if v >= cut]))
    assert low.n + high.n == whole.n
    assert (low.score.value or 0) * low.n + (high.score.value or 0) * high.n == pytest.approx(
        whole.score.value * whole.n
    )


@given(answers)
def test_the_bands_are_those_of_the_scale(values):
    found = nps(Counter(values))
    counts = Counter(band_of("nps", value) for value in values)
    assert {band: round(share.value * found.n) for band, share in found.shares.items()} == {
        band: counts[band] for band in ("promoter", "passive", "detractor")
    }


def test_no_answers_are_no_score_and_no_division_by_zero():
    found = nps({})
    assert (found.n, found.wald, found.variance, found.standard_error) == (0, None, None, None)
    assert str(found.headline) == "no answers yet"
    assert all(share.value is None for share in found.shares.values())


def test_one_answer_is_not_taken_for_certain():
    found = nps({10: 1}).score
    assert (found.value, found.interval.high) == (100, 100)
    assert found.interval.low < 0
    assert "too few" in found.note


def test_a_score_with_the_wrong_counts_or_level_is_refused():
    with pytest.raises(InvalidError):
        nps_of_bands(1, 2, -3)
    with pytest.raises(InvalidError):
        nps_of_bands(1, 2, 3, level=95)
    with pytest.raises(InvalidError):
        nps({11: 1})


@given(bands, bands)
def test_the_difference_holds_its_estimate_and_turns_with_the_groups(one, other):
    forth, back = (nps_difference(nps_of_bands(*a), nps_of_bands(*b)) for a, b in ((one, other), (other, one)))
    assert forth.value == -back.value
    assert forth.interval.low == pytest.approx(-back.interval.high, abs=1e-9)
    assert -200 <= forth.interval.low <= forth.value <= forth.interval.high <= 200


def test_a_difference_to_an_empty_group_has_no_value():
    assert str(nps_difference(nps_of_bands(1, 2, 3), nps({}))) == "one of the groups has no answers"
