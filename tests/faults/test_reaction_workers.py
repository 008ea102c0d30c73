"""Eight workers on the same reactions, stopped past their lease and continued: none applies a stale answer."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import Counter

import attrs
import pytest

from ecrm import UnavailableError
from faults import bugs, children
from faults.chance import chance_of
from faults.ledger import Ledger
from faults.patience import wait_until
from faults.reactive import FileClock, open_reactive, work_again
from story import AYSE, START, visited

WORKERS = 8
BATCH = 3
VISITS = 12


@pytest.fixture
def clock(tmp_path):
    told = FileClock(tmp_path / "clock")
    told.set(START)
    return told


@pytest.fixture
def crm(bare_database_url, clock):
    with open_reactive(bare_database_url, clock) as opened:
        opened.upgrade()
        yield opened


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


@contextlib.contextmanager
def workers(crm, clock, ledger, count, held="", plant=None):
    """Run workers; at the end each has ended by itself, and well."""
    over, url = children.CHILDREN.Event(), crm.database.url.render_as_string(hide_password=False)
    with contextlib.ExitStack() as stack:
        arguments = (url, clock.path, ledger.path, held, BATCH, over, plant)
        crew = [stack.enter_context(children.running(work_again, *arguments)) for _ in range(count)]
        yield crew
        over.set()
        for child in crew:
            child.join(children.PATIENCE_S)
        assert [child.exitcode for child in crew] == [0] * count


def tell(crm, clock, names):
    for name in names:
        visit = attrs.evolve(visited(source_id=name), at=clock())
        wait_until(lambda visit=visit: is_recorded(crm, visit), "the database stays locked")


def is_recorded(crm, event):
    # Nine processes share one SQLite file: its waiting is a lottery, and who is told to try again does.
    with contextlib.suppress(UnavailableError):
        crm.record(event)
        return True
    return False


def is_stopped(child):
    told = subprocess.run(["ps", "-o", "state=", "-p", str(child.pid)], capture_output=True, check=False)  # noqa: S607
    return told.stdout.strip().startswith(b"T")


def effects(crm):
    """Give how often each effect of each cause was applied, whoever answered."""
    with crm.database.read() as transaction:
        rows = transaction.run("SELECT reaction, cause_id, name FROM ecrm_effect").fetchall()
    return Counter((row[0], str(row[1]), row[2].partition(" by ")[0]) for row in rows)


def told(crm, kind):
    page = crm.timeline(AYSE, limit=1_000, kinds=[kind])
    yield from page
    while page.next is not None:
        page = crm.timeline(AYSE, limit=1_000, kinds=[kind], before=page.next)
        yield from page


def reminded(crm):
    return Counter((one.properties["visit"], one.properties["left"]) for one in told(crm, "Reminded"))


def greeted(crm):
    return Counter(one.properties["visit"] for one in told(crm, "Greeted"))


def is_read(crm):
    return all(one.waiting == 0 for one in crm.reactions())


def finish(crm, clock):
    for _ in range(3):
        clock.advance(hours=1)
        crm.work()


def test_eight_workers_stopped_past_their_lease_apply_each_answer_once(crm, clock, ledger, points):
    expected = []
    for point in range(points):
        chance = chance_of(point)
        names = [f"p{point}-{number}" for number in range(VISITS)]
        expected += names
        with workers(crm, clock, ledger, WORKERS) as crew:
            wait_until(lambda: len(crew) == WORKERS, "the workers do not start")
            tell(crm, clock, names)
            time.sleep(chance.uniform(0, 0.1))
            stopped = chance.sample(crew, 3)
            for child in stopped:
                os.kill(child.pid, signal.SIGSTOP)
            clock.advance(hours=1)
            time.sleep(chance.uniform(0.05, 0.3))
            for child in stopped:
                os.kill(child.pid, signal.SIGCONT)
            tell(crm, clock, [f"p{point}-late"])
            expected.append(f"p{point}-late")
            wait_until(lambda: is_read(crm), "the log is not read")
        finish(crm, clock)
    assert greeted(crm) == Counter(expected)
    assert reminded(crm) == Counter((name, left) for name in expected for left in (0, 1))
    assert set(effects(crm).values()) == {1}
    assert crm.parked(with_retrying=True) == []
    assert crm.facts(AYSE)["reactive.visits"] == len(expected)


def stop_one_while_it_asks(crm, clock, ledger, plant=None):
    """Stop a worker after it has asked and before it has applied, let another do it all, and continue the first."""
    tell(crm, clock, ["v0", "v1"])
    with workers(crm, clock, ledger, 1, "v1", plant) as crew:
        wait_until(lambda: is_stopped(crew[0]), "the worker does not stop")
        clock.advance(hours=1)
        with workers(crm, clock, ledger, 1):
            wait_until(lambda: is_read(crm), "the other does not take over")
        os.kill(crew[0].pid, signal.SIGCONT)
        tell(crm, clock, ["v2"])
        wait_until(lambda: greeted(crm)["v2"] and is_read(crm), "the first does not go on")
    return effects(crm)


def test_what_a_stopped_worker_was_told_is_not_applied(crm, clock, ledger):
    assert set(stop_one_while_it_asks(crm, clock, ledger).values()) == {1}
    assert Counter(ledger.lines())["asked v1"] == 2


def test_a_cursor_that_moves_whoever_has_it_is_seen(crm, clock, ledger):
    found = stop_one_while_it_asks(crm, clock, ledger, bugs.move_whatever_was_taken)
    assert 2 in found.values()
