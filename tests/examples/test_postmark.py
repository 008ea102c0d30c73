"""The example channel of somebody else: its own tests, its size, the names it uses, and that the how-to shows it."""

from __future__ import annotations

import ast
import importlib.util
import re
import tomllib
from pathlib import Path

from ecrm import CRM

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "ecrm-postmark"
CODE = (EXAMPLE / "ecrm_postmark.py").read_text(encoding="utf-8")
PUBLIC = {"ecrm.errors", "ecrm.hookspecs", "ecrm.http"}


def shipped_tests():
    """Load the tests that the example ships."""
    spec = importlib.util.spec_from_file_location("tests_of_postmark", EXAMPLE / "tests" / "test_ecrm_postmark.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SHIPPED = vars(shipped_tests())
server, case = (SHIPPED[name] for name in ("server", "case"))
globals().update({name: test for name, test in SHIPPED.items() if name.startswith("test_")})


class TestContract(SHIPPED["TestContract"]):
    """Its contract."""


def test_it_is_one_file_of_60_lines_at_most():
    assert CODE.count("\n") <= 60


def test_it_names_what_is_public_only():
    named = {node.module for node in ast.walk(ast.parse(CODE)) if isinstance(node, ast.ImportFrom)}
    assert {name for name in named if name.startswith("ecrm")} == PUBLIC


def test_the_how_to_shows_it_as_it_is():
    text = (ROOT / "docs" / "how-to" / "add-a-channel.md").read_text(encoding="utf-8")
    assert CODE in re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_it_is_found_by_its_entry_point(tmp_path, monkeypatch):
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = tmp_path / "ecrm_postmark-1.0.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: ecrm-postmark\nVersion: 1.0.0\n")
    points = "\n".join(f"{name} = {target}" for name, target in project["entry-points"]["ecrm"].items())
    (folder / "entry_points.txt").write_text(f"[ecrm]\n{points}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with CRM(f"sqlite:///{tmp_path / 'crm.db'}") as found:
        assert next(one for one in found.plugins.list() if one.name == "postmark").version == "1.0.0"
