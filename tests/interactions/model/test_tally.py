"""Adding up: by customer, the same in any order."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.order import Contribution
from ecrm.interactions.model.tally import Tally
from ecrm.values.fact import Fact
from story import minute

ONE, OTHER = UUID(int=1), UUID(int=2)
DAY = minute(0).date()


def tally() -> Tally:
    return Tally(dt.datetime.date, FactBook())


def add(to: Tally, kind: str, after: float, key: str = "web:1", *, channel=None, by_customer=True, **properties):
    to.add_event(ONE, kind, minute(after), channel, key, properties, by_customer=by_customer)


def placed(after: float = 0, minor: int = 1_000, **more) -> Contribution:
    return Contribution(
        orders=1, items=2, spent={"TRY": minor}, revenue={"TRY": minor - 1}, placed_at=minute(after), **more
    )


def test_events_are_counted_and_their_times_widened():
    sums = tally()
    for after in (2, 1, 3):
        add(sums, "Store Visited", after)
    columns = sums.columns[ONE]
    assert columns["visits_count"] == columns["interactions_count"] == 3
    assert (columns["interactions_first_at"], columns["interactions_last_at"]) == (minute(1), minute(3))


def test_only_what_the_customer_did_is_a_sign_of_them_on_a_channel():
    sums = tally()
    add(sums, "Store Visited", 0, channel="store", by_customer=False)
    assert "channels_store_last_at" not in sums.columns[ONE]
    add(sums, "Store Visited", 0, channel="store")
    assert sums.columns[ONE]["channels_store_last_at"] == minute(0)
    assert "channels_web_last_at" not in sums.columns[ONE]


def test_the_last_value_is_that_of_the_newest_event():
    sums = tally()
    add(sums, "Product Reviewed", 1, rating="4.5")
    add(sums, "Product Reviewed", 0, rating="1")
    add(sums, "Product Reviewed", 2)
    assert sums.columns[ONE]["reviews_last_rating"] == 4.5
    add(sums, "Product Reviewed", 1, "web:2", rating="2")
    assert sums.columns[ONE]["reviews_last_rating"] == 2.0


def test_an_order_replaces_what_it_contributed():
    sums = tally()
    sums.change_order(None, (ONE, placed(0, 1_000)))
    sums.change_order((ONE, placed(0, 1_000)), (ONE, placed(0, 700, refunded=1)))
    assert sums.columns[ONE]["orders_count"] == 1
    assert sums.columns[ONE]["orders_refunded_count"] == 1
    assert sums.columns[ONE]["orders_items"] == 2
    assert tuple(sums.amounts[ONE, "TRY"]) == (700, 699)
    assert sums.days == {(ONE, DAY): 1}
    assert not sums.stale_bounds


def test_a_cancelled_order_takes_everything_back_and_its_times_are_looked_up_again():
    sums = tally()
    sums.change_order((ONE, placed()), (ONE, Contribution(cancelled=1)))
    assert sums.columns[ONE] == {"orders_count": -1, "orders_items": -2, "orders_cancelled_count": 1}
    assert sums.days == {(ONE, DAY): -1}
    assert sums.stale_bounds == {ONE}


def test_an_order_that_goes_leaves_nothing():
    sums = tally()
    sums.change_order((ONE, placed()), None)
    assert sums.columns[ONE]["orders_count"] == -1
    assert sums.stale_bounds == {ONE}


def test_an_order_moves_to_another_customer():
    sums = tally()
    sums.change_order((ONE, placed()), (OTHER, placed()))
    assert (sums.columns[ONE]["orders_count"], sums.columns[OTHER]["orders_count"]) == (-1, 1)
    assert sums.stale_bounds == {ONE}
    assert sums.columns[OTHER]["orders_first_at"] == minute(0)


def test_an_order_that_did_not_change_changes_nothing():
    sums = tally()
    sums.change_order((ONE, placed()), (ONE, placed()))
    assert not sums.columns
    sums.change_order((ONE, Contribution(cancelled=1)), (ONE, Contribution(cancelled=1, refunded=1)))
    assert not sums.stale_bounds


def test_the_first_and_last_order_are_those_of_the_batch():
    sums = tally()
    for after in (2, 1, 3):
        sums.change_order(None, (ONE, placed(after)))
    columns = sums.columns[ONE]
    assert (columns["orders_first_at"], columns["orders_last_at"]) == (minute(1), minute(3))


happenings = st.tuples(
    st.sampled_from(["Store Visited", "Product Reviewed", "Product Viewed"]),
    st.integers(0, 3),
    st.sampled_from(["web", "store", "elsewhere", None]),
    st.booleans(),
    st.integers(1, 5).map(str),
)


@given(st.lists(happenings, max_size=10), st.randoms(use_true_random=False))
def test_events_add_up_the_same_in_any_order(happened, random):
    numbered = list(enumerate(happened))
    sums = []
    for _ in range(2):
        sums.append(tally())
        for number, (kind, after, channel, by_customer, rating) in numbered:
            add(sums[-1], kind, after, f"web:{number}", channel=channel, by_customer=by_customer, rating=rating)
        random.shuffle(numbered)
    assert sums[0].columns == sums[1].columns


def test_what_was_counted_is_shown_by_fact_and_customer():
    book = FactBook(
        {
            "acme": [
                Fact("acme.weight", "number", "kg", "All of it.", "sum", field="weight"),
                Fact("acme.days", "integer", "days", "With an event.", "days"),
            ]
        }
    )
    sums = Tally(dt.datetime.date, book)
    for number, weight in enumerate(("0.1", "0.2")):
        add(sums, "Gift Sent", number, f"web:{number}", weight=weight)
    sums.add_event(OTHER, "Gift Sent", minute(5_000), None, "web:9", {}, by_customer=True)
    sums.change_order(None, (ONE, placed(0, 1_000)))
    sums.change_order(None, (ONE, placed(2_000, 500)))
    sums.change_order(None, (OTHER, Contribution(orders=1, placed_at=minute(0))))
    counted = sums.counted(ONE)
    assert (counted["acme.weight"], counted["acme.days"]) == (0.3, 1)
    assert (counted["orders.count"], counted["orders.days"]) == (2, 2)
    assert counted["orders.last_at"] == minute(2_000)
    assert "acme.weight" not in sums.counted(OTHER)
    assert (sums.spent(ONE), sums.spent(OTHER)) == ({"TRY": (1_500, 1_498)}, {})
