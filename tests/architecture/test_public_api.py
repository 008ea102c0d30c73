"""The public API against the last tag: what `docs/stability.md` calls public goes only after a deprecation."""

from __future__ import annotations

import contextlib
import functools
import io
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import griffe
import pytest

ROOT = Path(__file__).parents[2]
PUBLIC = (
    "ecrm", "ecrm.errors", "ecrm.events", "ecrm.effects", "ecrm.hookspecs", "ecrm.http", "ecrm.signatures",
    "ecrm.testing", "ecrm.consent", "ecrm.messages", "ecrm.surveys", "ecrm.surveys.scoring", "ecrm.surveys.results",
    "ecrm.surveys.charts", "ecrm.web",
)  # fmt: skip
# What was deprecated for two minor releases and has gone since the last tag, by its path; emptied at each tag.
GONE: frozenset[str] = frozenset()


def breakages(before: Path, after: Path) -> set[str]:
    """Give what callers of the API before would miss or find changed: `path: what happened`."""
    old, new = package_in(before), package_in(after)
    public = public_paths(old) | public_paths(new)
    return {
        f"{found.obj.path}: {found.kind.value}"
        for found in griffe.find_breaking_changes(old, new)
        if any(f"{found.obj.path}.".startswith(f"{path}.") for path in public)
    }


@functools.cache
def package_in(directory: Path) -> griffe.Module:
    """Read the package, without importing it."""
    return griffe.load("ecrm", search_paths=[directory], allow_inspection=False)


def public_paths(package: griffe.Module) -> set[str]:
    """Give the paths of public names, where they are shown and where they are written."""
    paths = set()
    for name in PUBLIC:
        inner = name.removeprefix("ecrm").lstrip(".")
        try:
            module = package[inner] if inner else package
        except KeyError:
            continue
        for shown in module.exports or ():
            paths.add(f"{name}.{shown}")
            # A name that is shown and not written any more has no other path.
            with contextlib.suppress(griffe.AliasResolutionError, KeyError):
                paths.add(module[str(shown)].canonical_path)
    return paths


def last_tag() -> str | None:
    """Name the last tag before this commit; None where there is none, as in a clone without tags."""
    asked = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0"],  # noqa: S607 - the developer's own git
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return asked.stdout.strip() or None


@pytest.fixture
def sources(tmp_path):
    """A copy of the package, to change."""
    shutil.copytree(ROOT / "src" / "ecrm", tmp_path / "ecrm", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_nothing_public_is_gone_since_the_last_tag(tmp_path):
    tag = last_tag()
    if tag is None:
        pytest.skip("there is no tag yet to compare the public API with")
    archive = subprocess.run(
        ["git", "archive", tag, "src"],  # noqa: S607 - the developer's own git
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(tmp_path, filter="data")
    found = {one for one in breakages(tmp_path / "src", ROOT / "src") if one.split(":")[0] not in GONE}
    assert found == set(), f"public since {tag}: keep it and deprecate it, as docs/stability.md says"


@pytest.mark.parametrize(
    ("path", "before", "after", "gone"),
    [
        ("crm.py", "    def emit(", "    def send(", "ecrm.crm.CRM.emit: Public object was removed"),
        ("crm.py", "connection: Any = None)", "connection: Any)", "ecrm.crm.CRM.emit: Parameter is now required"),
        (
            "surveys/charts.py",
            "def draw_bars(",
            "def draw_columns(",
            "ecrm.surveys.charts.draw_bars: Public object was removed",
        ),
        (
            "errors.py",
            "class NotFoundError(",
            "class AbsentError(",
            "ecrm.errors.NotFoundError: Public object was removed",
        ),
    ],
)
def test_a_public_name_that_goes_is_found(sources, path, before, after, gone):
    written = sources / "ecrm" / path
    text = written.read_text(encoding="utf-8")
    assert before in text
    written.write_text(text.replace(before, after), encoding="utf-8")
    assert gone in breakages(ROOT / "src", sources)


def test_what_is_not_public_may_change(sources):
    (sources / "ecrm" / "interactions" / "health.py").unlink()
    assert breakages(ROOT / "src", sources) == set()


def test_every_public_module_is_named_in_the_document_and_says_what_it_shows():
    page = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
    package = package_in(ROOT / "src")
    (row,) = re.findall(r"^\| the names that (.*?) show in", page, re.MULTILINE)
    assert set(re.findall(r"`([\w.]+)`", row)) == set(PUBLIC)
    for name in PUBLIC:
        inner = name.removeprefix("ecrm").lstrip(".")
        assert (package[inner] if inner else package).exports
