"""The pytest plugin gives a `crm` on a file of the test."""

from __future__ import annotations

import os
import subprocess
import sys

TEST = """
from ecrm import Who, events

def test_a_visit_is_recorded(crm, ecrm_clock):
    crm.record(events.StoreVisited(customer=Who(card="1234")))
    assert crm.timeline(Who(card="1234"))[0].at == ecrm_clock()
"""


def test_a_project_gets_a_crm_and_its_clock(tmp_path):
    (tmp_path / "test_shop.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "ecrm.testing.pytest_plugin", "."]
    surroundings = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    surroundings.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
