"""How long a text message is, in the segments a provider bills: GSM-7, with the Turkish single shift, and UCS-2."""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = ["SmsCount", "count_sms"]

Encoding = Literal["GSM-7", "GSM-7 Turkish", "UCS-2"]

# The default alphabet and its extension, which takes an escape first. Source: 3GPP TS 23.038, 6.2.1 and 6.2.1.1.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
# The Turkish single shift table takes the place of the extension and has all of it. Source: 3GPP TS 23.038, A.2.1.
_TURKISH = frozenset("ĞİŞçğış")
# One message alone, and each of several, of 140 octets. A header takes one octet for its length, 5 to say which of
# several it is, and 3 to name the Turkish table. Source: 3GPP TS 23.040, 9.2.3.24.
_ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "GSM-7 Turkish": (155, 149), "UCS-2": (70, 67)}


@attrs.frozen
class SmsCount:
    """Say how long a text message is.

    Args:
        encoding: The shortest that can write it: "GSM-7", "GSM-7 Turkish" or "UCS-2".
        units: Its length: septets, or 16-bit units of UCS-2.
        segments: How many messages are billed.
        per_segment: How many units one of these segments holds.
        forcing: The letters that force the encoding, each once, in the order they come; nothing for GSM-7.
    """

    encoding: Encoding
    units: int
    segments: int
    per_segment: int
    forcing: tuple[str, ...] = ()


def count_sms(text: str, *, has_turkish_shift: bool = True) -> SmsCount:
    """Count the segments of a text message, in the shortest encoding that can write it.

    A letter of two units is never cut: where only one of them would fit, it begins the next segment.

    Args:
        text: What is sent.
        has_turkish_shift: Whether the provider can send the Turkish national language single shift table.

    Returns:
        Encoding, length and segments; an empty text is one segment.

    Source: 3GPP TS 23.038 (alphabets), 3GPP TS 23.040 (user data header).

    >>> count_sms("Siparişiniz yolda")
    SmsCount(encoding='GSM-7 Turkish', units=18, segments=1, per_segment=155, forcing=('ş',))
    >>> count_sms("Siparişiniz yolda", has_turkish_shift=False).encoding
    'UCS-2'
    """
    encoding, forcing = _encoding(text, has_turkish_shift=has_turkish_shift)
    widths = [_width(letter, encoding) for letter in text]
    alone, joined = _ROOM[encoding]
    units = sum(widths)
    if units <= alone:
        return SmsCount(encoding, units, 1, alone, forcing)
    return SmsCount(encoding, units, _segments(widths, joined), joined, forcing)


def _encoding(text: str, *, has_turkish_shift: bool) -> tuple[Encoding, tuple[str, ...]]:
    others = tuple(dict.fromkeys(letter for letter in text if letter not in _BASIC and letter not in _EXTENSION))
    if not others:
        return "GSM-7", ()
    strange = tuple(letter for letter in others if letter not in _TURKISH) if has_turkish_shift else others
    return ("UCS-2", strange) if strange else ("GSM-7 Turkish", others)


def _width(letter: str, encoding: Encoding) -> int:
    if encoding == "UCS-2":
        return 1 if letter <= "\uffff" else 2
    return 1 if letter in _BASIC else 2


def _segments(widths: list[int], room: int) -> int:
    segments, taken = 1, 0
    for width in widths:
        if taken + width > room:
            segments, taken = segments + 1, 0
        taken += width
    return segments
