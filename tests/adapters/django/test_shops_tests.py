"""A shop's own tests, by Django's runner, work as the documentation says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DRIVER = Path(__file__).with_name("runnerdriver.py")


def test_shops_own_tests_see_what_they_emit_and_leave_nothing():
    done = subprocess.run([sys.executable, "-W", "error", str(DRIVER)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
