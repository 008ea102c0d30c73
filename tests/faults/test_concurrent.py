"""Threads and forks that share a CRM, and all that may happen to one customer at once."""

from __future__ import annotations

import os
import threading
import time
import traceback

import psycopg
import pytest

from ecrm import CRM, Who
from ecrm.database import Transaction, engine
from ecrm.errors import ConflictError, NotFoundError
from ecrm.interactions import recording
from faults.chance import chance_of
from faults.children import PATIENCE_S
from faults.happenings import happening, regular
from faults.verdict import stored, wrong
from gifts import Gifts, Visits
from story import cancelled, ordered, refunded, told, updated, visited

THREADS = 8


def in_threads(work):
    """Run work(number) in eight threads at once; give what failed."""
    failures = []
    together = threading.Barrier(THREADS)

    def run(number):
        together.wait()
        try:
            work(number)
        except Exception:  # noqa: BLE001 - whatever it is, the test shows it
            failures.append(traceback.format_exc())

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_threads_record_on_one_crm(database_url, points):
    count = 5 * (points + 1)
    with CRM(database_url, plugins=[]) as crm:
        crm.record(happening("first", 0))
        failures = in_threads(lambda me: [crm.record(happening(f"t{me}", n)) for n in range(count)])
        assert not failures
        assert len(stored(crm)) == THREADS * count + 1
        assert not wrong(crm)


def test_one_new_customer_and_order_told_by_all_at_once_is_one(database_url, points):
    with CRM(database_url, plugins=[]) as crm:
        for point in range(points * 3):
            who = Who(email=f"new{point}@example.org", phone=f"+9053211{point:05}")
            event = ordered(f"o{point}", who=who)
            assert not in_threads(lambda _, event=event: crm.record(event))
            assert len(crm.timeline(who)) == 1
            assert len(crm.orders(who)) == 1
            assert crm.facts(who)["orders.count"] == 1
        assert len(crm.customers.list(limit=1_000)) == points * 3
        assert not wrong(crm)


def test_one_order_told_by_its_two_people_at_once_is_one(database_url, points):
    with CRM(database_url, plugins=[]) as crm:
        for number in range(4):
            crm.record(visited(regular(number), f"knows{number}"))
        for point in range(points * 3):
            in_threads(lambda me, id_=f"o{point}": crm.record(ordered(id_, who=regular(me), source_id=f"{id_}.{me}")))
        assert sum(crm.facts(regular(number))["orders.count"] for number in range(4)) == points * 3
        assert not wrong(crm)


def disturb(crm, people, me, count):  # noqa: C901 - one line for each thing that may happen
    """Do something with a few customers, again and again, by the quick way and by the general one."""
    chance = chance_of(f"{people[0].email}{me}")
    mine = []
    for number in range(count):
        who, other = chance.choice(people), chance.choice(people)
        name, known = f"{people[0].phone}.{me}.{number}", chance.choice(mine) if mine else "none"
        try:
            match chance.randrange(11):
                case 0 | 1 | 2 | 3:
                    crm.record(ordered(name, f"{number + 1}.25", who=who, after=chance.randrange(9_000)))
                    mine.append(name)
                case 4:
                    crm.record(visited(who, name, after=chance.randrange(9_000), channel="store"))
                case 5:
                    crm.record(refunded(known, "1.00", refund_id=name, after=chance.randrange(9_000)))
                case 6:
                    crm.record(updated(known, "7.00", after=chance.randrange(9_000), source_id=name))
                case 7:
                    crm.record(cancelled(known, after=9_001))
                case 8:
                    crm.record(told(Who(email=f"{name}@example.org"), name, name="Ayşe"))
                    crm.customers.merge(who, Who(email=f"{name}@example.org"))
                case 9:
                    merge = crm.customers.merge(who, other)
                    crm.customers.unmerge(merge.id)
                case _:
                    seen = crm.timeline(who, limit=5)
                    if seen:
                        crm.void(seen[0].id, because="to disturb")
        except (ConflictError, NotFoundError):
            continue


def facts_found_wrong(url, rounds, plugins=None):
    """Disturb four new customers a round, in eight threads; give what failed, and what the doctor found."""
    failures = []
    with CRM(url, plugins=plugins) as crm:
        crm.upgrade()
        for round_ in range(rounds):
            people = [Who(email=f"p{round_}.{n}@example.org", phone=f"+90532{round_:06}{n}") for n in range(4)]
            for who in people:
                crm.record(visited(who, f"knows{who.email}"))
            failures += in_threads(lambda me, people=people: disturb(crm, people, me, 15))
        return failures, wrong(crm)


def test_quick_and_general_ways_beside_merges_leave_the_facts_right(database_url, points):
    failures, found = facts_found_wrong(database_url, points)
    assert not failures
    assert not found


def test_facts_of_plugins_are_right_beside_merges_too(database_url, points):
    failures, found = facts_found_wrong(database_url, points, [Gifts, Visits])
    assert not failures
    assert not found


