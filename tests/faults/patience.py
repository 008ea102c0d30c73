"""Wait for what other processes do, for a while."""

from __future__ import annotations

import time

from faults.children import PATIENCE_S

__all__ = ["wait_until"]


def wait_until(is_so, what):
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.01)
