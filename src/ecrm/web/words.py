"""What the pages say, in each language they speak."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LANGUAGES", "words_for"]

_ENGLISH: Mapping[str, str] = {
    "unsubscribe": "Unsubscribe",
    "unsubscribe_ask": "Do you want no more of these messages?",
    "unsubscribe_do": "Yes, unsubscribe",
    "unsubscribed": "You will get no more of these messages.",
    "preferences": "What we may send you",
    "preferences_ask": "Choose what you want to hear of. What you do not choose, we do not send.",
    "preferences_do": "Save",
    "preferences_all": "No advertising at all",
    "saved": "Saved. It holds from now on.",
    "confirm": "Confirm",
    "confirm_ask": "Please confirm that you want to hear from us.",
    "confirm_do": "Yes, I confirm",
    "confirmed": "Thank you. It is confirmed.",
    "gone": "This link is not valid any more",
    "gone_more": "Please use the link in a newer message, or ask the shop.",
    "allowed": "I allow it",
    "about.marketing": "We tell you of offers and news.",
    "about.surveys": "We ask how you liked what you bought, to become better.",
    "about.profiling": "We work out from your purchases what you may like.",
    "email": "E-mail",
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "call": "Telephone",
    "call_task": "Telephone",
}
_TURKISH: Mapping[str, str] = {
    "unsubscribe": "Abonelikten çık",
    "unsubscribe_ask": "Bu iletileri artık almak istemiyor musunuz?",
    "unsubscribe_do": "Evet, artık gönderilmesin",
    "unsubscribed": "Bu iletileri artık almayacaksınız.",
    "preferences": "Size ne gönderebiliriz",
    "preferences_ask": "Neyi duymak istediğinizi seçin. Seçmediklerinizi göndermeyiz.",
    "preferences_do": "Kaydet",
    "preferences_all": "Hiç reklam istemiyorum",
    "saved": "Kaydedildi. Şu andan itibaren geçerlidir.",
    "confirm": "Onayla",
    "confirm_ask": "Bizden haber almak istediğinizi lütfen onaylayın.",
    "confirm_do": "Evet, onaylıyorum",
    "confirmed": "Teşekkürler. Onaylandı.",
    "gone": "Bu bağlantı artık geçerli değil",
    "gone_more": "Lütfen daha yeni bir iletideki bağlantıyı kullanın ya da mağazaya sorun.",
    "allowed": "İzin veriyorum",
    "about.marketing": "Size fırsatları ve yenilikleri bildiririz.",
    "about.surveys": "Daha iyi olmak için, aldıklarınızı nasıl bulduğunuzu sorarız.",
    "about.profiling": "Neleri sevebileceğinizi alışverişlerinizden çıkarırız.",
    "email": "E-posta",
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "call": "Telefon",
    "call_task": "Telefon",
}
LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "tr": _TURKISH}


def words_for(language: str) -> tuple[str, Mapping[str, str]]:
    """Give the words of a language, and which language they are of: English where we do not speak it.

    >>> words_for("tr-TR")[0], words_for("fi")[0]
    ('tr', 'en')
    """
    plain = language.partition("-")[0].lower()
    found = plain if plain in LANGUAGES else "en"
    return found, LANGUAGES[found]
