"""Surveys as values: questions, conditions, texts, and the way somebody goes through them. No SQL, no clock."""

from ecrm.surveys.model.choosing import Choice, Matrix, Multiple, Ranking, Single
from ecrm.surveys.model.condition import (
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Contains,
    Equals,
    IsAnswered,
    Not,
    OneOf,
)
from ecrm.surveys.model.ending import Ending
from ecrm.surveys.model.question import Consent, Message, PluginQuestion, Question, YesNo
from ecrm.surveys.model.scale import Ces, Csat, Nps, Scale, Score
from ecrm.surveys.model.survey import Survey
from ecrm.surveys.model.wording import Wording
from ecrm.surveys.model.writing import Date, Email, LongText, Number, Phone, ShortText

__all__ = [
    "All",
    "AnyOf",
    "AtLeast",
    "AtMost",
    "Ces",
    "Choice",
    "Condition",
    "Consent",
    "Contains",
    "Csat",
    "Date",
    "Email",
    "Ending",
    "Equals",
    "IsAnswered",
    "LongText",
    "Matrix",
    "Message",
    "Multiple",
    "Not",
    "Nps",
    "Number",
    "OneOf",
    "Phone",
    "PluginQuestion",
    "Question",
    "Ranking",
    "Scale",
    "Score",
    "ShortText",
    "Single",
    "Survey",
    "Wording",
    "YesNo",
]
