"""The shape of the package: sizes, names, and what `import ecrm` loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "ecrm"
MODULES = [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]
VAGUE = {"common", "data", "helper", "helpers", "manager", "managers", "misc", "process", "util", "utils"}
HEAVY = {"celery", "django", "fastapi", "flask", "numpy", "pandas", "scipy", "sqlalchemy.orm", "starlette"}


def test_importing_ecrm_loads_no_framework_no_numpy_and_no_orm():
    program = "import sys, ecrm; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert HEAVY & set(loaded.stdout.split()) == set()


def test_no_module_is_longer_than_350_lines():
    assert [path.name for path in MODULES if path.read_text(encoding="utf-8").count("\n") > 350] == []


def test_no_function_is_longer_than_60_lines():
    long = [
        f"{path.name}:{node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def test_every_module_is_named_for_what_is_in_it():
    assert [path.name for path in MODULES if path.stem in VAGUE or path.parent.name in VAGUE] == []


def test_every_module_says_what_lives_in_it():
    silent = [
        str(path.relative_to(SOURCE))
        for path in MODULES
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_package_is_marked_as_typed():
    assert (SOURCE / "py.typed").is_file()
