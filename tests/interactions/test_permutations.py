"""The same history in any order, with duplicates, by any door, gives the same customers, timelines, facts."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doors import DOORS, named, record_each, record_many, without_conflicts
from ecrm import CRM, Actor, Who, events
from ecrm.testing import FrozenClock
from ecrm.testing.strategies import histories
from projection import projection, projection_hash
from story import cancelled, minute, ordered, refunded, told, updated, visited


@pytest.fixture(scope="module")
def shop_of(sqlite_template, tmp_path_factory):
    """A view on a shop nothing was told yet, of one CRM for all examples."""
    crm = CRM(sqlite_template.copy(tmp_path_factory.mktemp("permutations") / "crm.db"), clock=FrozenClock(), plugins=[])
    numbers = itertools.count()
    yield lambda: crm.for_shop(f"shop{next(numbers)}")
    crm.close()


@pytest.fixture(scope="module")
def postgresql_shop_of(postgresql_server):
    with postgresql_server.database() as url, CRM(url, clock=FrozenClock(), plugins=[]) as crm:
        crm.upgrade()
        numbers = itertools.count()
        yield lambda: crm.for_shop(f"shop{next(numbers)}")


def tell(shop: CRM, door, history) -> list:
    shop.shop.configure(currency="TRY", country="TR", zone="Europe/Istanbul", rates={"EUR": 40, "JPY": "0.25"})
    door(shop, history)
    return projection(shop)


def check_in_any_order(shop_of, history, shuffled, door):
    expected = tell(shop_of(), record_each, history)
    assert tell(shop_of(), door, shuffled) == expected


@given(histories(people=4, longest=12), st.randoms(use_true_random=False), st.sampled_from(DOORS))
def test_any_history_in_any_order_and_with_duplicates_is_the_same(shop_of, history, shuffle, door):
    history = named(without_conflicts(history))
    again = [*history, *shuffle.sample(history, shuffle.randint(0, len(history)))]
    shuffle.shuffle(again)
    check_in_any_order(shop_of, history, again, door)


@given(histories(people=4, longest=8), st.randoms(use_true_random=False), st.sampled_from(DOORS))
@settings(max_examples=settings().max_examples // 4)
def test_any_history_is_the_same_on_postgresql(shop_of, postgresql_shop_of, history, shuffle, door):
    history = named(without_conflicts(history))
    again = [*history, *shuffle.sample(history, shuffle.randint(0, len(history)))]
    shuffle.shuffle(again)
    expected = tell(shop_of(), record_many, history)
    assert tell(postgresql_shop_of(), door, again) == expected


AYSE, COOKIE = Who(email="ayse@example.org"), Who(anonymous_id="c1")
STORIES = {
    "an order cancelled": [ordered(), cancelled()],
    "an order in another currency cancelled": [ordered(currency="EUR"), cancelled()],
    "refund, cancellation and update": [ordered(), updated(total="80.00"), refunded(), cancelled()],
    "two refunds of two currencies": [
        ordered(), refunded(refund_id="r1"), refunded(refund_id="r2", currency="EUR", after=4),
    ],
    "an order that several told of": [
        ordered(who=AYSE, after=2), updated(customer=COOKIE, after=1), cancelled(after=3),
    ],
    "an order of two people": [
        ordered(who=AYSE, after=1), updated(customer=Who(phone="+905321112233"), after=2), refunded(after=3),
    ],
    "a visitor who is identified by an order": [
        visited(COOKIE, "v1", after=0), ordered(who=None, after=1), updated(customer=COOKIE, after=2),
        updated(customer=AYSE, total="9.00", after=3), visited(AYSE, "v2", after=4),
    ],
    "a visitor who met two people": [
        visited(COOKIE, "v1"), visited(Who(anonymous_id="c1", email="a@shop.org"), "v2", after=2),
        visited(Who(anonymous_id="c1", email="b@shop.org"), "v3", after=1),
    ],
    "a chain of identities": [
        visited(Who(email="a@shop.org", phone="+905321112233"), "v1", after=3),
        visited(Who(card="7", phone="+905321112233"), "v2", after=2),
        visited(Who(user_id="77", email="a@shop.org"), "v3", after=1),
        visited(Who(user_id="78", source="pos", card="7"), "v4", after=0),
    ],
    "values of a profile": [
        told(source_id="t1", name="Old", after=1, tags_added=["vip"]),
        told(source_id="t2", name="New", after=2, actor=Actor.customer(), tags_removed=["vip"]),
        told(source_id="t3", name="Newest", after=3, attributes={"size": 38}),
    ],
    "days and times": [ordered(str(n), after=n * 900) for n in range(4)] + [cancelled("0"), cancelled("3")],
    "ratings of one moment": [
        events.ProductReviewed(customer=AYSE, product_id="p", review_id=str(n), rating=n, at=minute(0))
        for n in (1, 5, 3)
    ],
    "nobody in particular": [
        visited(Who(phone="12"), "v1"), visited(Who(phone="12"), "v2"), visited(Who(email="null"), "v3"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("shops", ["shop_of", "postgresql_shop_of"])
def test_a_story_told_in_any_order_is_the_same(request, shops, story):
    history = STORIES[story]
    orders = list(itertools.permutations(history))
    chosen = random.Random(story).sample(orders, min(len(orders), 5 if shops == "shop_of" else 3))  # noqa: S311
    shop_of = request.getfixturevalue(shops)
    expected = tell(shop_of(), record_each, history)
    for number, told_order in enumerate([history[::-1], *chosen]):
        for door in DOORS if number == 0 else DOORS[number % 3 : number % 3 + 1]:
            assert tell(shop_of(), door, [*told_order, told_order[0]]) == expected


def test_the_hash_names_the_projection(shop_of):
    one, same, other = shop_of(), shop_of(), shop_of()
    record_each(one, [visited(), ordered()])
    record_each(same, [ordered(), visited()])
    record_each(other, [visited()])
    assert projection_hash(one) == projection_hash(same) != projection_hash(other)
