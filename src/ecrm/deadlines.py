"""Call somebody else's code under a deadline: it may raise, exit, or never come back, and hurts nobody.

It runs in a thread of its own, which is left behind where it does not come back in time.
"""

from __future__ import annotations

import ctypes
import os
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["DeadlineError", "EndedError", "Runner"]

T = TypeVar("T")


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

    >>> Runner().call(lambda: 6 * 7, deadline_s=5)
    42
    """

    def __init__(self, name: str = "ecrm-plugin") -> None:
        self._name = name
        self._local = threading.local()

    def call(self, function: Callable[[], T], *, deadline_s: float) -> T:
        """Call a function; give what it gives.

        Args:
            function: Called without arguments, in the runner's thread.
            deadline_s: How long it may take, in seconds of the machine.

        Raises:
            DeadlineError: It did not come back in time.
            EndedError: It tried to end the program.
        """
        call = _Call(function)
        seat = self._seat()
        seat.calls.put(call)
        if not call.done.wait(deadline_s):
            self._local.seat = None
            seat.abandon()
            raise DeadlineError(f"it took longer than {deadline_s:g} s")
        if call.error is None:
            value: T = call.value
            return value
        if isinstance(call.error, Exception):
            raise call.error
        raise EndedError("it tried to end the program") from call.error

    def close(self) -> None:
        """Let the calling thread's runner go; the next call starts another."""
        seat: _Seat | None = getattr(self._local, "seat", None)
        self._local.seat = None
        if seat is not None and seat.is_alive():
            seat.calls.put(None)
            seat.thread.join(1.0)

    def _seat(self) -> _Seat:
        seat: _Seat | None = getattr(self._local, "seat", None)
        if seat is None or not seat.is_alive():
            seat = self._local.seat = _Seat(self._name)
        return seat


class _Seat:
    """One thread and the queue it takes calls from."""

    def __init__(self, name: str) -> None:
        self.calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._pid = os.getpid()
        self.thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self.thread.start()

    def is_alive(self) -> bool:
        """Tell whether it takes calls; a thread does not live on in a forked child."""
        return self._pid == os.getpid() and self.thread.is_alive()

    def abandon(self) -> None:
        """Leave the thread behind; Python code that loops in it ends, a call that sleeps ends when it wakes."""
        self.calls.put(None)
        if self.thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread.ident), ctypes.py_object(_Abandoned))

    def _serve(self) -> None:
        try:
            while (call := self.calls.get()) is not None:
                call.run()
        except _Abandoned:
            return
