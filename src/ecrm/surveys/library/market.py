"""A ready survey of five minutes: how people shop, what matters to them, how they see the shop."""

from __future__ import annotations

from ecrm.surveys.library.wording import both, thanks
from ecrm.surveys.model.choosing import Choice, Matrix, Multiple, Ranking, Single
from ecrm.surveys.model.question import Consent, Message
from ecrm.surveys.model.scale import Nps
from ecrm.surveys.model.survey import Survey
from ecrm.surveys.model.writing import LongText

__all__ = ["market"]


def market() -> Survey:
    """Ask how people shop, what matters to them and how they see the shop: about five minutes.

    >>> len(market().path({}))
    10
    """
    hello = Message(
        "hello",
        both("Bu anket yaklaşık beş dakika sürer. İstemediğiniz soruları geçebilirsiniz.",
             "This takes about five minutes. You can skip what you do not want to answer."),
    )  # fmt: skip
    wish = LongText(
        "wish",
        both("Bizde olmasını istediğiniz bir ürün ya da hizmet var mı?",
             "Is there a product or service you would like us to have?"),
    )  # fmt: skip
    news = Consent(
        "news",
        both("Kampanya ve yeniliklerden e-postayla haberdar olmak istiyorum.",
             "I would like to hear of offers and news by e-mail."),
        purpose="marketing",
        channel="email",
    )  # fmt: skip
    questions = [hello, _how_often(), _where(), _what(), _matters(), _compared(), _score(), wish, _age(), news]
    return Survey("market", both("Alışveriş alışkanlıklarınız", "How you shop"), questions, [thanks()])


def _how_often() -> Single:
    return Single(
        "how_often",
        both("Ne sıklıkla internetten alışveriş yaparsınız?", "How often do you shop online?"),
        choices=[
            Choice("weekly", both("Haftada bir ya da daha sık", "Once a week or more")),
            Choice("monthly", both("Ayda bir iki kez", "Once or twice a month")),
            Choice("quarterly", both("Birkaç ayda bir", "Every few months")),
            Choice("rarely", both("Daha seyrek", "Less often")),
            Choice("never", both("Hiç", "Never")),
        ],
        is_required=True,
    )


def _where() -> Multiple:
    return Multiple(
        "where",
        both("Son üç ayda nerelerden alışveriş yaptınız?", "Where did you shop in the last three months?"),
        choices=[
            Choice("marketplace", both("Pazaryerleri", "Marketplaces")),
            Choice("brand", both("Markaların kendi siteleri", "Sites of brands")),
            Choice("chain", both("Zincir mağazalar", "Chain stores")),
            Choice("local", both("Semtimdeki mağazalar", "Stores in my neighbourhood")),
            Choice("social", both("Sosyal medya", "Social media")),
        ],
        has_other=True,
        is_shuffled=True,
    )


def _what() -> Multiple:
    return Multiple(
        "what",
        both("En çok neler satın alırsınız?", "What do you buy most?"),
        about=both("En fazla üç seçenek işaretleyin.", "Choose three at most."),
        choices=[
            Choice("clothes", both("Giyim ve ayakkabı", "Clothes and shoes")),
            Choice("electronics", both("Elektronik", "Electronics")),
            Choice("home", both("Ev ve yaşam", "Home and living")),
            Choice("care", both("Kozmetik ve kişisel bakım", "Cosmetics and care")),
            Choice("food", both("Gıda ve market", "Food and groceries")),
            Choice("children", both("Anne, bebek ve çocuk", "Babies and children")),
            Choice("hobby", both("Kitap, hobi ve spor", "Books, hobbies and sport")),
        ],
        has_other=True,
        is_shuffled=True,
        most=3,
    )


def _matters() -> Ranking:
    return Ranking(
        "matters",
        both("Alışverişte sizin için neler daha önemli?", "What matters most to you when you shop?"),
        about=both("En önemliden en önemsize doğru sıralayın.", "Put them in order, the most important first."),
        choices=_aspects(),
        is_shuffled=True,
    )


def _compared() -> Matrix:
    return Matrix(
        "compared",
        both(
            "Bizi bildiğiniz diğer mağazalarla karşılaştırır mısınız?", "How do we compare with other shops you know?"
        ),
        rows=_aspects(),
        choices=[
            Choice("worse", both("Daha kötü", "Worse")),
            Choice("same", both("Aynı", "The same")),
            Choice("better", both("Daha iyi", "Better")),
            Choice("unknown", both("Bilmiyorum", "I do not know")),
        ],
    )


def _score() -> Nps:
    return Nps(
        "score",
        both("Bizi bir arkadaşınıza ya da yakınınıza tavsiye etme olasılığınız nedir?",
             "How likely are you to recommend us to a friend or somebody close to you?"),
        low=both("Hiç olası değil", "Not at all likely"),
        high=both("Çok olası", "Extremely likely"),
    )  # fmt: skip


def _age() -> Single:
    return Single(
        "age",
        both("Hangi yaş grubundasınız?", "How old are you?"),
        choices=[
            Choice("to_24", both("18–24", "18–24")),
            Choice("to_34", both("25–34", "25–34")),
            Choice("to_44", both("35–44", "35–44")),
            Choice("to_54", both("45–54", "45–54")),
            Choice("to_64", both("55–64", "55–64")),
            Choice("above", both("65 ve üzeri", "65 and above")),
            Choice("unsaid", both("Belirtmek istemiyorum", "I would rather not say")),
        ],
    )


def _aspects() -> list[Choice]:
    return [
        Choice("price", both("Fiyat", "Price")),
        Choice("quality", both("Ürün kalitesi", "Quality")),
        Choice("range", both("Ürün çeşitliliği", "Choice of products")),
        Choice("delivery", both("Hızlı teslimat", "Fast delivery")),
        Choice("returns", both("Kolay iade", "Easy returns")),
        Choice("service", both("Müşteri hizmetleri", "Customer service")),
    ]
