"""The plugin of the how-to passes the contract that stands there, read from the page itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "write-a-plugin.md"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_the_plugin_of_the_how_to_keeps_its_contract(tmp_path):
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    (tmp_path / "test_page.py").write_text("\n".join(blocks), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "ECRM"))}
    done = subprocess.run(
        [*command, "-k", "sqlite", "."], cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "25 passed" in done.stdout
