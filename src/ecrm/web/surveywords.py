"""What the pages of surveys say themselves, in Turkish and English; what a survey says is its own."""

from __future__ import annotations

from collections.abc import Mapping

from ecrm.web.words import plain_language

__all__ = ["words_for"]

_ENGLISH: Mapping[str, str] = {
    "send": "Send", "next": "Next", "back": "Back", "required": "required", "progress": "Question {at} of {of}",
    "yes": "Yes", "no": "No", "other": "Something else", "rank": "Place", "step": "{step} of {most}",
    "answered": "Thank you: you have answered this already.", "late": "This survey is over. Thank you.",
    "look_again": "Please look at these answers again:",
    "missing": "Please answer this question.",
    "wrong": "Please look at this answer again.",
    "wrong_choice": "Please choose one of these.",
    "wrong_other": "Please say what else it is.",
    "wrong_count": "Please choose {least} to {most} of these.",
    "wrong_ranking": "Please give each of these a place, and each place once.",
    "wrong_rows": "Please choose one in each row.",
    "wrong_number": "Please write a number, as 12.",
    "wrong_whole": "Please write a whole number, as 12.",
    "wrong_date": "Please give a day.",
    "wrong_email": "Please write an e-mail address, as name@example.com.",
    "wrong_phone": "Please write a phone number, with + if it is abroad.",
    "between": "It must be from {least} to {most}.", "least": "It must be {least} or more.",
    "most": "It must be {most} or less.",
    "earliest": "It must be {least} or later.", "latest": "It must be {most} or earlier.",
    "too_long": "Please write at most {most} characters.", "too_short": "Please write at least {least} characters.",
    "wrong_text": "Please write it without line breaks, and no card number.",
    "too_long_in_all": "Please write less: all your answers together are too long.",
}  # fmt: skip
_TURKISH: Mapping[str, str] = {
    "send": "Gönder", "next": "İleri", "back": "Geri", "required": "zorunlu", "progress": "Soru {at} / {of}",
    "yes": "Evet", "no": "Hayır", "other": "Başka bir şey", "rank": "Sıra", "step": "{most} üzerinden {step}",
    "answered": "Teşekkürler: bunu zaten yanıtladınız.", "late": "Bu anket sona erdi. Teşekkürler.",
    "look_again": "Lütfen bu yanıtlara yeniden bakın:",
    "missing": "Lütfen bu soruyu yanıtlayın.",
    "wrong": "Lütfen bu yanıta yeniden bakın.",
    "wrong_choice": "Lütfen bunlardan birini seçin.",
    "wrong_other": "Lütfen başka ne olduğunu yazın.",
    "wrong_count": "Lütfen bunlardan {least} ile {most} arasında seçin.",
    "wrong_ranking": "Lütfen her birine bir sıra verin, her sırayı bir kez kullanın.",
    "wrong_rows": "Lütfen her satırda birini seçin.",
    "wrong_number": "Lütfen 12 gibi bir sayı yazın.",
    "wrong_whole": "Lütfen 12 gibi bir tam sayı yazın.",
    "wrong_date": "Lütfen bir gün verin.",
    "wrong_email": "Lütfen ad@ornek.com gibi bir e-posta adresi yazın.",
    "wrong_phone": "Lütfen bir telefon numarası yazın; yurt dışıysa + ile.",
    "between": "{least} ile {most} arasında olmalı.", "least": "{least} ya da daha fazla olmalı.",
    "most": "{most} ya da daha az olmalı.",
    "earliest": "{least} ya da daha sonra olmalı.", "latest": "{most} ya da daha önce olmalı.",
    "too_long": "Lütfen en çok {most} karakter yazın.", "too_short": "Lütfen en az {least} karakter yazın.",
    "wrong_text": "Lütfen tek satırda ve kart numarası olmadan yazın.",
    "too_long_in_all": "Lütfen daha kısa yazın: yanıtlarınızın tümü birlikte çok uzun.",
}  # fmt: skip
_LANGUAGES = {"en": _ENGLISH, "tr": _TURKISH}


def words_for(*languages: str) -> tuple[str, Mapping[str, str]]:
    """Give the words of the first language we speak, and which it is: English where we speak none.

    Args:
        *languages: BCP 47, the one wanted most first.

    >>> words_for("tr-TR")[1]["next"], words_for("ar", "tr")[0], words_for("ar")[0]
    ('İleri', 'tr', 'en')
    """
    plain = (plain_language(one) for one in languages)
    found = next((one for one in plain if one in _LANGUAGES), "en")
    return found, _LANGUAGES[found]
