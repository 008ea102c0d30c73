"""The example plugin of somebody else: its own tests, and that an installation of it is found and works."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from ecrm import events
from ecrm.testing import FrozenCRM
from story import AYSE

EXAMPLE = Path(__file__).parents[2] / "examples" / "ecrm-wishlist-reminder"
PROJECT = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PUBLIC = {"ecrm", "ecrm.errors", "ecrm.events", "ecrm.effects", "ecrm.hookspecs", "ecrm.http", "ecrm.testing"}


def shipped_tests():
    """Load the tests that the example ships."""
    spec = importlib.util.spec_from_file_location(
        "tests_of_wishlist_reminder", EXAMPLE / "tests" / "test_wishlist_reminder.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestContract(shipped_tests().TestContract):
    """Its contract, on both databases: `postgresql_url` is given here."""


def test_its_own_tests_pass_in_a_project_that_has_it_installed(tmp_path):
    install(tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ECRM"))}
    surroundings["PYTHONPATH"] = str(tmp_path)
    tests = EXAMPLE / "tests"
    done = subprocess.run(
        [*command, "-k", "sqlite or not Contract", "-c", str(tmp_path / "pytest.ini"), str(tests)],
        cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "32 passed" in done.stdout


def test_it_is_found_by_its_entry_point_and_works_beside_the_built_in_ones(tmp_path, monkeypatch, database_url):
    install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with FrozenCRM(database_url, plugins=["activity", "abandoned_cart", "wishlist_reminder"]) as crm:
        crm.upgrade()
        (listed,) = [plugin for plugin in crm.plugins.list() if plugin.name == "wishlist_reminder"]
        assert (listed.origin, listed.version) == ("installed", PROJECT["version"])
        crm.record(events.ProductAddedToWishlist(sku="MUG", customer=AYSE, source_id="w1"))
        crm.advance(days=8)
        assert crm.timeline(AYSE)[0].kind == "Wishlist Reminder Due"
        assert crm.facts(AYSE)["activity.sessions"] == 1
        assert all(finding.is_good for finding in crm.doctor(recount=True))


def test_it_uses_public_names_only():
    imported = set()
    for path in EXAMPLE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(node.module)
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
    assert {name for name in imported if name.split(".")[0] == "ecrm"} <= PUBLIC


def install(folder: Path) -> None:
    """Put into a folder what pip would: the package, its metadata and entry points."""
    name = PROJECT["name"].replace("-", "_")
    (folder / name).symlink_to(EXAMPLE / "src" / name, target_is_directory=True)
    info = folder / f"{name}-{PROJECT['version']}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {PROJECT['name']}\nVersion: {PROJECT['version']}\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    entries = [f"{entry} = {where}" for entry, where in PROJECT["entry-points"]["ecrm"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[ecrm]", *entries]), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
