"""CSAT and CES, and the review scores of a real marketplace."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm import InvalidError
from ecrm.surveys.scoring import ces, csat, difference, difference_of_means

OLIST = Path(__file__).parents[4] / "shared" / "data" / "olist" / "orders5000"
answers = st.lists(st.integers(1, 5), min_size=1, max_size=60)


def test_csat_is_the_share_of_the_two_best_boxes():
    found = csat({5: 3, 4: 1, 3: 2, 1: 2})
    assert (found.headline.value, found.n, found.mean.value) == (0.5, 8, 3.375)
    assert {band: share.value for band, share in found.shares.items()} == {
        "satisfied": 0.5, "neutral": 0.25, "unsatisfied": 0.25,
    }  # fmt: skip


def test_ces_is_the_mean_beside_the_share_that_found_it_easy():
    found = ces({7: 2, 5: 2, 4: 2, 1: 2})
    assert (found.headline.value, found.best.value) == (4.25, 0.5)


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(values, chance):
    assert csat(Counter(chance.sample(values, len(values)))) == csat(Counter(values))


@given(answers)
def test_the_bands_partition_the_answers(values):
    found = csat(Counter(values))
    assert sum(share.value for share in found.shares.values()) == pytest.approx(1)
    assert found.shares["satisfied"] == found.best


@pytest.mark.parametrize("score", [csat, ces])
def test_no_answers_are_said_and_wrong_ones_refused(score):
    assert str(score({}).headline) == "no answers yet"
    with pytest.raises(InvalidError):
        score({0: 1})


@pytest.mark.skipif(not OLIST.exists(), reason="the marketplace's data may not be shipped, and is not here")
def test_late_parcels_of_a_real_marketplace_are_scored_far_lower():
    late, on_time = (csat(counts) for counts in review_scores())
    assert (late.n, round(late.mean.value, 2)) == (385, 2.61)
    assert (on_time.n, round(on_time.mean.value, 2)) == (4603, 4.25)
    assert (round(late.mean.interval.low, 2), round(late.mean.interval.high, 2)) == (2.44, 2.78)
    assert (round(on_time.mean.interval.low, 2), round(on_time.mean.interval.high, 2)) == (4.21, 4.28)
    apart = difference_of_means(on_time.moments, late.moments)
    assert apart.interval.is_above(1.4)
    assert difference(on_time, late).interval.is_above(0.3)


def review_scores():
    """Count the review scores of orders that came late, and of all others."""
    with (OLIST / "orders.csv").open(encoding="utf-8") as file:
        is_late = {row["order_id"]: came_late(row) for row in csv.DictReader(file)}
    late, on_time = Counter(), Counter()
    with (OLIST / "order_reviews.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            (late if is_late[row["order_id"]] else on_time)[int(row["review_score"])] += 1
    return late, on_time


def came_late(row):
    delivered, promised = row["order_delivered_customer_date"], row["order_estimated_delivery_date"]
    return bool(delivered) and moment(delivered) > moment(promised)


def moment(text):
    return dt.datetime.strptime(text, "%m/%d/%Y %H:%M").replace(tzinfo=dt.UTC)
