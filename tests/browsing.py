"""The real Chromium, where this machine has one: for tests that look at pages as customers do."""

from __future__ import annotations

import contextlib
import shutil

import pytest

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip


@contextlib.contextmanager
def chromium():
    """Start a browser; skip the test where there is none."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=found, args=_QUIET)
        yield launched
        launched.close()
