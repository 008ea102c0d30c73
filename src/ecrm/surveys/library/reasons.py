"""Ready surveys that ask why: why something is returned, why somebody left."""

from __future__ import annotations

from ecrm.surveys.library.wording import both, thanks
from ecrm.surveys.model.choosing import Choice, Multiple, Single
from ecrm.surveys.model.condition import Equals, OneOf
from ecrm.surveys.model.question import YesNo
from ecrm.surveys.model.survey import Survey
from ecrm.surveys.model.writing import LongText

__all__ = ["churn", "return_reason"]


def return_reason() -> Survey:
    """Ask why something is returned.

    >>> [question.key for question in return_reason().path({"reason": "size"})]
    ['reason', 'fit', 'again', 'comment']
    """
    reason = Single(
        "reason",
        both("Ürünü neden iade ediyorsunuz?", "Why do you return it?"),
        choices=[
            Choice("size", both("Bedeni ya da ölçüsü uymadı", "The size did not fit")),
            Choice("different", both("Görseldekinden ya da açıklamadan farklıydı", "It was not as shown or described")),
            Choice("damaged", both("Hasarlı ya da kusurlu geldi", "It arrived damaged or faulty")),
            Choice("wrong", both("Yanlış ürün geldi", "It was the wrong product")),
            Choice("late", both("Çok geç geldi", "It came too late")),
            Choice("quality", both("Kalitesi beklediğim gibi değildi", "The quality was not what I expected")),
            Choice("mind", both("Fikrimi değiştirdim", "I changed my mind")),
        ],
        has_other=True,
        is_shuffled=True,
        is_required=True,
    )
    fit = Single(
        "fit",
        both("Beden ya da ölçü nasıldı?", "How was the size?"),
        choices=[
            Choice("small", both("Küçük geldi", "Too small")),
            Choice("large", both("Büyük geldi", "Too large")),
            Choice("shape", both("Kalıbı uymadı", "The cut did not fit")),
        ],
        when=Equals("answer.reason", "size"),
    )
    what = LongText(
        "what",
        both("Sorunu kısaca anlatır mısınız?", "Would you tell us in short what was wrong?"),
        when=OneOf("answer.reason", ["different", "damaged", "wrong", "quality"]),
    )
    again = YesNo(
        "again", both("Bizden yeniden alışveriş yapmayı düşünür müsünüz?", "Would you think of buying from us again?")
    )
    comment = LongText(
        "comment", both("Eklemek istediğiniz bir şey var mı?", "Is there anything you would like to add?")
    )
    title = both("İade nedeniniz", "Why you return it")
    return Survey("return_reason", title, [reason, fit, what, again, comment], [thanks()])


def churn() -> Survey:
    """Ask somebody who no longer buys why.

    >>> [question.key for question in churn().path({})]
    ['reasons', 'back', 'wish']
    """
    reasons = Multiple(
        "reasons",
        both("Bir süredir bizden alışveriş yapmadınız. Bunun nedenleri neler?",
             "You have not bought from us for a while. What are the reasons?"),
        about=both("Birden fazla seçenek işaretleyebilirsiniz.", "You can choose several."),
        choices=[
            Choice("price", both("Fiyatlar yüksek geldi", "The prices were too high")),
            Choice("range", both("Aradığım ürünleri bulamadım", "I did not find what I was looking for")),
            Choice("quality", both("Ürünlerin kalitesinden memnun kalmadım", "I was not happy with the quality")),
            Choice("delivery", both("Teslimatta sorun yaşadım", "There were problems with delivery")),
            Choice("service", both("Müşteri hizmetlerinden memnun kalmadım", "I was not happy with the service")),
            Choice("messages", both("Çok sık ileti aldım", "I got too many messages")),
            Choice("elsewhere", both("Başka bir mağazayı tercih ediyorum", "I prefer another shop")),
            Choice("no_need", both("İhtiyacım olmadı", "I did not need anything"), is_last=True),
        ],
        has_other=True,
        is_shuffled=True,
        is_required=True,
    )  # fmt: skip
    back = Single(
        "back",
        both("Bizden yeniden alışveriş yapmayı düşünür müsünüz?", "Would you think of buying from us again?"),
        choices=[
            Choice("yes", both("Evet", "Yes")),
            Choice("perhaps", both("Belki", "Perhaps")),
            Choice("no", both("Hayır", "No")),
        ],
    )
    wish = LongText(
        "wish",
        both("Sizi yeniden aramızda görmek için ne yapabiliriz?", "What could we do to have you back?"),
    )
    title = both("Nerede eksik kaldık?", "Where did we fall short?")
    return Survey("churn", title, [reasons, back, wish], [thanks()])
