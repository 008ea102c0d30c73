"""Texts without case, for comparing what people wrote. How names of people are compared is in `names`."""

from __future__ import annotations

import unicodedata

__all__ = ["folded"]


def folded(text: str) -> str:
    """Give a text without case and without the dots that Turkish letters differ by, for comparing.

    >>> folded("İstanbul'da ISPARTA") == folded("istanbul'da ısparta")
    True
    """
    plain = unicodedata.normalize("NFC", text).casefold()
    # The small letter of İ has its dot beside it, and ı is one of its own; I is either, so that all are one.
    return plain.replace("i\u0307", "i").replace("ı", "i")
