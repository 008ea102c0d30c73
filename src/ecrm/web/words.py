"""What the pages say, in each language they speak."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LANGUAGES", "plain_language", "words_for"]

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
    "often": "That was too often",
    "often_more": "Please wait a minute, go back and try again. What you have answered is kept.",
    "elsewhere": "This did not come from our page",
    "elsewhere_more": "Please open the link in your message and answer there.",
    "large": "That is too much",
    "large_more": "Please go back and write less.",
    "method": "This can not be done here",
    "method_more": "Please open the link in your message.",
    "away": "We can not be reached at the moment",
    "away_more": "Please go back and try again in a minute.",
    "failed": "Something went wrong on our side",
    "failed_more": "Please go back and try again later.",
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
    "often": "Bu çok sık oldu",
    "often_more": "Lütfen bir dakika bekleyin, geri dönüp yeniden deneyin. Yanıtladıklarınız duruyor.",
    "elsewhere": "Bu bizim sayfamızdan gelmedi",
    "elsewhere_more": "Lütfen iletinizdeki bağlantıyı açıp orada yanıtlayın.",
    "large": "Bu çok uzun",
    "large_more": "Lütfen geri dönüp daha kısa yazın.",
    "method": "Bu burada yapılamaz",
    "method_more": "Lütfen iletinizdeki bağlantıyı açın.",
    "away": "Şu anda bize ulaşılamıyor",
    "away_more": "Lütfen geri dönüp bir dakika sonra yeniden deneyin.",
    "failed": "Bizde bir şeyler ters gitti",
    "failed_more": "Lütfen geri dönüp daha sonra yeniden deneyin.",
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


def plain_language(language: str) -> str:
    """Give a language without its region and script.

    >>> plain_language("tr-TR")
    'tr'
    """
    return language.partition("-")[0].lower()


def words_for(language: str) -> tuple[str, Mapping[str, str]]:
    """Give the words of a language, and which language they are of: English where we do not speak it.

    >>> words_for("tr-TR")[0], words_for("fi")[0]
    ('tr', 'en')
    """
    plain = plain_language(language)
    found = plain if plain in LANGUAGES else "en"
    return found, LANGUAGES[found]
