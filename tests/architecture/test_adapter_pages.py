"""Every host has a page, and who has read one finds their way in the next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEADINGS = ["Install", "Embed", "What is emitted", "What is not", "Production notes"]
PAGES = sorted(path for path in (ROOT / "docs" / "adapters").glob("*.md") if path.stem != "index")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_of_a_host_has_the_same_headings(page):
    assert re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE) == HEADINGS


def test_every_adapter_has_a_page():
    modules = (ROOT / "src" / "ecrm" / "adapters").iterdir()
    names = {path.stem for path in modules if not path.stem.startswith("_")}
    assert names | {"oscar"} == {page.stem for page in PAGES}
