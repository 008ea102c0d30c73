"""`import ecrm` beside importing what it depends on, each in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

from harness import Figure, compare

# What `import ecrm` itself imports of other projects; heavier ones are imported where they are used.
DEPENDENCIES = "attrs, blinker, marshmallow, pluggy, sqlalchemy, sqlalchemy.dialects.postgresql, sqlite3, uuid6"
EACH = 5


def _imports(what: str) -> Callable[[int], int]:
    def side(_: int) -> int:
        for _unused in range(EACH):
            subprocess.run([sys.executable, "-c", f"import {what}"], check=True)  # noqa: S603 - this very Python
        return EACH

    return side


def measure() -> Iterator[Figure]:
    """Give the figure of the import."""
    loaded = "import sys, ecrm; print([m for m in ('numpy', 'django', 'flask', 'sqlalchemy.orm') if m in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True)  # noqa: S603
    assert seen.stdout.strip() == "[]", seen.stdout
    yield compare("import ecrm", "-", 1.2, (_imports("ecrm"), _imports(DEPENDENCIES)))


if __name__ == "__main__":
    list(measure())
