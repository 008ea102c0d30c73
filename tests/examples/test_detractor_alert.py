"""The example plugin that tells staff of unhappy answers: its own tests, its size, and the names it uses."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "ecrm-detractor-alert"
CODE = (EXAMPLE / "ecrm_detractor_alert.py").read_text(encoding="utf-8")
PUBLIC = {"ecrm.effects", "ecrm.errors", "ecrm.hookspecs", "ecrm.messages", "ecrm.surveys.scoring"}


def shipped_tests():
    """Load the tests that the example ships."""
    place = EXAMPLE / "tests" / "test_ecrm_detractor_alert.py"
    spec = importlib.util.spec_from_file_location("tests_of_detractor_alert", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SHIPPED = vars(shipped_tests())
staff, crm = (SHIPPED[name] for name in ("staff", "crm"))
globals().update({name: test for name, test in SHIPPED.items() if name.startswith("test_")})


class TestContract(SHIPPED["TestContract"]):
    """Its contract, on both databases: `postgresql_url` is given here."""


def test_it_is_one_file_of_60_lines_at_most():
    assert CODE.count("\n") <= 60


def test_it_names_what_is_public_only():
    named = {node.module for node in ast.walk(ast.parse(CODE)) if isinstance(node, ast.ImportFrom)}
    assert {name for name in named if name.split(".")[0] == "ecrm"} == PUBLIC
