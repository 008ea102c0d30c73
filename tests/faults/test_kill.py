"""kill -9 of writers and receivers: nothing acknowledged is lost, nothing is applied in part or twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ecrm import CRM
from faults import bugs, children
from faults.chance import chance_of
from faults.happenings import happening
from faults.ledger import Ledger
from faults.verdict import lost, stored, wrong

BATCH = 7


def kill_by_fuse(work, *arguments):
    with children.running(work, *arguments) as child:
        child.join(children.PATIENCE_S)
        assert child.exitcode == -9


def kill_from_outside(delay_s, work, *arguments):
    """Kill a child so long after it has acknowledged something."""
    ledger = Ledger(next(argument for argument in arguments if isinstance(argument, Path)))
    before = len(ledger.lines())
    with children.running(work, *arguments) as child:
        while len(ledger.lines()) == before:
            assert child.exitcode is None
            time.sleep(0.005)
        time.sleep(delay_s)
        assert child.exitcode is None


def record_and_kill(url, ledger, points):
    for point in range(points):
        chance = chance_of(point)
        with children.running(children.record, url, ledger, f"a{point}", chance.randint(8, 120)) as fused:
            kill_from_outside(chance.uniform(0, 0.2), children.record, url, ledger, f"b{point}", 0)
            fused.join(children.PATIENCE_S)
            assert fused.exitcode == -9


def test_what_record_acknowledged_survives_a_kill(database_url, points, tmp_path):
    ledger = tmp_path / "ledger"
    record_and_kill(database_url, ledger, points)
    with CRM(database_url, plugins=[]) as crm:
        acknowledged = Ledger(ledger).lines()
        assert len(acknowledged) >= points
        assert not lost(crm, acknowledged)
        assert len(stored(crm)) - len(acknowledged) <= 2 * points
        assert not wrong(crm)


def test_a_record_that_acknowledges_early_is_seen(database_url, tmp_path):
    ledger = tmp_path / "ledger"
    kill_by_fuse(children.record, database_url, ledger, "a", 0, bugs.acknowledge_early)
    with CRM(database_url, plugins=[]) as crm:
        assert lost(crm, Ledger(ledger).lines())


def test_facts_in_a_second_transaction_are_seen(database_url, tmp_path):
    plant = bugs.count_in_a_second_transaction
    kill_by_fuse(children.record, database_url, tmp_path / "ledger", "a", 0, plant)
    with CRM(database_url, plugins=[]) as crm:
        assert wrong(crm)


@pytest.fixture(params=["sqlite", "postgresql", "a file of the shop"])
def places(request, tmp_path):
    """Give the URLs of the CRM's and the host's database, the second None where they are one."""
    if request.param == "a file of the shop":
        return request.getfixturevalue("sqlite_url"), f"sqlite:///{tmp_path / 'shop.db'}"
    return request.getfixturevalue(f"{request.param}_url"), None


def placed_orders(places):
    with children.shop_engine(places[1] or places[0]).connect() as connection:
        return sorted(row[0] for row in connection.exec_driver_sql("SELECT id FROM shop_order"))


def test_an_order_and_its_event_share_their_fate_when_the_shop_is_killed(places, points, tmp_path):
    ledger = tmp_path / "ledger"
    for point in range(points):
        chance = chance_of(point)
        kill_by_fuse(children.emit, *places, ledger, f"a{point}", chance.randint(1, 60))
        kill_from_outside(chance.uniform(0, 0.2), children.emit, *places, ledger, f"b{point}", 0)
    with CRM(places[0], host=places[1], plugins=[]) as crm:
        crm.work()
        assert not lost(crm, Ledger(ledger).lines())
        assert stored(crm) == placed_orders(places)
        assert not wrong(crm)


def test_an_event_emitted_apart_from_its_order_is_seen(postgresql_url, tmp_path):
    places = (postgresql_url, None)
    kill_by_fuse(children.emit, *places, tmp_path / "ledger", "a", 3, bugs.emit_apart)
    with CRM(postgresql_url, plugins=[]) as crm:
        crm.work()
        assert stored(crm) != placed_orders(places)


def fill_inbox(places, count):
    url, host = places
    with CRM(url, host=host, on_error="raise", plugins=[]) as crm, children.shop_engine(host or url).begin() as shop:
        for number in range(count):
            assert crm.emit(happening("a", number), connection=shop)


def test_what_is_in_the_inbox_is_applied_once_when_receivers_are_killed(places, points):
    count = BATCH * (points + 2)
    fill_inbox(places, count)
    for point in range(points):
        statements = chance_of(point).randint(2, 90)
        with children.running(children.receive, *places, BATCH, statements) as child:
            child.join(children.PATIENCE_S)
            assert child.exitcode in {-9, 0}
    with CRM(places[0], host=places[1], plugins=[]) as crm:
        crm.work()
        assert stored(crm) == sorted(f"a-{number}" for number in range(count))
        assert not wrong(crm)


def test_a_receiver_that_commits_in_two_parts_is_seen(places):
    fill_inbox(places, 4 * BATCH)
    kill_by_fuse(children.receive, *places, BATCH, 0, bugs.count_in_a_second_transaction)
    with CRM(places[0], host=places[1], plugins=[]) as crm:
        assert wrong(crm)
