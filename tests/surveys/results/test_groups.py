"""Answers are split by what is known of who answered: each is in one group, and the groups are all of them."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecrm import Money, Who, events
from ecrm.errors import NotFoundError
from ecrm.hookspecs import Condition, hookimpl
from ecrm.surveys.results.grouping import OTHERS, UNKNOWN, groups_of
from surveys.conftest import delivered, token_in
from surveys.results.conftest import Colours, told

CUSTOMERS = [Who(email=f"customer{number}@example.org") for number in range(6)]


@pytest.fixture
def split(crm):
    """Split answers, and give how many each group has."""

    def split_(by, survey="told"):
        results = crm.surveys.results(survey, by=by)
        groups = results.groups
        assert sum(group.n for group in groups.values()) == results.n
        assert sum(group.invited.sent for group in groups.values()) in {results.invited.sent, 0}
        return {name: group.n for name, group in groups.items()}

    return split_


def buy(crm, who, orders):
    for number in range(orders):
        order_id = f"{who.email}:{number}"
        crm.record(events.OrderCompleted(order_id=order_id, total=Money("10", "TRY"), customer=who))


def test_by_a_fact_that_is_counted(crm, split):
    for number, who in enumerate(CUSTOMERS):
        buy(crm, who, orders=number // 2)
        crm.record(told(number, customer=who, nps=number))
    assert split("orders.count") == {"0": 2, "1": 2, "2": 2}
    assert crm.surveys.results("told", by="orders.count").groups["2"].scores["nps"].detractors == 2


def test_by_a_fact_of_many_customers(crm, split):
    crm.record_many(told(number, customer=Who(card=f"many-{number}"), nps=9) for number in range(120))
    crm.record_many(told(1_000 + number, customer=Who(card=f"many-{number}"), nps=3) for number in range(50))
    assert split("surveys.answered_count") == {"1": 70, "2": 100}
    assert split("language") == {UNKNOWN: 170}


def test_by_an_amount_an_attribute_and_whether_somebody_bought(crm, split):
    crm.shop.configure(currency="TRY")
    crm.customers.declare("city", "text")
    buy(crm, CUSTOMERS[1], orders=3)
    for number, who in enumerate(CUSTOMERS[:3]):
        crm.customers.upsert(who, **({"city": "İzmir"} if number else {"name": "Ayşe"}))
        crm.record(told(number, customer=who, nps=9))
    assert split("orders.spent.TRY") == {"30.00 TRY": 1, UNKNOWN: 2}
    assert split("orders.spent") == {"30.00 TRY": 1, UNKNOWN: 2}
    assert split("attributes.city") == {"İzmir": 2, UNKNOWN: 1}
    assert split("customer.is_prospect") == {"no": 1, "yes": 2}


def test_by_a_condition_of_a_plugin(opened, pigeons):
    class Loyal(Colours):
        """A plugin that can not tell of everybody."""

        @hookimpl
        def register_conditions(self):
            return [Condition("loyal", "They bought twice.", lambda ask: 1 / (ask.facts()["orders.count"] - 1) > 0)]

    crm = opened(pigeons, Loyal())
    for number, who in enumerate(CUSTOMERS[:3]):
        buy(crm, who, orders=number)
        crm.record(told(number, customer=who, nps=9))
    groups = crm.surveys.results("told", by="loyal").groups
    assert {name: group.n for name, group in groups.items()} == {"no": 1, "yes": 1, UNKNOWN: 1}


def test_by_what_the_answers_say_themselves(crm, split):
    crm.customers.upsert(CUSTOMERS[0], language="tr")
    crm.record(told(1, customer=CUSTOMERS[0], nps=9, location_id="moda", channel="store", version="2"))
    crm.record(told(2, customer=CUSTOMERS[1], nps=9))
    assert split("location_id") == {"moda": 1, UNKNOWN: 1}
    assert split("channel") == {"store": 1, UNKNOWN: 1}
    assert split("version") == {"2": 1, UNKNOWN: 1}
    assert split("language") == {"tr": 1, UNKNOWN: 1}


def test_whoever_was_asked_and_did_not_answer_is_in_the_rate_of_their_group(crm, pigeons, wait, split):
    crm.surveys.start("mood", after="Order Delivered")
    for number, who in enumerate(CUSTOMERS[:4]):
        buy(crm, who, orders=number % 2)
        crm.record(delivered(who, f"d{number}"))
    wait(2)
    by_address = {one.to: token_in(one) for one in pigeons.sent}
    for who in (CUSTOMERS[0], CUSTOMERS[1], CUSTOMERS[2]):
        crm.surveys.answer(by_address[who.email], {"score": 9})
    assert split("orders.count", "mood") == {"0": 2, "1": 1}
    groups = list(crm.surveys.results("mood", by="orders.count").groups.values())
    assert [group.response_rate.value for group in groups] == [1, 0.5]
    by_channel = crm.surveys.results("mood", by="channel")
    assert (by_channel.invited.sent, [one.invited.sent for one in by_channel.groups.values()]) == (4, [0])
    assert [one.invited.sent for one in crm.surveys.results("mood", by="version").groups.values()] == [4]


def test_what_nobody_knows_can_not_split(crm):
    crm.record(told(1, nps=9))
    for by in ("colour", "orders.colour", "", "Orders.count"):
        with pytest.raises(NotFoundError, match="a fact, a plugin's condition"):
            crm.surveys.results("told", by=by)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([1, 2, 3, 4, 5], ["1", "2", "3", "4", "5"]),
        ([0.5, 2.25, 3, 4, 5, 1_000], ["0.5 to 2.25", "3", "4", "5", "1,000"]),
        ([True, False], ["yes", "no"]),
        (["a", "b"], ["a", "b"]),
        ([dt.datetime(2026, 1, 1, 23, tzinfo=dt.UTC), dt.date(2026, 1, 3)], ["2026-01-02", "2026-01-03"]),
        ([Money("9", "TRY"), Money("8", "EUR")], ["9.00 TRY", "8.00 EUR"]),
        ([("vip", "new")], ["vip, new"]),
    ],
)
def test_groups_have_readable_names(values, names):
    zone = dt.timezone(dt.timedelta(hours=3))
    assert list(dict.fromkeys(groups_of(dict(enumerate(values)), zone).values())) == names


def test_of_many_texts_the_most_frequent_are_kept():
    values = {number: f"city {number % 50:02}" for number in range(80)}
    groups = groups_of(values, dt.UTC)
    assert len(set(groups.values())) == 31
    assert groups[49] == OTHERS
    assert groups[0] == "city 00"


VALUES = st.one_of(st.none(), st.integers(-50, 50), st.decimals(-50, 50, places=2), st.booleans())


@given(st.lists(st.one_of(st.none(), st.integers(-9, 99)), max_size=60))
def test_numbers_are_cut_into_at_most_five_bands_that_do_not_overlap(values):
    groups = groups_of(dict(enumerate(values)), dt.UTC)
    assert set(groups) == set(range(len(values)))
    known = [(value, groups[place]) for place, value in enumerate(values) if value is not None]
    assert all(name == UNKNOWN for place, name in groups.items() if values[place] is None)
    runs = [name for _, name in sorted(known)]
    assert len(set(runs)) <= 5
    assert len(set(runs)) == len([1 for before, after in zip(["", *runs], runs, strict=False) if before != after])


@given(st.dictionaries(st.integers(), VALUES, max_size=40), st.randoms())
def test_the_group_of_a_customer_does_not_hang_on_the_order(values, chance):
    shuffled = list(values.items())
    chance.shuffle(shuffled)
    assert groups_of(dict(shuffled), dt.UTC) == groups_of(values, dt.UTC)


ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 10), st.sampled_from([None, "kadikoy", "moda"]), st.sampled_from([None, "1"]),
        st.integers(0, 400), st.sampled_from([{}, {"reason": "late"}, {"reason": "wet", "again": True}]),
    ),
    max_size=12,
)  # fmt: skip
BEGIN = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def record(crm):
    """Record answers under a key of their own, in an order of their own."""
    keys = iter(range(1_000_000))

    def record_(answers, chance):
        key = f"survey_{next(keys)}"
        crm.surveys.write({"key": key, "title": "?", "questions": [
            {"kind": "nps", "key": "score", "asks": "?"}, {"kind": "yes_no", "key": "again", "asks": "?"},
            {"kind": "single", "key": "reason", "asks": "?", "choices": [{"key": "late", "says": "L"},
                                                                        {"key": "wet", "says": "W"}]},
        ]})  # fmt: skip
        crm.surveys.publish(key)
        found = [
            told(number, key, customer=Who(card=f"c{who}"), kind="nps", score=Decimal(score), location_id=location,
                 version=version, at=BEGIN + dt.timedelta(days=day), answers=more | {"score": score}, live=False)
            for number, (who, score, location, version, day, more) in enumerate(answers)
        ]  # fmt: skip
        chance.shuffle(found)
        crm.record_many(found)
        return key

    return record_


def plain(results):
    return attrs.asdict(attrs.evolve(results, survey="", groups={}), recurse=False)


# Each example has a survey of its own, so that one database serves all.
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_results_are_the_same_in_any_order_and_parts_are_the_whole(crm, record, data):
    answers, seed = data.draw(ANSWERS), data.draw(st.integers(0, 99))
    one, other = (record(answers, random.Random(seed + turn)) for turn in (0, 1))  # noqa: S311 - no secret
    whole = crm.surveys.results(one)
    assert plain(whole) == plain(crm.surveys.results(other))
    cut = BEGIN + dt.timedelta(days=data.draw(st.integers(0, 400)))
    parts = [crm.surveys.results(one, until=cut), crm.surveys.results(one, since=cut)]
    by = data.draw(st.sampled_from(["location_id", "version", "interactions.count", "language"]))
    groups = list(crm.surveys.results(one, by=by).groups.values())
    for some in (parts, groups):
        assert sum(part.n for part in some) == whole.n == len(answers)
        assert sum(part.score.n for part in some if part.score) == len(answers)
        for key, question in whole.questions.items():
            assert sum(part.questions[key].n for part in some) == question.n
        for day, counts in whole.by_day.items():
            assert sum(sum(part.by_day.get(day, {}).values()) for part in some) == sum(counts.values())
