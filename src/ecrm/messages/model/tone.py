"""How a shop speaks: the form of address, emoji, length and words, by channel."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import between
from ecrm.messages.model.finding import Finding
from ecrm.messages.model.sms import count_sms
from ecrm.values import fold_name

__all__ = ["ADDRESSES", "Tone", "check_tone", "count_emoji"]

# What gives a form of address away: pronouns and their cases, not endings, which also mean other things.
ADDRESSES: Mapping[str, frozenset[str]] = {
    "sen": frozenset(["sen", "seni", "sana", "sende", "senden", "senin", "seninle"]),
    "siz": frozenset(["siz", "sizi", "size", "sizde", "sizden", "sizin", "sizinle"]),
    "du": frozenset(["du", "dich", "dir", "dein", "deine", "deinen", "deinem", "deiner", "deines"]),
    # "Sie" is told from "sie", they, by its capital: see below.
    "Sie": frozenset(["Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer", "Ihres"]),
}
_OTHERS = {"sen": "siz", "siz": "sen", "du": "Sie", "Sie": "du"}
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"(?:^|[.!?:\n])\s*$")
_EMOJI_PLANES = ((0x1F000, 0x1FAFF), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x2300, 0x23FF))
_SKIN, _REGIONAL = range(0x1F3FB, 0x1F400), range(0x1F1E6, 0x1F200)
_SHOUT = re.compile(r"\b[^\W\d_a-zçğıöşü]{4,}\s+[^\W\d_a-zçğıöşü]{4,}\b")
_JOINER = "\u200d"


def _words(value: Iterable[str]) -> frozenset[str]:
    if isinstance(value, str):
        raise InvalidError.of("forbidden", 'give a list of words, as ["bedava"]')
    return frozenset(fold_name(word.strip()) for word in value if word.strip())


def _check_address(_: Any, field: Any, value: str | None) -> None:
    if value is not None and value not in ADDRESSES:
        raise InvalidError.of(field.name, f"use one of {', '.join(ADDRESSES)}, or None")


_number = attrs.validators.optional(between(0, 1_000_000))


@attrs.frozen
class Tone:
    """Say how a shop speaks on a channel.

    Args:
        address: The form of address: sen or siz, du or Sie; None is any.
        most_emoji: How many emoji a message may have; None is any number, 0 is none.
        longest: The most characters of its text; None is any number.
        most_segments: The most segments of a text message; None is any number.
        forbidden: Words it does not use, in any case, the Turkish way: "İNDİRİM" is "indirim".
        shouts: Whether words all in capitals, of four letters or more, may follow each other.

    >>> Tone(address="siz", forbidden=["BEDAVA"]).forbidden
    frozenset({'bedava'})
    """

    address: str | None = attrs.field(default=None, validator=_check_address)
    most_emoji: int | None = attrs.field(default=None, validator=_number)
    longest: int | None = attrs.field(default=None, validator=_number)
    most_segments: int | None = attrs.field(default=None, validator=_number)
    forbidden: frozenset[str] = attrs.field(default=(), converter=_words)
    shouts: bool = True


def check_tone(tone: Tone, said: Mapping[str, str], *, is_sms: bool = False) -> Iterator[Finding]:
    """Find what does not sound like the shop.

    Args:
        tone: How it speaks.
        said: What is said, by place: subject, text, …
        is_sms: Whether the text is a text message, and is counted in segments.

    >>> [finding.code for finding in check_tone(Tone(address="siz"), {"text": "Sana bir sözümüz var"})]
    ['tone.address']
    """
    for place, text in said.items():
        yield from _check_words(tone, place, text)
        yield from _check_address_of(tone, place, text)
        if not tone.shouts and _SHOUT.search(text):
            yield Finding("tone.shouting", place, "write it in small letters", is_refused=False)
    yield from _check_lengths(tone, said.get("text", ""), is_sms=is_sms)
    emoji = sum(count_emoji(text) for text in said.values())
    if tone.most_emoji is not None and emoji > tone.most_emoji:
        allowed = "leave the emoji out" if tone.most_emoji == 0 else f"use at most {tone.most_emoji} emoji"
        yield Finding("tone.emoji", "", f"{allowed}: there are {emoji}")


def count_emoji(text: str) -> int:
    r"""Count the emoji a reader sees: one for a family, a flag, or a hand with its skin.

    >>> count_emoji("Yolda \U0001F69A \U0001F1F9\U0001F1F7"), count_emoji("5 ★")
    (2, 1)
    """
    found, before, flags = 0, "", 0
    for letter in text:
        point = ord(letter)
        if point in _REGIONAL:
            flags += 1
        elif _is_emoji(point) and point not in _SKIN and before != _JOINER:
            found += 1
        before = letter
    return found + (flags + 1) // 2


def _is_emoji(point: int) -> bool:
    return any(first <= point <= last for first, last in _EMOJI_PLANES) and unicodedata.category(chr(point)) == "So"


def _check_words(tone: Tone, place: str, text: str) -> Iterator[Finding]:
    folded = fold_name(text)
    for word in sorted(tone.forbidden):
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded):
            yield Finding("tone.word", place, f'say it without "{word}"')


def _check_address_of(tone: Tone, place: str, text: str) -> Iterator[Finding]:
    if tone.address is None:
        return
    other = _OTHERS[tone.address]
    found = next((match.group() for match in _WORD.finditer(text) if _addresses(other, match, text)), None)
    if found is not None:
        yield Finding("tone.address", place, f'address the customer as {tone.address}: "{found}" is {other}')


def _addresses(form: str, match: re.Match[str], text: str) -> bool:
    word = match.group()
    if form == "Sie":
        # At the beginning of a sentence it may be "sie", they.
        return word in ADDRESSES[form] and not _SENTENCE.search(text[: match.start()])
    return fold_name(word) in ADDRESSES[form]


def _check_lengths(tone: Tone, text: str, *, is_sms: bool) -> Iterator[Finding]:
    if tone.longest is not None and len(text) > tone.longest:
        yield Finding("tone.length", "text", f"shorten it to {tone.longest} characters: it has {len(text)}")
    counted = count_sms(text)
    if is_sms and tone.most_segments is not None and counted.segments > tone.most_segments:
        forcing = f"; {' '.join(counted.forcing)} make it {counted.encoding}" if counted.forcing else ""
        say = f"shorten it to {tone.most_segments} segments: it takes {counted.segments}{forcing}"
        yield Finding("sms.segments", "text", say)
