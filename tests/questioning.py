"""A survey with a question of every kind, one of them a plugin's that draws its own field, in Turkish and English."""

from __future__ import annotations

from markupsafe import Markup

from ecrm.hookspecs import QuestionKind, hookimpl
from ecrm.surveys import (
    AtMost,
    Ces,
    Consent,
    Csat,
    Date,
    Email,
    Ending,
    LongText,
    Matrix,
    Message,
    Multiple,
    Nps,
    Number,
    Phone,
    PluginQuestion,
    Ranking,
    ShortText,
    Single,
    Survey,
    YesNo,
)

SIZES = ("S", "M", "L")


def size(answer, _):
    """Take a size."""
    if answer not in SIZES:
        raise ValueError(answer)
    return answer


def draw_size(drawing):
    """Draw a list of sizes."""
    options = Markup("").join(
        Markup("<option{}>{}</option>").format(Markup(" selected") if one == drawing.value else "", one)
        for one in ("", *SIZES)
    )
    return Markup('<select name="{}" aria-label="{}">{}</select>').format(
        drawing.name, {"tr": "Beden"}.get(drawing.language, "Size"), options
    )


SIZE = QuestionKind("size", "A size.", size, field="questioning:draw_size")


class Sizes:
    """Be the plugin."""

    name = "sizes"

    @hookimpl
    def register_question_kinds(self):
        """Bring sizes."""
        return [SIZE]


SPEED = {"fast": {"en": "Fast", "tr": "Hızlı"}, "slow": {"en": "Slow", "tr": "Yavaş"}}
PARTS = {
    "parcel": {"en": "The parcel and what was in it", "tr": "Paket ve içindekiler"},
    "courier": {"en": "The courier", "tr": "Kurye"},
    "help": {"en": "Our help on the telephone", "tr": "Telefondaki yardımımız"},
}
# One answer of each kind, as a form would send it.
GOOD = {
    "score": "9", "faces": "5", "stars": "4", "effort": "6", "whom": "me", "liked": "fast", "again": "yes",
    "city": "İzmir", "more": "Güzeldi.", "pieces": "12", "day": "2026-11-24", "email": "ayse@example.org",
    "phone": "+90 532 111 22 33", "size": "M",
}  # fmt: skip


def every_kind() -> Survey:
    """Give the survey."""
    return Survey(
        "every",
        {"en": "Your order of November", "tr": "Kasım siparişiniz"},
        [
            Message("hello", {"en": "Two minutes, and thank you.", "tr": "İki dakika, teşekkürler."}),
            Nps(
                "score", {"en": "How likely are you to recommend us to a friend?",
                          "tr": "Bizi bir arkadaşınıza önerir misiniz?"},
                low={"en": "Not at all", "tr": "Hiç"}, high={"en": "Very likely", "tr": "Kesinlikle"}, is_required=True,
            ),
            LongText("why", {"en": "What went wrong?", "tr": "Ne ters gitti?"}, when=AtMost("answer.score", 6)),
            Csat("faces", {"en": "How was the delivery?", "tr": "Teslimat nasıldı?"}, is_required=True),
            Csat("stars", {"en": "And the parcel?", "tr": "Peki paket?"}, style="stars",
                 low={"en": "Bad", "tr": "Kötü"}, high={"en": "Good", "tr": "İyi"}),
            Ces("effort", {"en": "The shop made it easy for me.", "tr": "Mağaza işimi kolaylaştırdı."},
                low={"en": "I disagree", "tr": "Katılmıyorum"}, high={"en": "I agree", "tr": "Katılıyorum"}),
            Single("whom", {"en": "For whom was it?", "tr": "Kime aldınız?"}, is_required=True, has_other=True,
                   choices={"me": {"en": "For me", "tr": "Kendime"}, "gift": {"en": "A present", "tr": "Hediye"}}),
            Multiple("liked", {"en": "What did you like?", "tr": "Neyi beğendiniz?"}, choices=SPEED, has_other=True,
                     about={"en": "As many as you like.", "tr": "Dilediğiniz kadar."}),
            Ranking("order", {"en": "What matters most?", "tr": "En önemlisi hangisi?"}, choices=PARTS,
                    is_required=True),
            Matrix("grid", {"en": "How quick was…", "tr": "Ne kadar hızlıydı…"}, rows=PARTS, choices=SPEED),
            YesNo("again", {"en": "Would you buy again?", "tr": "Yine alır mısınız?"}, is_required=True),
            ShortText("city", {"en": "Where do you live?", "tr": "Nerede yaşıyorsunuz?"}, is_required=True),
            LongText("more", {"en": "What else?", "tr": "Başka ne dersiniz?"}),
            Number("pieces", {"en": "How many people is it for?", "tr": "Kaç kişi için?"}, least=1, most=20,
                   is_whole=True),
            Date("day", {"en": "When did it arrive?", "tr": "Ne zaman geldi?"}, latest="2026-12-31"),
            Email("email", {"en": "Where do we write to?", "tr": "Size nereye yazalım?"}),
            Phone("phone", {"en": "May we call you?", "tr": "Sizi arayalım mı?"}, country="TR"),
            PluginQuestion("size", {"en": "Which size do you wear?", "tr": "Kaç beden giyiyorsunuz?"}, of=SIZE),
            Consent("news", {"en": "Yes, send me offers by e-mail.", "tr": "Evet, bana e-postayla fırsat gönderin."},
                    purpose="marketing", channel="email",
                    about={"en": "You can take it back at any time.", "tr": "Her zaman geri alabilirsiniz."}),
        ],
        [
            Ending("sorry", {"en": "We are sorry", "tr": "Üzgünüz"},
                   {"en": "We will call you.", "tr": "Sizi arayacağız."}, when=AtMost("answer.score", 6)),
            Ending("thanks", {"en": "Thank you, {answer.city|friend}", "tr": "Teşekkürler"}, link="https://shop.example/",
                   link_says={"en": "Back to the shop", "tr": "Mağazaya dön"}),
        ],
        default_language="en",
    )  # fmt: skip
