"""The pytest plugin gives a `crm` on a file of the test."""

from __future__ import annotations

import os
import subprocess
import sys

TEST = """
import pytest

from ecrm import Who, events

def test_a_visit_is_recorded(crm, ecrm_clock):
    crm.record(events.StoreVisited(customer=Who(card="1234")))
    assert crm.timeline(Who(card="1234"))[0].at == ecrm_clock()

def test_a_cart_is_left_after_a_while(crm):
    mug = events.Product(sku="MUG")
    crm.record(events.CartViewed(cart_id="7", products=[mug], customer=Who(card="1234")))
    assert crm.advance(days=1).reacted
    assert crm.timeline(Who(card="1234"))[0].kind == "Cart Abandoned"

class TestWithoutPlugins:
    @pytest.fixture
    def ecrm_plugins(self):
        return []

    def test_a_project_chooses_the_plugins(self, crm):
        assert crm.plugins.list() == []
"""


def test_a_project_gets_a_crm_and_its_clock(tmp_path):
    (tmp_path / "test_shop.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "ecrm.testing.pytest_plugin", "."]
    surroundings = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    surroundings.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
