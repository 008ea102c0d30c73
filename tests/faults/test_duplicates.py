"""One history, in any order, with duplicates, by any door, in batches of any size, is one projection."""

from __future__ import annotations

from contextlib import closing

import pytest

from ecrm import CRM, Who
from ecrm.interactions.receiving import Receiver
from ecrm.testing import FrozenClock
from faults.bugs import sum_orders_without_their_state
from faults.chance import chance_of
from faults.happenings import happening, regular
from projection import projection_hash
from story import cancelled, ordered, refunded, told, updated, visited

BOTH = Who(email="ayse@example.org", phone="+905321112233")
HISTORY = [
    *(happening("a", number) for number in range(10)),
    ordered("x1"),
    updated("x1", "80.00", after=4),
    refunded("x1", after=6),
    ordered("x2", who=None, after=5),
    cancelled("x2", after=7),
    ordered("x2", who=Who(phone="+905321112233"), source_id="again", after=8),
    refunded("x3", refund_id="early", after=9),
    ordered("x3", who=regular(0), after=2),
    visited(BOTH, "joins", after=20),
    told(BOTH, "named", name="Ayşe", after=21),
    told(Who(email="ayse@example.org"), "earlier", name="Ayse", after=11),
]


def shuffled(chance):
    told_twice = [*HISTORY, *chance.choices(HISTORY, k=len(HISTORY) // 2)]
    chance.shuffle(told_twice)
    return told_twice


def tell(crm, history, chance):
    while history:
        batch = [history.pop() for _ in range(min(len(history), chance.randint(1, 12)))]
        match chance.choice(["one", "many", "inbox"]):
            case "one":
                for event in batch:
                    crm.record(event)
            case "many":
                assert not crm.record_many(batch).rejected
            case _:
                assert all(crm.emit(event) for event in batch)
                assert not crm.work().rejected


def hash_of(url, shop, points, monkeypatch):
    """Tell the history so many times, each in a shop of its own; give the hashes."""
    hashes = set()
    with closing(CRM(url, clock=FrozenClock(), on_error="raise", plugins=[])) as crm:
        for point in range(points):
            chance = chance_of(f"{shop}{point}")
            monkeypatch.setattr(Receiver.receive, "__defaults__", (chance.randint(1, 9),))
            view = crm.for_shop(f"{shop}{point}")
            tell(view, HISTORY.copy() if point == 0 else shuffled(chance), chance)
            hashes.add(projection_hash(view))
            assert all(found.is_good for found in view.doctor(recount=True))
    return hashes


def test_duplicates_and_permutations_give_one_projection(database_url, points, monkeypatch):
    assert len(hash_of(database_url, "shop", points + 1, monkeypatch)) == 1


def test_orders_counted_without_their_state_are_seen(database_url, monkeypatch):
    sum_orders_without_their_state(monkeypatch)
    with pytest.raises(AssertionError):
        assert len(hash_of(database_url, "bug", 3, monkeypatch)) == 1
