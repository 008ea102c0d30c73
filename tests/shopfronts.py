"""Example shops that run as programs of their own: a port for each, and a wait until it answers."""

from __future__ import annotations

import random
import socket
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress

import pytest

LONGEST_START_S = 180


def free_port():
    """Find a port that is free, and that the system gives to nobody while the shop makes its tables."""
    for port in random.Random().sample(range(20_000, 32_000), 100):  # noqa: S311 - no secret
        with closing(socket.socket()) as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    pytest.fail("no port is free")


def wait_for(url, server, log):
    until = time.monotonic() + LONGEST_START_S
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8")[-2000:]
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - on loopback
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    pytest.fail("the shop did not answer in time")
