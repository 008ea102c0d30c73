"""Threads of one process that write a SQLite file take turns, in the order they came in.

A lock of Python's lets whoever runs at the moment overtake those who were woken; SQLite's own waiting is a lottery.
Under load, both make the unlucky wait many times as long as the rest.
"""

from __future__ import annotations

import threading
from collections import deque

__all__ = ["Turns"]


class Turns:
    """Let one thread at a time go, the one that waits longest first.

    >>> turns = Turns()
    >>> with turns:
    ...     turns.acquire(timeout=0.0)
    False
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self, timeout: float = -1) -> bool:
        """Wait for a turn, and take it.

        Args:
            timeout: How long it is waited for, in seconds; -1 is for ever.

        Returns:
            Whether it is one's turn; where it is not, nothing was taken.
        """
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        try:
            if gate.acquire(timeout=timeout):
                return True
        except BaseException:
            # A signal of the host's ended the wait: the turn must not go to nobody.
            if not self._is_left(gate):
                self.release()
            raise
        # Else the turn came in the moment the wait was given up.
        return not self._is_left(gate)

    def release(self) -> None:
        """Give the turn to whoever waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False

    def _is_left(self, gate: threading.Lock) -> bool:
        """Take a gate out of the queue; False where it had its turn already."""
        with self._guard:
            if gate not in self._waiting:
                return False
            self._waiting.remove(gate)
            return True
