"""Names of people folded for comparing and for searching, the Turkish way.

Only for names of people: never for e-mail addresses, coupons or codes.
"""

from __future__ import annotations

import re
from unicodedata import combining, normalize

__all__ = ["fold_name", "search_key"]

_TURKISH_LOWER = str.maketrans({"I": "ı", "İ": "i"})
_WITHOUT_MARKS = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t"}
)
_WORD = re.compile(r"[^\W_]+")


def fold_name(text: str) -> str:
    """Fold the case of a name the Turkish way: I becomes ı, İ becomes i.

    >>> fold_name("AYŞE YILMAZ"), fold_name("İREM")
    ('ayşe yılmaz', 'irem')
    """
    return normalize("NFC", normalize("NFC", text).translate(_TURKISH_LOWER).casefold())


def search_key(text: str) -> str:
    """Reduce a name to plain words, so that whoever types without Turkish letters finds it too.

    Returns:
        The words in lower case without marks, parted by one blank.

    >>> search_key("Ayşe YILMAZ-Öztürk"), search_key("ayse yil")
    ('ayse yilmaz ozturk', 'ayse yil')
    """
    bare = "".join(letter for letter in normalize("NFKD", fold_name(text)) if not combining(letter))
    return " ".join(_WORD.findall(normalize("NFKC", bare.translate(_WITHOUT_MARKS)).casefold()))
