"""Facts of plugins are counted as the core's own: in any order, by any door, and anew when history changes."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doors import DOORS, named, record_each, without_conflicts
from ecrm import CRM, Actor, Who, events
from ecrm.hookspecs import Fact, hookimpl
from ecrm.interactions.emitting import settled_wire
from ecrm.interactions.model.entry import make_entry
from ecrm.interactions.model.tally import Tally
from ecrm.interactions.quick import store_known, store_quickly
from ecrm.interactions.reading import facts_shown
from ecrm.interactions.tables import log as log_table
from ecrm.interactions.tables.facts import wide_tables
from ecrm.interactions.tables.kept import keep
from ecrm.testing import FrozenClock
from ecrm.testing.strategies import histories
from gifts import SENT, Gifts, Visits, gift_facts, gifts_sent, plain_count
from projection import projection
from story import AYSE, MEHMET, minute, ordered, refunded, visited

PLUGINS = [Gifts, Visits]


def opened(url: str, plugins=None) -> CRM:
    crm = CRM(url, plugins=PLUGINS if plugins is None else plugins, clock=FrozenClock())
    crm.upgrade()
    return crm


@pytest.fixture
def shop(database_url):
    """A CRM whose plugins declare facts."""
    with opened(database_url) as crm:
        yield crm


@pytest.fixture(scope="module")
def shop_of(sqlite_template, tmp_path_factory):
    """A view on a shop nothing was told yet, of one CRM for all examples."""
    with opened(sqlite_template.copy(tmp_path_factory.mktemp("gifts") / "crm.db")) as crm:
        numbers = itertools.count()
        yield lambda: crm.for_shop(f"shop{next(numbers)}")


@pytest.fixture(scope="module")
def postgresql_shop_of(postgresql_server):
    with postgresql_server.database() as url, opened(url) as crm:
        numbers = itertools.count()
        yield lambda: crm.for_shop(f"shop{next(numbers)}")


def told(shop: CRM, door, history) -> CRM:
    shop.shop.configure(currency="TRY", country="TR", zone="Europe/Istanbul", rates={"EUR": 40, "JPY": "0.25"})
    door(shop, history)
    return shop


def check_each_customer(shop: CRM) -> None:
    for customer in shop.customers.list():
        assert gift_facts(shop, customer.id) == plain_count(shop, customer.id)


def mixed(longest: int) -> st.SearchStrategy[list[events.Event]]:
    """Make histories with gifts in them, in any order."""
    parts = st.tuples(histories(people=4, longest=longest), st.lists(gifts_sent(), max_size=longest))
    return parts.map(lambda both: [*both[0], *both[1]]).flatmap(st.permutations)


@given(mixed(8), st.randoms(use_true_random=False), st.sampled_from(DOORS))
def test_any_history_in_any_order_counts_the_same_and_as_plain_python_does(shop_of, history, shuffle, door):
    history = named(without_conflicts(history))
    first = told(shop_of(), record_each, history)
    check_each_customer(first)
    again = [*history, *shuffle.sample(history, shuffle.randint(0, len(history)))]
    shuffle.shuffle(again)
    assert projection(told(shop_of(), door, again)) == projection(first)


@given(mixed(6), st.randoms(use_true_random=False), st.sampled_from(DOORS))
@settings(max_examples=settings().max_examples // 4)
def test_any_history_counts_the_same_on_postgresql(shop_of, postgresql_shop_of, history, shuffle, door):
    history = named(without_conflicts(history))
    again = [*history, *shuffle.sample(history, shuffle.randint(0, len(history)))]
    shuffle.shuffle(again)
    there = told(postgresql_shop_of(), door, again)
    check_each_customer(there)
    assert projection(there) == projection(told(shop_of(), record_each, history))
    assert there.doctor(recount=True)[-1].is_good


def gift(who: Who = AYSE, number: int = 1, *, after: float = 0, **more) -> events.Custom:
    envelope = {name: more.pop(name) for name in ("channel", "location_id", "actor") if name in more}
    return events.Custom(SENT, more, customer=who, source_id=f"g{number}", at=minute(after), **envelope)


GIFTS = [
    gift(number=1, after=0, points=3, quantity=2, size="M", channel="web", location_id="b1"),
    gift(number=2, after=10, points="0.1", quantity="1", size="S", is_wrapped=True, rating=4, due="2026-02-01"),
    gift(number=3, after=2_000, points="0.2", sent_at="2026-01-02T03:00:00+03:00", actor=Actor.staff("7")),
]


@pytest.mark.parametrize("door", DOORS)
def test_each_how_counts_what_it_says(shop, door):
    door(shop, GIFTS)
    assert gift_facts(shop, AYSE) == plain_count(shop, AYSE)
    facts = shop.facts(AYSE)
    assert facts["gifts.points"] == 3.3
    assert (facts["gifts.days"], facts["gifts.pieces"], facts["gifts.most_pieces"]) == (2, 3, 2)
    assert (facts["gifts.last_size"], facts["gifts.was_wrapped"], facts["gifts.last_rating"]) == ("S", True, 4.0)
    assert facts["gifts.last_sent_at"] == dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    assert facts["gifts.last_due"] == dt.date(2026, 2, 1)
    assert facts["visits_twice.count"] == 0
    assert list(facts) == sorted(facts)


def test_counts_are_there_at_once_and_the_rest_once_it_is_known(shop):
    shop.customers.upsert(AYSE, name="Ayşe")
    with shop.database.write() as transaction:
        transaction.run("DELETE FROM ecrm_gifts_fact")
        transaction.run("DELETE FROM ecrm_fact_day")
    nothing = {"gifts.events": 0, "gifts.own_on_web": 0, "gifts.days": 0, "gifts.sent_days": 0, "gifts.points": 0.0}
    assert gift_facts(shop, AYSE) == {**nothing, "gifts.pieces": 0}


def test_an_event_that_nobody_counts_writes_no_row(database_url):
    with opened(database_url, [Visits]) as crm:
        crm.record_many([ordered(), gift()])
        crm.record(gift(number=2))
        assert rows(crm, "ecrm_visits_twice_fact") == rows(crm, "ecrm_fact_day") == 0
        crm.record(visited())
        assert rows(crm, "ecrm_visits_twice_fact") == rows(crm, "ecrm_fact_day") == 1


def rows(crm: CRM, table: str) -> int:
    with crm.database.read() as transaction:
        return transaction.run(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names


def quickly(crm: CRM, event: events.Event):
    kit, key, shop_settings = crm._core.kit, crm.shop.key, crm.shop.settings
    entry = make_entry(settled_wire(event, kit.now(), kit), shop_settings)
    if crm.database.dialect == "postgresql":
        return store_quickly(crm.database, key, shop_settings, entry, kit)
    return crm.database.transact(lambda transaction: store_known(transaction, key, shop_settings, entry, kit))


def test_a_known_customers_event_is_stored_the_quick_way_with_its_facts(shop):
    shop.record(visited(after=-5_000))
    for event in (*GIFTS, visited(source_id="v2"), visited(source_id="v3", after=5_000)):
        assert quickly(shop, event) is not None
        assert quickly(shop, event) is None
    assert quickly(shop, ordered(after=3)) is not None
    assert gift_facts(shop, AYSE) == plain_count(shop, AYSE)
    assert (shop.facts(AYSE)["visits_twice.count"], shop.facts(AYSE)["visits_twice.days"]) == (3, 3)
    assert shop.doctor(recount=True)[-1].is_good


def test_a_quick_order_that_is_not_new_leaves_no_fact_of_it(shop):
    shop.record(ordered())
    before = gift_facts(shop, AYSE)
    assert quickly(shop, ordered(after=9, source_id="again")) is None
    assert gift_facts(shop, AYSE) == before


def test_an_event_takes_one_more_statement_for_each_wide_table_and_each_fact_of_days(sqlite_url):
    def statements(plugins) -> int:
        with opened(sqlite_url, plugins) as crm:
            crm.record(visited(source_id=f"{len(plugins)}a"))
            run = []
            with crm.database.read() as transaction:
                transaction.driver.set_trace_callback(run.append)
            crm.record(visited(source_id=f"{len(plugins)}b"))
            return len(run)

    none = statements([])
    assert statements([Visits]) == none + 2
    assert statements([Gifts, Visits]) == none + 4


@pytest.mark.parametrize("numbers", [(1, 2), (2, 1)])
def test_of_two_events_of_one_moment_the_greater_key_is_the_newest(shop, numbers):
    for number in numbers:
        shop.record(gift(number=number, size=f"S{number}"))
    assert shop.facts(AYSE)["gifts.last_size"] == "S2"
    shop.record_many([gift(number=5, size="S5"), gift(number=4, size="S4")])
    assert shop.facts(AYSE)["gifts.last_size"] == "S5"


def test_a_voided_event_counts_no_more(shop):
    shop.record_many([*GIFTS, visited(after=-5_000)])
    with_it = gift_facts(shop, AYSE)
    wrong = shop.record(gift(number=9, after=-9_000, points=100, quantity=50, channel="web"))
    assert gift_facts(shop, AYSE)["gifts.most_pieces"] == 50
    assert gift_facts(shop, AYSE)["gifts.days"] == with_it["gifts.days"] + 1
    shop.void(wrong, because="test")
    after = gift_facts(shop, AYSE)
    assert after == plain_count(shop, AYSE)
    assert after["gifts.points"] == with_it["gifts.points"]
    assert after["gifts.first_at"] == with_it["gifts.first_at"]
    assert shop.doctor(recount=True)[-1].is_good


def kept(shop: CRM, values, plugin: str = "gifts") -> None:
    wide = wide_tables(shop._core.kit.book)[plugin]
    by_id = {shop.customers.find(who).id: held for who, held in values.items()}
    with shop.database.write() as transaction:
        keep(transaction, shop.shop.key, wide, by_id)


def test_facts_follow_a_merge_and_an_unmerge_and_what_was_kept_is_forgotten(shop):
    shop.record_many([*GIFTS, gift(MEHMET, 7, after=1, points=5, channel="web"), visited(MEHMET)])
    apart = gift_facts(shop, AYSE), gift_facts(shop, MEHMET)
    kept(shop, {AYSE: {"gifts.mood": "content"}, MEHMET: {"gifts.mood": "cross", "gifts.score": 2.0}})
    merge = shop.customers.merge(AYSE, MEHMET)
    joined = gift_facts(shop, AYSE)
    assert joined == gift_facts(shop, MEHMET) == plain_count(shop, AYSE)
    assert joined["gifts.points"] == 8.3
    assert "gifts.mood" not in joined
    assert rows(shop, "ecrm_gifts_fact") == 1
    kept(shop, {AYSE: {"gifts.mood": "content"}})
    shop.customers.unmerge(merge.id)
    assert (gift_facts(shop, AYSE), gift_facts(shop, MEHMET)) == apart
    assert shop.doctor(recount=True)[-1].is_good


def test_kept_values_are_set_changed_and_forgotten_beside_what_is_counted(shop):
    shop.record_many([*GIFTS, visited(MEHMET)])
    counted = gift_facts(shop, AYSE)
    kept(shop, {AYSE: {"gifts.mood": "content", "gifts.score": 1.5}, MEHMET: {"gifts.score": 2.0}})
    assert gift_facts(shop, AYSE) == {**counted, "gifts.mood": "content", "gifts.score": 1.5}
    assert gift_facts(shop, MEHMET)["gifts.score"] == 2.0
    kept(shop, {AYSE: {"gifts.mood": None}, MEHMET: {}})
    assert gift_facts(shop, AYSE) == {**counted, "gifts.score": 1.5}
    shop.record(gift(number=9, points=1))
    assert gift_facts(shop, AYSE)["gifts.score"] == 1.5


def test_counting_anew_leaves_kept_values_alone(shop):
    shop.record_many(GIFTS)
    kept(shop, {AYSE: {"gifts.mood": "content"}})
    before = gift_facts(shop, AYSE)
    assert shop.doctor(recount=True)[-1].is_good
    assert gift_facts(shop, AYSE) == before
    shop.void(shop.timeline(AYSE)[0], because="test")
    assert gift_facts(shop, AYSE)["gifts.mood"] == "content"
    assert shop.doctor(recount=True)[-1].is_good


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ecrm_gifts_fact SET gifts_events = 99", "UPDATE ecrm_gifts_fact SET gifts_points = 1",
        "UPDATE ecrm_gifts_fact SET gifts_last_size = 'XL'", "UPDATE ecrm_gifts_fact SET gifts_was_wrapped = NULL",
        "UPDATE ecrm_gifts_fact SET gifts_fewest_points = -9", "DELETE FROM ecrm_gifts_fact",
        "UPDATE ecrm_fact_day SET events = 7", "DELETE FROM ecrm_fact_day", "DELETE FROM ecrm_visits_twice_fact",
        "INSERT INTO ecrm_fact_day SELECT shop, customer_id, fact, {day}, 1 FROM ecrm_fact_day",
    ],
)  # fmt: skip
def test_what_was_damaged_is_found_and_mended(shop, damage):
    shop.record_many([*GIFTS[:2], visited()])
    before = shop.facts(AYSE)
    with shop.database.write() as transaction:
        transaction.run(damage.format(day="'1999-01-01'" if transaction.is_sqlite else "DATE '1999-01-01'"))
    found = shop.doctor(recount=True)[-1]
    assert (found.is_good, found.figure) == (False, 1)
    assert shop.doctor(recount=True)[-1].is_good
    assert shop.facts(AYSE) == before


def test_a_plugin_that_comes_later_counts_from_then_on_and_all_once_counted_anew(database_url):
    with opened(database_url, []) as crm:
        crm.record_many([*GIFTS, visited()])
    with opened(database_url) as crm:
        assert crm.facts(AYSE)["gifts.events"] == 0
        crm.record(gift(number=9, after=1))
        assert crm.facts(AYSE)["gifts.events"] == 1
        assert not crm.doctor(recount=True)[-1].is_good
        assert gift_facts(crm, AYSE) == plain_count(crm, AYSE)


def test_a_sum_that_outgrows_64_bits_stops_nobody(shop):
    large = [gift(number=number, points=10**12, quantity=10**12) for number in range(20)]
    shop.record_many(large[:10])
    for event in large[10:]:
        shop.record(event)
    assert shop.facts(AYSE)["gifts.points"] == pytest.approx(2e13)
    shop.doctor(recount=True)
    assert shop.facts(AYSE)["gifts.points"] == pytest.approx(2e13)
    assert shop.facts(AYSE)["gifts.pieces"] == 2 * 10**13


class Awkward:
    """A plugin whose columns are called as functions of SQL."""

    name = "current"

    @hookimpl
    def register_facts(self):
        return [
            Fact("current.date", "integer", "events", "Named as a function of SQL.", "count"),
            Fact("current.user", "text", "shop", "The same.", "last", field="@source"),
            Fact("current.time", "integer", "days", "The same.", "days"),
        ]


def test_a_column_may_be_called_as_sql_calls_something(database_url):
    with opened(database_url, [Awkward]) as crm:
        for number in range(3):
            crm.record(gift(number=number, after=number))
        crm.record_many([gift(number=9, after=9)])
        facts = crm.facts(AYSE)
        assert (facts["current.date"], facts["current.user"], facts["current.time"]) == (4, "shop", 1)
        crm.record(visited(MEHMET))
        crm.customers.merge(MEHMET, AYSE)
        assert crm.facts(AYSE)["current.date"] == 5
        assert crm.doctor(recount=True)[-1].is_good


def test_a_tally_of_the_whole_history_shows_what_is_stored(shop):
    shop.record_many([*GIFTS, ordered(), ordered("2", after=3_000), refunded(customer=AYSE), visited(after=1)])
    shop.void(shop.timeline(AYSE)[0], because="test")
    key, book, profile = shop.shop.key, shop._core.kit.book, shop.customers.identities(AYSE)[0].profile_id
    tally = Tally(shop.shop.settings.day_of, book)
    with shop.database.read() as transaction:
        for interaction in log_table.interactions_of(transaction, key, [profile]):
            tally.add_interaction(profile, interaction)
    for order in shop.orders(AYSE):
        tally.change_order(None, (profile, order.contribution()))
    assert facts_shown(tally.counted(profile), tally.spent(profile), shop.shop.settings, book) == shop.facts(AYSE)
