"""Annotations of fields that can hold words, each with what it declares: whose they are, and what they are kept for.

Ids, words, amounts and times need no declaration of their own: they tell what happened. What a shop or a
plugin annotates otherwise it declares by `Annotated[Text, Personal(…)]`, or `Annotated[Text, IMPERSONAL]`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ecrm.interactions.events.rules import Open, Text, Texts, Traits, Verbatim
from ecrm.values.personal import IMPERSONAL, Personal

__all__ = [
    "Answer",
    "Answers",
    "Attachments",
    "Attributes",
    "Birthday",
    "Content",
    "Evidence",
    "Label",
    "Origin",
    "PersonName",
    "Proof",
    "Prose",
    "StaffName",
    "Surroundings",
    "Tags",
    "Trace",
    "Username",
]

# The shop's own words: of products, coupons, carriers.
Label = Annotated[Text, IMPERSONAL]
# What somebody wrote or said, or was told.
Prose = Annotated[Text, Personal("content", "answer and serve the customer", mask="text")]
# What a provider answered, word for word: it may repeat an address.
Answer = Annotated[Verbatim, Personal("content", "find out what became of a message", mask="text")]
# What somebody looked for or at: addresses may hold what they typed.
Trace = Annotated[Text, Personal("activity", "know what the customer looks for", mask="text")]
PersonName = Annotated[Text, Personal("profile", "address the customer", mask="name")]
Username = Annotated[Text, Personal("identity", "recognise the customer")]
StaffName = Annotated[Text, Personal("staff", "tell who served the customer", mask="name")]
Birthday = Annotated[date, Personal("profile", "know the customer", mask="day")]
Tags = Annotated[Texts, Personal("profile", "know the customer")]
Attachments = Annotated[Texts, Personal("content", "answer and serve the customer", mask="text")]
Attributes = Annotated[Traits, Personal("profile", "know the customer")]
Answers = Annotated[Traits, Personal("content", "learn what the customer thinks", mask="text")]
Content = Annotated[Open, Personal("content", "tell the customer what they asked for or agreed to", mask="text")]
Evidence = Annotated[Text, Personal("evidence", "prove what was asked for or agreed to")]
Proof = Annotated[Open, Personal("evidence", "prove what was asked for or agreed to")]
Origin = Annotated[Open, Personal("activity", "know which campaign the customer came by")]
Surroundings = Annotated[Open, Personal("device", "tell where it came from, and keep abuse away")]
