"""The two languages the ready surveys speak, and how they say thank you."""

from __future__ import annotations

from ecrm.surveys.model.ending import Ending
from ecrm.surveys.model.wording import Wording

__all__ = ["both", "thanks"]


def both(tr: str, en: str) -> Wording:
    """Say it in Turkish and in English.

    >>> both("Evet", "Yes").said("en")
    'Yes'
    """
    return Wording({"tr": tr, "en": en})


def thanks() -> Ending:
    """Say thank you.

    >>> thanks().title.said("tr")
    'Teşekkür ederiz'
    """
    return Ending(
        "thanks",
        both("Teşekkür ederiz", "Thank you"),
        both("Yanıtlarınız kendimizi geliştirmemize yardımcı oluyor.", "Your answers help us to become better."),
    )
