"""The worker goes on until nothing waits, or for ever, whatever the database does."""

from __future__ import annotations

import threading

import pytest

from ecrm.errors import ConflictError, UnavailableError
from ecrm.worker import Done, Worker
from story import AYSE, visited


def rounds(*results):
    left = list(results)

    def receive():
        result = left.pop(0) if left else (0, 0)
        if isinstance(result, Exception):
            raise result
        return Done(*result)

    return [receive]


def nothing():
    return None


def test_a_worker_goes_on_until_nothing_waits_and_tidies_after_each_batch():
    tidied = []
    worker = Worker(rounds((5, 1), (2, 0)), lambda: tidied.append(1), nothing)
    assert worker.run() == Done(7, 1)
    assert tidied == [1, 1, 1]
    assert worker.run().is_idle


def test_a_failing_database_is_the_callers_in_one_run():
    with pytest.raises(UnavailableError):
        Worker(rounds(UnavailableError("away")), nothing, nothing).run()


def test_a_duty_that_fails_keeps_no_other_from_its_turn():
    steps = [*rounds(ConflictError("odd")), *rounds((3, 0))]
    worker = Worker(steps, nothing, nothing)
    with pytest.raises(ConflictError):
        worker.run()
    assert worker.run().is_idle


@pytest.mark.parametrize("error", [ConflictError("odd"), ZeroDivisionError("ayse@example.com")])
def test_a_worker_for_ever_outlives_a_duty_that_fails(error, caplog):
    worker = Worker(rounds(error, (3, 0)), nothing, nothing, wait_s=0.001)
    thread = threading.Thread(target=worker.run_forever, args=(lambda _: worker.stop(),))
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert caplog.records
    assert "ayse" not in caplog.text


def test_a_worker_for_ever_waits_for_the_database_and_goes_on(caplog):
    done = []
    worker = Worker(rounds(UnavailableError("away"), ConflictError("odd"), (3, 0)), nothing, nothing, wait_s=0.001)

    def progress(counts):
        done.append(counts)
        worker.stop()

    thread = threading.Thread(target=worker.run_forever, args=(progress,))
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert done == [Done(3, 0)]
    assert "trying again" in caplog.text


def test_a_worker_receives_what_is_emitted_while_it_runs(crm):
    worker = crm.worker()
    worker._wait_s = 0.01
    thread = threading.Thread(target=worker.run_forever, args=(lambda _: worker.stop(),))
    thread.start()
    assert crm.emit(visited())
    thread.join(10)
    assert not thread.is_alive()
    assert len(crm.timeline(AYSE)) == 1


def test_tidying_is_done_at_most_once_an_hour(crm, clock):
    crm.shop.configure(inbox_days=0)
    crm.work()
    crm.emit(visited())
    crm.work()
    clock.advance(minutes=5)
    crm.work()
    assert crm.inbox.counts()["done"] == 1
    clock.advance(hours=1)
    crm.work()
    assert crm.inbox.counts()["done"] == 0
