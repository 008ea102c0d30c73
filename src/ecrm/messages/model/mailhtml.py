"""HTML of mails, read without rendering it: the plain text it says, its links, and what mail programs do not show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

__all__ = ["Link", "Reading", "plain_text", "read_html"]

# What mail programs drop, or show as nothing; forms and scripts also make a mail look like an attack.
NOT_SHOWN = frozenset(
    {"applet", "audio", "base", "button", "canvas", "embed", "form", "frame", "frameset", "iframe", "input", "link",
     "math", "object", "script", "select", "svg", "textarea", "video"}
)  # fmt: skip
_SILENT = frozenset({"head", "script", "style", "title"})
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "div", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
     "li", "main", "nav", "ol", "p", "section", "table", "tr", "ul"}
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLANKS_IN_LINE = re.compile(r" {2,}")
_AROUND_BREAKS = re.compile(r" *\n *")
_MANY_BREAKS = re.compile(r"\n{3,}")


class Link(NamedTuple):
    """Be a link, or an image: where it leads, and from what."""

    tag: str
    url: str


class Reading(NamedTuple):
    """Hold what was read: the text, the links, what is not shown, and images without a text of their own."""

    text: str
    links: tuple[Link, ...]
    not_shown: tuple[str, ...]
    silent_images: int


def plain_text(html: str) -> str:
    r"""Give the plain text of a mail: paragraphs apart, items with a dash, links with their address.

    Args:
        html: The HTML; it need not be whole.

    >>> plain_text('<p>Merhaba <b>Ayşe</b>,</p><p><a href="https://shop.example/7">Siparişiniz</a> yolda.</p>')
    'Merhaba Ayşe,\n\nSiparişiniz (https://shop.example/7) yolda.'
    """
    return read_html(html).text


def read_html(html: str) -> Reading:
    """Read the HTML of a mail.

    Args:
        html: The HTML; it need not be whole.

    >>> read_html('<script>x()</script><a href="http://shop.example">Go</a>').not_shown
    ('script',)
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Reading(reader.text(), tuple(reader.links), tuple(dict.fromkeys(reader.not_shown)), reader.silent_images)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self.not_shown: list[str] = []
        self.silent_images = 0
        self._said: list[str] = []
        self._silent: list[str] = []
        self._hrefs: list[tuple[str, int]] = []

    def parse_html_declaration(self, i: int) -> int:
        try:
            return super().parse_html_declaration(i)
        except AssertionError:
            # A marked section that is none, as in "<![;": passed over, as browsers do.
            return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self.not_shown.extend(_hidden(tag, held))
        self._link(tag, held)
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag == "br":
            self._said.append("\n")
        elif tag in _CELLS:
            self._said.append(" ")
        elif tag in _BLOCKS:
            self._said.append("\n- " if tag == "li" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag == "a" and self._hrefs:
            self._tell_address()
        elif tag in _BLOCKS and tag not in _VOID:
            self._said.append("\n" if tag in {"li", "tr"} else "\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._said.append(_BLANKS.sub(" ", data))

    def text(self) -> str:
        joined = _BLANKS_IN_LINE.sub(" ", "".join(self._said).replace("\xa0", " "))
        return _MANY_BREAKS.sub("\n\n", _AROUND_BREAKS.sub("\n", joined)).strip()

    def _link(self, tag: str, held: dict[str, str]) -> None:
        if tag == "a" and "href" in held:
            self.links.append(Link(tag, held["href"]))
            self._hrefs.append((held["href"].strip(), len(self._said)))
        if tag == "img":
            self.links.append(Link(tag, held.get("src", "")))
            self.silent_images += "alt" not in held
            if not self._silent:
                self._said.append(held.get("alt", ""))

    def _tell_address(self) -> None:
        url, begin = self._hrefs.pop()
        said = "".join(self._said[begin:]).strip()
        bare = url.removeprefix("mailto:").removeprefix("tel:")
        if bare and not bare.startswith("#") and said != bare:
            self._said.append(f" ({bare})" if said else bare)


def _hidden(tag: str, held: dict[str, str]) -> Iterator[str]:
    if tag in NOT_SHOWN:
        yield tag
    yield from (name for name in held if name.startswith("on"))
    for name in ("href", "src", "action"):
        if held.get(name, "").strip().lower().startswith(("javascript:", "data:", "vbscript:")):
            yield name