def fork_and_record(crm, writer, count):
    """Fork; the child records and leaves. Give the child's id."""
    child = os.fork()
    if child:
        return child
    try:
        for number in range(count):
            crm.record(happening(writer, number))
    except BaseException:  # noqa: BLE001 - a child must not go on as a test run
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_parent_and_forked_children_record_on_one_open_crm(database_url, points):
    with CRM(database_url, plugins=[]) as crm:
        crm.record(happening("first", 1))
        for point in range(points):
            children = [fork_and_record(crm, f"c{point}.{number}", 8) for number in range(2)]
            for number in range(8):
                crm.record(happening(f"p{point}", number))
            assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
        assert len(stored(crm)) == 1 + points * 24
        assert not wrong(crm)


def fork_while_a_thread_commits(url, monkeypatch):
    """Fork when another thread is about to commit, for a while; give how the recording child ended."""
    commit = Transaction.commit
    is_committing = threading.Event()

    def slowly(self):
        is_committing.set()
        time.sleep(0.2)
        commit(self)

    monkeypatch.setattr(Transaction, "commit", slowly)
    monkeypatch.setattr(engine, "_PRAGMAS", ("PRAGMA busy_timeout=1000", *engine._PRAGMAS[1:]))
    with CRM(url, plugins=[]) as crm:
        is_committing.clear()
        thread = threading.Thread(target=lambda: crm.record(happening("parent", 1)))
        thread.start()
        assert is_committing.wait(PATIENCE_S)
        child = fork_and_record(crm, "child", 2)
        thread.join()
        status = os.waitpid(child, 0)[1]
        return status, stored(crm)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_child_forked_while_a_thread_writes_can_write(database_url, monkeypatch):
    status, there = fork_while_a_thread_commits(database_url, monkeypatch)
    assert (status, there) == (0, ["child-0", "child-1", "parent-1"])


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_write_is_seen(sqlite_url, monkeypatch):
    monkeypatch.setattr(engine, "_fork_between_writes", lambda _database: None)
    status, _ = fork_while_a_thread_commits(sqlite_url, monkeypatch)
    assert status != 0


def orders_of_one_new_customer(crm, name):
    """Tell of a new customer's orders by all threads at once; give what failed and how many are counted."""
    who = Who(email=f"{name}@example.org")
    failures = in_threads(lambda me: crm.record(ordered(f"{name}{me}", who=who)))
    return failures, crm.facts(who)["orders.count"]


def test_the_first_orders_of_a_new_customer_are_all_counted(database_url, points):
    with CRM(database_url, plugins=[]) as crm:
        outcomes = [orders_of_one_new_customer(crm, f"n{point}") for point in range(points)]
        assert outcomes == [([], THREADS)] * points
        assert not wrong(crm)


def test_writers_that_do_not_stand_in_line_are_seen(postgresql_url, monkeypatch):
    monkeypatch.setattr(recording, "hold_shop", lambda _transaction, _shop: None)
    with CRM(postgresql_url, plugins=[]) as crm:
        assert any(orders_of_one_new_customer(crm, f"n{point}") != ([], THREADS) for point in range(20))


def test_writers_that_begin_as_readers_are_seen(sqlite_url, monkeypatch):
    def begin(self):
        self.driver.execute("BEGIN")
        self.driver.execute("SELECT count(*) FROM ecrm_profile").fetchone()
        time.sleep(0.001)
        self.is_open = True

    monkeypatch.setattr(Transaction, "begin", begin)
    reset = engine.Database._reset

    def reset_without_a_queue(self):
        reset(self)
        self._writers = threading.Semaphore(THREADS)

    monkeypatch.setattr(engine.Database, "_reset", reset_without_a_queue)
    failures, found = facts_found_wrong(sqlite_url, 3)
    assert failures or found


@pytest.mark.parametrize("kinds", [("phone", "email"), ("email", "phone")])
def test_a_deadlock_is_no_failure_of_record(postgresql_url, kinds):
    touch = "UPDATE ecrm_profile SET last_at = last_at WHERE kind = %s"
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    failures = []
    with (
        CRM(postgresql_url, plugins=[]) as crm,
        psycopg.connect(postgresql_url.replace("+psycopg", ""), autocommit=True) as other,
    ):
        crm.record(visited(regular(0), "v1"))
        # Ecrm's server process looks for deadlocks first, and is the one to be stopped.
        other.execute("SET deadlock_timeout = '20s'")
        with other.transaction():
            other.execute(touch, (kinds[0],))
            thread = threading.Thread(target=lambda: failures.extend(record_in_thread(crm)))
            thread.start()
            while not other.execute(waiting).fetchone()[0]:
                time.sleep(0.01)
            other.execute(touch, (kinds[1],))
        thread.join()
        assert not failures
        assert stored(crm) == ["v1", "v2"]
        assert not wrong(crm)


def record_in_thread(crm):
    """Record an event; give what failed."""
    try:
        crm.record(visited(regular(0), "v2"))
    except Exception:  # noqa: BLE001 - whatever it is, the test shows it
        return [traceback.format_exc()]
    return []
