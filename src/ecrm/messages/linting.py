"""What is wrong with a template, found before a customer sees it: its variables, its parts, its tone and the law."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

import attrs

from ecrm.errors import InvalidError
from ecrm.messages.model.finding import Finding
from ecrm.messages.model.law import LAWS, Draft, Laws, Sender
from ecrm.messages.model.mailhtml import Reading, read_html
from ecrm.messages.model.sms import count_sms
from ecrm.messages.model.template import LONGEST_HTML, Template
from ecrm.messages.model.tone import Tone, check_tone
from ecrm.messages.rendering import can_inline_css, has_style_sheet, paths

__all__ = ["Rules", "lint"]

_MARKS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_URL = re.compile(r"\bhttps?://[^\s<>\"')]+")
_PLACEHOLDER = "\ufffc"
# Gmail cuts a mail off after about 102 KB. Source: mail program vendors' and senders' documentation.
_CLIPPED_AT = 102_400


@attrs.frozen
class Rules:
    """Hold what a shop's templates are held to.

    Args:
        country: The shop's, ISO 3166; None asks no law.
        sender: Who speaks, as the law wants it said.
        tones: How the shop speaks, by channel; "" is for those not named.
        laws: The rules of each country.
        has_turkish_shift: Whether the shop's SMS provider can send the Turkish single shift table.
    """

    country: str | None = None
    sender: Sender | None = None
    tones: Mapping[str, Tone] = attrs.field(factory=dict)
    laws: Laws = LAWS
    has_turkish_shift: bool = True

    def tone_of(self, channel: str) -> Tone:
        """Give how the shop speaks on a channel."""
        return self.tones.get(channel) or self.tones.get("") or Tone()


def lint(template: Template, known_variables: Collection[str], rules: Rules | None = None) -> list[Finding]:
    """Find what is wrong with a template.

    Args:
        template: The template.
        known_variables: What a message is given; `order` allows all below it, `order.total` itself and what is
            above it.
        rules: What the shop's templates are held to.

    Returns:
        Findings with their code, their place and what to do, in the order of the places; none where it may go live.

    >>> hello = Template(name="hello", channel="email", language="en", purpose="order_updates", text="Hi {{ nmae }}")
    >>> [finding.code for finding in lint(hello, ["name"])]
    ['subject.missing', 'variable.unknown']
    """
    held = rules or Rules()
    try:
        used = paths(template)
    except InvalidError as error:
        return [Finding("syntax", place, said) for place, messages in error.fields.items() for said in messages]
    reading = read_html(_without_marks(template.html or ""))
    found = [
        *_missing(template),
        *_unknown(used, known_variables),
        *_unsafe(template, reading),
        *_read(template, held),
    ]
    said = _said(template, reading)
    found += check_tone(held.tone_of(template.channel), said, is_sms=template.channel == "sms")
    law = held.laws.of(held.country)
    if law is not None:
        urls = tuple(link.url for link in reading.links if link.tag == "a")
        found += law.check(Draft(template, said, urls, frozenset(used), held.sender))
    return found


def _missing(template: Template) -> Iterator[Finding]:
    if template.channel == "email":
        if not (template.subject or "").strip():
            yield Finding("subject.missing", "subject", "give the e-mail a subject")
        if template.text is None and template.html is None:
            yield Finding("text.missing", "text", "give the e-mail a text, or HTML that one is derived from")
    elif template.provider_name is None and not (template.text or "").strip():
        yield Finding("text.missing", "text", "give the message a text")
    elif template.html is not None:
        say = f"leave the HTML out: {template.channel} shows plain text"
        yield Finding("html.unused", "html", say, is_refused=False)


def _unknown(used: Mapping[str, str], known: Collection[str]) -> Iterator[Finding]:
    above = {name[:end] for name in known for end in range(len(name)) if name[end] == "."}
    for path, place in used.items():
        steps = path.split(".")
        prefixes = {".".join(steps[:count]) for count in range(1, len(steps) + 1)}
        if prefixes.isdisjoint(known) and path not in above:
            yield Finding("variable.unknown", place, f"nothing is called {path}: see which variables there are")


def _unsafe(template: Template, reading: Reading) -> Iterator[Finding]:
    if template.channel == "email" and has_style_sheet(template.html or "") and not can_inline_css():
        say = 'pip install "ecrm[mail]", which writes style sheets onto the elements: many mail programs drop them'
        yield Finding("css.not_inlined", "html", say)
    for name in reading.not_shown:
        yield Finding("html.not_shown", "html", f"mail programs do not show {name}: leave it out")
    if reading.silent_images:
        say = f"give each image an alt text: {reading.silent_images} have none, and many see no images"
        yield Finding("html.silent_image", "html", say, is_refused=False)
    if len((template.html or "").encode()) > _CLIPPED_AT:
        say = f"shorten it to 100 KiB: Gmail cuts off what follows; at most {LONGEST_HTML:,} characters are taken"
        yield Finding("html.clipped", "html", say, is_refused=False)
    urls = [("html", link.url) for link in reading.links]
    for place in ("subject", "text"):
        urls += [(place, url) for url in _URL.findall(_without_marks(getattr(template, place) or ""))]
    for place, url in urls:
        yield from _check_url(place, url.strip())


def _check_url(place: str, url: str) -> Iterator[Finding]:
    if not url:
        yield Finding("link.empty", place, "say where the link leads")
    elif url.lower().startswith("http://"):
        yield Finding("link.insecure", place, "make the link https: who reads along could change the page")
    elif url.startswith("/") or ("." in url and ":" not in url and not url.startswith(("#", _PLACEHOLDER))):
        yield Finding("link.relative", place, "write the whole address: a message stands on no page")


def _read(template: Template, rules: Rules) -> Iterator[Finding]:
    if template.channel != "sms":
        return
    counted = count_sms(_MARKS.sub("", template.text or ""), has_turkish_shift=rules.has_turkish_shift)
    if counted.encoding == "UCS-2":
        say = f"without {' '.join(counted.forcing)} a segment holds 153 letters and more, with it 67"
        yield Finding("sms.ucs2", "text", say, is_refused=False)


def _said(template: Template, reading: Reading) -> dict[str, str]:
    said = {place: _MARKS.sub("", source) for place, source in template.parts.items() if place != "html"}
    return said if template.html is None else {**said, "html": reading.text.replace(_PLACEHOLDER, "")}


def _without_marks(source: str) -> str:
    return _MARKS.sub(lambda found: _PLACEHOLDER if found.group().startswith("{{") else "", source)
