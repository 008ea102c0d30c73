"""The page for a shop owner says what the declarations say."""

from __future__ import annotations

import re
from pathlib import Path

from ecrm import CRM

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "what-is-stored.md"
LINE = re.compile(r"^\| (\w+) \| (.*) \| (.*) \| (.*) \|$", re.MULTILINE)


def test_the_table_of_the_page_is_the_register(sqlite_url):
    told = {line[0]: (line[1], set(line[2].split("; ")), set(line[3].split(", ")))
            for line in LINE.findall(PAGE.read_text(encoding="utf-8")) if line[0] != "what"}  # fmt: skip
    with CRM(sqlite_url) as crm:
        lines = crm.privacy.register()
    declared = {
        category: (
            next(one.what for one in lines if one.category == category),
            {one.purpose for one in lines if one.category == category},
            {one.kept for one in lines if one.category == category},
        )
        for category in {one.category for one in lines}
    }
    assert told == declared
