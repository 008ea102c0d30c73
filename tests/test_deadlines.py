"""Somebody else's code may raise, exit, loop or sleep: who calls it goes on."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from ecrm import deadlines
from ecrm.deadlines import DeadlineError, EndedError, Runner


def test_a_call_gives_its_value_and_the_next_one_the_next():
    runner = Runner()
    assert [runner.call(lambda n=n: n * n, deadline_s=5) for n in range(5)] == [0, 1, 4, 9, 16]


def test_calls_of_one_thread_share_a_thread_that_is_not_the_callers():
    runner = Runner()
    first, second = (runner.call(threading.get_ident, deadline_s=5) for _ in range(2))
    assert first == second != threading.get_ident()


def test_what_a_call_raises_reaches_the_caller_and_the_next_call_runs():
    runner = Runner()
    with pytest.raises(ZeroDivisionError):
        runner.call(lambda: 1 / 0, deadline_s=5)
    assert runner.call(lambda: 1, deadline_s=5) == 1


@pytest.mark.parametrize("ending", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_call_that_would_end_the_program_does_not(ending):
    def end():
        raise ending

    with pytest.raises(EndedError):
        Runner().call(end, deadline_s=5)


def test_a_call_that_sleeps_is_left_behind_and_the_next_call_runs():
    runner = Runner()
    woken = threading.Event()
    with pytest.raises(DeadlineError, match=r"0\.05 s"):
        runner.call(lambda: woken.wait(30), deadline_s=0.05)
    assert runner.call(lambda: 1, deadline_s=5) == 1
    woken.set()


def test_a_call_that_loops_for_ever_is_ended():
    rounds = []

    def loop():
        while True:
            rounds.append(1)

    with pytest.raises(DeadlineError):
        Runner().call(loop, deadline_s=0.05)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        before = len(rounds)
        time.sleep(0.1)
        if len(rounds) == before:
            return
    pytest.fail("the loop is still running")


def test_a_call_that_sleeps_does_not_slow_the_others_down():
    runner = Runner()
    with pytest.raises(DeadlineError):
        runner.call(lambda: time.sleep(5), deadline_s=0.05)
    # Under a tracer, as coverage is, CPython 3.11 stands still while an exception waits for a thread that sleeps.
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        began = time.monotonic()
        assert sum(number % 7 for number in range(1_000)) > 0
        assert time.monotonic() - began < 3
    finally:
        sys.settrace(before)


def test_a_thread_that_nobody_calls_ends_and_a_call_starts_another(monkeypatch):
    monkeypatch.setattr(deadlines, "_IDLE_S", 0.02)
    runner = Runner()
    first = runner.call(threading.current_thread, deadline_s=5)
    first.join(10)
    assert not first.is_alive()
    assert runner.call(threading.current_thread, deadline_s=5) is not first


def test_a_forked_child_calls_in_a_thread_of_its_own():
    runner = Runner()
    runner.call(lambda: 1, deadline_s=5)
    child = os.fork()
    if child == 0:
        os._exit(runner.call(lambda: 7, deadline_s=5))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
