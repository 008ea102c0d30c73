"""Threads take turns: one at a time, in the order they came in, and none is lost with who gives up."""

from __future__ import annotations

import signal
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrm.database.turns import Turns


def waiting_in(turns, number):
    """Wait until so many threads stand in the queue."""
    until = time.monotonic() + 10
    while len(turns._waiting) < number:
        assert time.monotonic() < until
        time.sleep(0.001)


@given(stays=st.lists(st.booleans(), max_size=12))
def test_those_who_stay_go_in_the_order_they_came(stays):
    turns, went, threads = Turns(), [], []

    def wait(number, timeout):
        if turns.acquire(timeout=timeout):
            went.append(number)
            turns.release()

    turns.acquire()
    for number, does_stay in enumerate(stays):
        threads.append(threading.Thread(target=wait, args=(number, -1 if does_stay else 0.001)))
        threads[-1].start()
        if does_stay:
            waiting_in(turns, sum(stays[: number + 1]))
        else:
            threads[-1].join()
    turns.release()
    for thread in threads:
        thread.join()
    assert went == [number for number, does_stay in enumerate(stays) if does_stay]


def test_one_at_a_time_goes_also_where_many_give_up():
    turns, inside, most, gave_up = Turns(), [], [], []

    def work():
        for _ in range(200):
            if not turns.acquire(timeout=0.0005):
                gave_up.append(1)
                continue
            inside.append(1)
            time.sleep(0.0001)
            most.append(len(inside))
            inside.pop()
            turns.release()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) + len(gave_up) == 1_600
    assert gave_up
    assert set(most) == {1}
    assert turns.acquire(timeout=0.0), "and nothing is left over"


def test_no_turn_is_taken_by_who_waits_in_vain():
    turns = Turns()
    with turns:
        assert not turns.acquire(timeout=0.01)
    assert turns.acquire(timeout=0.0)


def test_a_wait_that_a_signal_ends_leaves_the_queue():
    class StoppedError(Exception):
        pass

    def stop(*_):
        raise StoppedError

    before = signal.signal(signal.SIGALRM, stop)
    turns, behind = Turns(), []
    turns.acquire()
    try:
        threading.Timer(0.05, lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGALRM)).start()
        with pytest.raises(StoppedError):
            turns.acquire()
    finally:
        signal.signal(signal.SIGALRM, before)
    thread = threading.Thread(target=lambda: behind.append(turns.acquire(timeout=10)))
    thread.start()
    waiting_in(turns, 1)
    turns.release()
    thread.join()
    assert behind == [True]
