"""Ready surveys around one score: NPS after delivery, CSAT after a case, CES after checkout, a product's review."""

from __future__ import annotations

from ecrm.surveys.library.wording import both, thanks
from ecrm.surveys.model.choosing import Choice, Multiple, Single
from ecrm.surveys.model.condition import All, AtLeast, AtMost
from ecrm.surveys.model.ending import Ending
from ecrm.surveys.model.question import YesNo
from ecrm.surveys.model.scale import Ces, Csat, Nps
from ecrm.surveys.model.survey import Survey
from ecrm.surveys.model.writing import LongText

__all__ = ["ces", "csat", "nps", "review"]


def nps() -> Survey:
    """Ask after delivery how likely somebody is to recommend the shop, and why.

    >>> [question.key for question in nps().path({"score": 4})]
    ['score', 'wrong', 'may_contact']
    """
    is_detractor, is_promoter = AtMost("answer.score", 6), AtLeast("answer.score", 9)
    score = Nps(
        "score",
        both(
            "Bizi bir arkadaşınıza ya da yakınınıza tavsiye etme olasılığınız nedir?",
            "How likely are you to recommend us to a friend or somebody close to you?",
        ),
        low=both("Hiç olası değil", "Not at all likely"),
        high=both("Çok olası", "Extremely likely"),
        is_required=True,
    )
    wrong = LongText(
        "wrong",
        both(
            "{answer.score} puan verdiniz. Neyi daha iyi yapmalıydık?",
            "You gave us {answer.score}. What should we have done better?",
        ),
        when=is_detractor,
    )
    lacking = LongText(
        "lacking",
        both("Daha yüksek bir puan için neyi geliştirmeliyiz?", "What would have made it a higher score?"),
        when=All([AtLeast("answer.score", 7), AtMost("answer.score", 8)]),
    )
    liked = LongText("liked", both("En çok neyi beğendiniz?", "What did you like most?"), when=is_promoter)
    may_contact = YesNo(
        "may_contact",
        both("Bu konuda sizinle iletişime geçebilir miyiz?", "May we get in touch with you about it?"),
        when=is_detractor,
    )
    endings = [
        Ending(
            "sorry",
            both("Sizi memnun edemediğimiz için üzgünüz", "We are sorry that we let you down"),
            both("Yazdıklarınızı okuyacağız. Açık sözlülüğünüz için teşekkür ederiz.",
                 "We will read what you wrote. Thank you for being frank."),
            when=is_detractor,
        ),
        thanks(),
    ]  # fmt: skip
    title = both("Siparişiniz nasıldı?", "How was your order?")
    return Survey("nps", title, [score, wrong, lacking, liked, may_contact], endings)


def csat() -> Survey:
    """Ask after a case how satisfied somebody is with the help they got.

    >>> [question.key for question in csat().path({"score": 5})]
    ['score', 'is_solved']
    """
    score = Csat(
        "score",
        both("Aldığınız destekten ne kadar memnun kaldınız?", "How satisfied are you with the help you got?"),
        low=both("Hiç memnun kalmadım", "Not at all satisfied"),
        high=both("Çok memnun kaldım", "Very satisfied"),
        is_required=True,
    )
    is_solved = Single(
        "is_solved",
        both("Sorununuz çözüldü mü?", "Was your problem solved?"),
        choices=[
            Choice("yes", both("Evet, çözüldü", "Yes, it was")),
            Choice("partly", both("Kısmen çözüldü", "In part")),
            Choice("no", both("Hayır, çözülmedi", "No, it was not")),
        ],
    )
    wrong = LongText(
        "wrong",
        both("Neyi daha iyi yapabilirdik?", "What could we have done better?"),
        when=AtMost("answer.score", 3),
    )
    title = both("Destek talebiniz", "Your support request")
    return Survey("csat", title, [score, is_solved, wrong], [thanks()])


def ces() -> Survey:
    """Ask after checkout whether ordering was easy, and where it was not.

    >>> [question.key for question in ces().path({"score": 2})]
    ['score', 'hard', 'comment']
    """
    is_hard = AtMost("answer.score", 4)
    score = Ces(
        "score",
        both("Siparişimi kolayca verebildim.", "The shop made it easy for me to place my order."),
        about=both("Bu ifadeye ne kadar katılıyorsunuz?", "How far do you agree with this statement?"),
        low=both("Kesinlikle katılmıyorum", "Strongly disagree"),
        high=both("Kesinlikle katılıyorum", "Strongly agree"),
        is_required=True,
    )
    hard = Multiple(
        "hard",
        both("Hangi adımlarda zorlandınız?", "Which steps were hard?"),
        choices=[
            Choice("finding", both("Ürünü bulmak", "Finding the product")),
            Choice("account", both("Üye olmak ya da giriş yapmak", "Signing up or signing in")),
            Choice("address", both("Adres ve teslimat bilgileri", "Address and delivery")),
            Choice("coupon", both("İndirim kodu kullanmak", "Using a discount code")),
            Choice("payment", both("Ödeme", "Payment")),
            Choice("speed", both("Sayfaların yavaş açılması", "Slow pages")),
        ],
        has_other=True,
        is_shuffled=True,
        when=is_hard,
    )
    comment = LongText(
        "comment", both("Eklemek istediğiniz bir şey var mı?", "Is there anything you would like to add?"), when=is_hard
    )
    title = both("Sipariş vermek kolay mıydı?", "Was it easy to order?")
    return Survey("ces", title, [score, hard, comment], [thanks()])


def review() -> Survey:
    """Ask for a review of a product.

    >>> [question.key for question in review().path({})]
    ['score', 'review', 'would_recommend', 'may_publish']
    """
    score = Csat(
        "score",
        both("Ürüne kaç yıldız verirsiniz?", "How many stars do you give the product?"),
        style="stars",
        low=both("Çok kötü", "Very bad"),
        high=both("Çok iyi", "Very good"),
        is_required=True,
    )
    text = LongText(
        "review",
        both(
            "Bu ürünü almayı düşünenlere ne söylemek istersiniz?",
            "What would you tell somebody who thinks of buying it?",
        ),
        longest=2_000,
    )
    would_recommend = YesNo(
        "would_recommend", both("Bu ürünü tavsiye eder misiniz?", "Would you recommend this product?")
    )
    may_publish = YesNo(
        "may_publish",
        both(
            "Yorumunuzu adınızı açıkça yazmadan yayımlayabilir miyiz?",
            "May we publish your review without your full name?",
        ),
    )
    title = both("Ürünü nasıl buldunuz?", "How do you like the product?")
    return Survey("review", title, [score, text, would_recommend, may_publish], [thanks()])
