"""What every test run needs: the examples in documents and docstrings, Hypothesis profiles, options.

The databases and the `crm` fixture are in `tests/conftest.py`.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sybil import Document, Example, Region, Sybil
from sybil.document import PythonDocStringDocument
from sybil.integration.pytest import SybilFile, SybilItem
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

# No deadlines: how long an example takes says how busy the machine is.
settings.register_profile("fast", max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples each time: what lands must not depend on chance; local runs and `thorough` look further.
settings.register_profile("ci", settings.get_profile("fast"), max_examples=100, print_blob=True, derandomize=True)
settings.register_profile("thorough", settings.get_profile("fast"), max_examples=2000, print_blob=True)


class ReasonedSkipParser(SkipParser):
    """Read `skip` comments, and refuse those that do not say why: `% skip: next "needs a server"`."""

    def __call__(self, document: Document) -> Iterable[Region]:
        """Give the `skip` comments of a document."""
        for region in super().__call__(document):
            action, reason = region.parsed
            if action != "end" and not reason:
                message = f'{document.path}: say why the example is not run: skip: {action} "reason"'
                raise ValueError(message)
            yield region


def enter_own_directory(namespace: dict[str, Any]) -> None:
    """Let a document make its files in a directory of its own."""
    directory = tempfile.TemporaryDirectory(prefix="ecrm-document-")
    namespace["_leave"] = (directory, Path.cwd())
    os.chdir(directory.name)


def leave_own_directory(namespace: dict[str, Any]) -> None:
    """Close what the document opened, and go back."""
    directory, home = namespace.pop("_leave")
    for value in list(namespace.values()):
        if type(value).__name__ == "CRM":
            value.close()
    os.chdir(home)
    directory.cleanup()


class ModuleDocument(PythonDocStringDocument):
    """The docstrings of a module, whose examples may use a `crm` they did not make."""

    def import_document(self, example: Example) -> None:
        """Add a CRM on a new file if an example uses one, then the names of the module."""
        if re.search(r">>> .*\bcrm\.", self.text) and ">>> crm = " not in self.text:
            from ecrm import CRM
            from ecrm.testing import FrozenClock

            self.namespace["crm"] = CRM("sqlite:///crm.db", clock=FrozenClock())
        super().import_document(example)


documents = Sybil(
    parsers=[PythonCodeBlockParser(), ReasonedSkipParser()],
    patterns=["README.md", "README.tr.md", "docs/*.md", "docs/*/*.md", "docs/*/*/*.md"],
    excludes=["docs/_build/**"],
    setup=enter_own_directory,
    teardown=leave_own_directory,
)
docstrings = Sybil(
    parsers=[DocTestParser()],
    patterns=["src/ecrm/*.py", "src/ecrm/*/*.py", "src/ecrm/*/*/*.py", "src/ecrm/*/*/*/*.py"],
    excludes=["**/migrations/**", "**/versions/**"],
    document_types={".py": ModuleDocument},
    setup=enter_own_directory,
    teardown=leave_own_directory,
)
# Sybil shortens a traceback to the part inside the example, and breaks the run when there is none, as with a
# warning that became an error after the example.
SybilItem._traceback_filter = pytest.Item._traceback_filter  # noqa: SLF001
pytest_collect_file = (documents + docstrings).pytest()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the size of the fault harnesses."""
    parser.addoption("--points", type=int, default=3, help="how many points each fault harness tries (default: 3)")


def pytest_configure() -> None:
    """Choose the Hypothesis profile, and forget a database the developer works on."""
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "fast"))
    for name in [name for name in os.environ if name.startswith("ECRM_")]:
        del os.environ[name]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the examples of one document back in their order: they build on each other."""
    of_document: dict[pytest.Item | SybilFile, list[pytest.Item]] = defaultdict(list)
    for item in items:
        of_document[item.parent if isinstance(item.parent, SybilFile) else item].append(item)
    for examples in of_document.values():
        examples.sort(key=lambda item: item.reportinfo()[1] or 0)
    items[:] = [item for examples in of_document.values() for item in examples]
