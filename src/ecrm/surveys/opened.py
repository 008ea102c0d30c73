"""What comes of opening an invitation, and of answering it. How that is done is in `answering`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

import attrs

from ecrm.interactions.model.interaction import Interaction
from ecrm.surveys.model import Ending, Survey, Wording
from ecrm.surveys.tokens import Ticket

__all__ = ["Answered", "Opened"]


@attrs.frozen(repr=False)
class Opened:
    """Be an invitation that was opened.

    Args:
        survey: What is asked.
        ticket: What the answer comes back with: of a link for everybody, one that is new.
        stamp: Says when it was opened; what comes back with it tells how long answering took.
        state: `open`, `answered` or `late`.
        answers: What was answered so far, by question.
        facts: What is known of the customer, for what the survey looks at; nothing where it is nobody yet.
        language: Which they read, BCP 47.
        seed: Decides the order where it is random.
        zone: Of the shop: where the time of a fact is on which day.
    """

    survey: Survey
    ticket: Ticket
    stamp: str
    state: Literal["open", "answered", "late"]
    answers: Mapping[str, Any]
    facts: Mapping[str, Any]
    language: str
    seed: str
    zone: dt.tzinfo = dt.UTC

    def __repr__(self) -> str:
        return f"<Opened {self.survey.key} {self.state}>"

    @property
    def token(self) -> str:
        """Give the token of its ticket."""
        return self.ticket.text

    def said(self, wording: Wording | None, language: str, answers: Mapping[str, Any] | None = None) -> str:
        """Give a text of the survey as its reader sees it; nothing where there is none.

        Args:
            wording: A title, question, choice or ending of it.
            language: It is said in, BCP 47.
            answers: What is filled in; those so far where it is left out.
        """
        given = self.answers if answers is None else answers
        return "" if wording is None else self.survey.said(wording, language, given, self.facts, zone=self.zone)


@attrs.frozen(repr=False)
class Answered:
    """Be an answer that was taken.

    Args:
        interaction: As it is on the timeline.
        ending: What is said at the end.
    """

    interaction: Interaction
    ending: Ending

    def __repr__(self) -> str:
        return f"<Answered {self.interaction.id}>"
