"""The kinds of questions of the core, by the word they are called in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ecrm.surveys.model.choosing import Matrix, Multiple, Ranking, Single
from ecrm.surveys.model.question import Consent, Message, Question, YesNo
from ecrm.surveys.model.scale import Ces, Csat, Nps
from ecrm.surveys.model.writing import Date, Email, LongText, Number, Phone, ShortText

__all__ = ["KINDS"]

KINDS: Mapping[str, type[Question]] = MappingProxyType(
    {
        kind.KIND: kind
        for kind in (
            Nps,
            Csat,
            Ces,
            Single,
            Multiple,
            Ranking,
            Matrix,
            YesNo,
            ShortText,
            LongText,
            Number,
            Date,
            Email,
            Phone,
            Consent,
            Message,
        )
    }
)
