"""Call somebody else's code under a deadline: it may raise, exit, or never come back, and hurts nobody.

It runs in a thread of its own, which is left behind where it does not come back in time.
"""

from __future__ import annotations

import ctypes
import os
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["DeadlineError", "EndedError", "Runner"]

T = TypeVar("T")
_IDLE_S = 5.0
_WATCHED_S = 0.02


class DeadlineError(Exception):
    """Tell that a call took too long; what it would have given is dropped."""


class EndedError(Exception):
    """Tell that a call tried to end the program."""


class _Abandoned(BaseException):
    """Raised inside a thread that was left behind, to end what it is in."""


class _Call:
    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.done = threading.Event()
        self.value: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.value = self.function()
        except BaseException as error:  # noqa: BLE001 - whatever it raises goes to who called
            self.error = error
        self.done.set()


class Runner:
    """Hold the thread that calls are made in, one after the other.

    Threads that share a runner each get a thread behind it: it holds no state that they could mix.

    Args:
        name: Of the threads.
        leave: Called in a thread when it ends: it gives back what calls opened in it.

    >>> Runner().call(lambda: 6 * 7, deadline_s=5)
    42
    """

    def __init__(self, name: str = "ecrm-plugin", leave: Callable[[], None] | None = None) -> None:
        self._name = name
        self._leave = leave
        self._local = threading.local()

    def call(self, function: Callable[[], T], *, deadline_s: float, steps: Callable[[], int] | None = None) -> T:
        """Call a function; give what it gives.

        Args:
            function: Called without arguments, in the runner's thread.
            deadline_s: How long it may take, in seconds of the machine.
            steps: Where the function does several things, how many it has done: the deadline is each one's.

        Raises:
            DeadlineError: It did not come back in time.
            EndedError: It tried to end the program.
        """
        call = _Call(function)
        seat = self._seated(call)
        done = steps() if steps is not None else 0
        while not call.done.wait(deadline_s):
            if steps is not None and done != (done := steps()):
                continue
            self._local.seat = None
            seat.abandon()
            raise DeadlineError(f"it took longer than {deadline_s:g} s")
        if call.error is None:
            value: T = call.value
            return value
        if isinstance(call.error, Exception):
            raise call.error
        raise EndedError("it tried to end the program") from call.error

    def _seated(self, call: _Call) -> _Seat:
        seat: _Seat | None = getattr(self._local, "seat", None)
        if seat is None or not seat.take(call):
            seat = self._local.seat = _Seat(self._name, self._leave)
            seat.take(call)
        return seat


class _Seat:
    """One thread and the queue it takes calls from; it ends by itself when nobody calls."""

    def __init__(self, name: str, leave: Callable[[], None] | None) -> None:
        self._leave = leave
        self._calls: queue.SimpleQueue[_Call] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_open = True
        self._pid = os.getpid()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def take(self, call: _Call) -> bool:
        """Take a call; give False where the thread has ended, as it has in a forked child."""
        if self._pid != os.getpid():
            return False
        with self._lock:
            if self._is_open:
                self._calls.put(call)
            return self._is_open

    def abandon(self) -> None:
        """Leave the thread behind; Python code that loops in it is ended, a call that sleeps ends by itself."""
        with self._lock:
            self._is_open = False
        # One that sleeps would keep the interpreter looking for the exception until it wakes.
        if self._thread.ident is not None and self._thread.is_alive() and _is_busy(self._thread.ident):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread.ident), ctypes.py_object(_Abandoned))

    def _serve(self) -> None:
        try:
            while (call := self._next()) is not None:
                call.run()
        except _Abandoned:
            pass
        finally:
            if self._leave is not None:
                self._leave()

    def _next(self) -> _Call | None:
        try:
            return self._calls.get(timeout=_IDLE_S)
        except queue.Empty:
            with self._lock:
                # A call may have come between the wait's end and the lock.
                if self._is_open and self._calls.empty():
                    self._is_open = False
            return None if not self._is_open else self._calls.get()


def _is_busy(ident: int) -> bool:
    """Tell whether a thread uses the processor; where the system can not say, no."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return False
    try:
        clock = time.pthread_getcpuclockid(ident)
        before = time.clock_gettime(clock)
        time.sleep(_WATCHED_S)
        return time.clock_gettime(clock) - before > _WATCHED_S / 100
    except OSError:
        # It has ended meanwhile.
        return False
