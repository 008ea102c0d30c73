"""The example source of somebody else: its own tests on both databases, its size, and the names it uses."""

from __future__ import annotations

import ast
import importlib.util
import tomllib
from pathlib import Path

import pytest
from ecrm_trendyol import Trendyol

from ecrm import CRM

EXAMPLE = Path(__file__).parents[2] / "examples" / "ecrm-trendyol"
FILE = EXAMPLE / "ecrm_trendyol.py"
PUBLIC = {"ecrm", "ecrm.errors", "ecrm.hookspecs", "ecrm.http", "ecrm.signatures"}


def shipped_tests():
    """Load the tests that the example ships."""
    spec = importlib.util.spec_from_file_location("tests_of_trendyol", EXAMPLE / "tests" / "test_ecrm_trendyol.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SHIPPED = vars(shipped_tests())
server, plugin, crm = (SHIPPED[name] for name in ("server", "plugin", "crm"))
globals().update({name: test for name, test in SHIPPED.items() if name.startswith("test_")})


class TestContract(SHIPPED["TestContract"]):
    """Its contract, on both databases: `postgresql_url` is given here."""


def test_it_is_one_file_of_120_lines_at_most():
    assert FILE.read_text(encoding="utf-8").count("\n") <= 120


def test_it_names_what_is_public_only():
    tree = ast.parse(FILE.read_text(encoding="utf-8"))
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and "ecrm" in str(node.module)}
    assert named == PUBLIC


def test_it_is_found_by_its_entry_point(tmp_path, monkeypatch):
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = tmp_path / "ecrm_trendyol-1.0.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: ecrm-trendyol\nVersion: 1.0.0\n")
    points = "\n".join(f"{name} = {target}" for name, target in project["entry-points"]["ecrm"].items())
    (folder / "entry_points.txt").write_text(f"[ecrm]\n{points}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with CRM(f"sqlite:///{tmp_path / 'crm.db'}") as found:
        assert next(one for one in found.plugins.list() if one.name == "trendyol").version == "1.0.0"


@pytest.mark.parametrize("seller", ["12/../34", "", None, 1.5])
def test_a_seller_is_a_number_so_that_no_other_address_is_asked(seller, tmp_path):
    with (
        CRM(f"sqlite:///{tmp_path / 'crm.db'}", plugins=[Trendyol]) as opened,
        pytest.raises(ValueError, match="whole"),
    ):
        opened.plugins.configure("trendyol", seller_id=seller)
