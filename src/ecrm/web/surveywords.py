"""What the pages of surveys say themselves, in Turkish and English; what a survey says is its own."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["words_for"]

_ENGLISH: Mapping[str, str] = {
    "send": "Send", "next": "Next", "required": "required", "wrong": "Please look at this answer again.",
    "yes": "Yes", "no": "No", "other": "Something else:", "rank": "Place",
    "answered": "Thank you: you have answered this already.", "late": "This survey is over. Thank you.",
    "gone": "This link is not valid any more", "gone_more": "Please use the link in a newer message, or ask the shop.",
}  # fmt: skip
_TURKISH: Mapping[str, str] = {
    "send": "Gönder", "next": "İleri", "required": "zorunlu", "wrong": "Lütfen bu yanıta yeniden bakın.",
    "yes": "Evet", "no": "Hayır", "other": "Başka:", "rank": "Sıra",
    "answered": "Teşekkürler: bunu zaten yanıtladınız.", "late": "Bu anket sona erdi. Teşekkürler.",
    "gone": "Bu bağlantı artık geçerli değil",
    "gone_more": "Lütfen daha yeni bir iletideki bağlantıyı kullanın ya da mağazaya sorun.",
}  # fmt: skip
_LANGUAGES = {"en": _ENGLISH, "tr": _TURKISH}


def words_for(language: str) -> tuple[str, Mapping[str, str]]:
    """Give the words of a language, and which language they are of: English where we do not speak it.

    >>> words_for("tr-TR")[1]["next"]
    'İleri'
    """
    plain = language.partition("-")[0].lower()
    found = plain if plain in _LANGUAGES else "en"
    return found, _LANGUAGES[found]
