"""Which language somebody reads that nothing is known of, and in which direction a language runs."""

from __future__ import annotations

from ecrm.http import Headers

__all__ = ["accepted_language", "direction_of"]

# The languages that are written from the right where they do not say their script.
_FROM_THE_RIGHT = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"))
_SCRIPTS = frozenset(("arab", "hebr", "nkoo", "syrc", "thaa"))
_LENGTH_OF_SCRIPT = 4
_LONGEST_HEADER = 500


def direction_of(language: str) -> str:
    """Give `rtl` for a language that is written from the right, else `ltr`.

    Args:
        language: BCP 47.

    >>> direction_of("ar-EG"), direction_of("tr"), direction_of("az-Arab"), direction_of("ur-Latn")
    ('rtl', 'ltr', 'rtl', 'ltr')
    """
    plain, *rest = language.lower().split("-")
    script = next((part for part in rest if len(part) == _LENGTH_OF_SCRIPT and part.isalpha()), None)
    is_from_the_right = plain in _FROM_THE_RIGHT if script is None else script in _SCRIPTS
    return "rtl" if is_from_the_right else "ltr"


def accepted_language(headers: Headers, fallback: str) -> str:
    """Give the language a browser asks for first.

    Args:
        headers: Of the request.
        fallback: Where it asks for none.

    Source: RFC 9110, section 12.5.4.

    >>> accepted_language(Headers({"Accept-Language": "de;q=0.5, tr-TR, *;q=0.1"}), "en")
    'tr-TR'
    """
    said = headers.get("accept-language", "")[:_LONGEST_HEADER]
    wanted = [_weighed(part) for part in said.split(",")]
    weight, language = max(wanted, key=lambda one: one[0])
    return language if weight > 0 else fallback


def _weighed(part: str) -> tuple[float, str]:
    language, _, said = (piece.strip() for piece in part.partition(";"))
    try:
        weight = float(said.removeprefix("q=")) if said else 1.0
    except ValueError:
        return 0, ""
    is_tag = language.isascii() and language.replace("-", "").isalnum()
    return (weight, language) if is_tag else (0, "")
