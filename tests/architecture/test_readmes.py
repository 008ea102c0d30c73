"""The two READMEs say the same: the same code, the same parts, the same links."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)\)")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def code_of(text):
    # What the comments say is translated.
    return [re.sub(r"#.*", "", block) for block in BLOCK.findall(text)]


def test_the_turkish_readme_has_the_code_the_parts_and_the_links_of_the_english_one():
    english, turkish = read("README.md"), read("README.tr.md")
    assert code_of(turkish) == code_of(english) != []
    assert turkish.count("\n## ") == english.count("\n## ")
    assert turkish.count("\n- **") == english.count("\n- **")
    same = {"README.md", "README.tr.md"}
    assert set(LINK.findall(turkish)) - same == set(LINK.findall(english)) - same


def test_every_link_of_the_root_documents_names_a_file_that_is_there():
    for name in ("README.md", "README.tr.md", "SECURITY.md"):
        targets = [target for target in LINK.findall(read(name)) if "://" not in target]
        assert [target for target in targets if not (ROOT / target).exists()] == []
