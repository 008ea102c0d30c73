"""What an invitation and a reminder say where the shop wrote no template, and the links in them.

The links are made when the message is composed: what is kept of the message, and on the timeline, holds no token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from ecrm.database import Database, Transaction
from ecrm.errors import InvalidError
from ecrm.hookspecs import QuestionKind
from ecrm.interactions.recording import Kit
from ecrm.messages.model.arrangement import Arrangement
from ecrm.messages.model.template import Template
from ecrm.shops.model import Settings
from ecrm.surveys.inviting import token_of
from ecrm.surveys.model import Scale, Survey, Wording
from ecrm.surveys.schema import survey_from_wire
from ecrm.surveys.tables import definition as definition_table
from ecrm.surveys.tables import invitation as invitation_table
from ecrm.surveys.tables.invitation import InvitationRow
from ecrm.surveys.tokens import tokens_in

__all__ = ["READY", "VARIABLE", "Lettering"]

# A message names its invitation by this; what it is filled with follows from it.
VARIABLE = "survey_invitation"
_WORDS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("survey_invitation", "tr"): (
        "{{ survey_title }}",
        (
            "Merhaba,\n\nGörüşünüz bizim için önemli. Bir dakikanızı ayırır mısınız?\n\n{{ survey_url }}\n\n"
            "Bu tür e-postaları istemiyorsanız: {{ preferences_url }}\n"
        ),
    ),
    ("survey_invitation", "en"): (
        "{{ survey_title }}",
        (
            "Hello,\n\nYour opinion matters to us. Do you have a minute?\n\n{{ survey_url }}\n\n"
            "If you do not want to be asked: {{ preferences_url }}\n"
        ),
    ),
    ("survey_reminder", "tr"): (
        "{{ survey_title }}",
        (
            "Merhaba,\n\nGörüşünüzü hâlâ duymak isteriz:\n\n{{ survey_url }}\n\n"
            "Bu tür e-postaları istemiyorsanız: {{ preferences_url }}\n"
        ),
    ),
    ("survey_reminder", "en"): (
        "{{ survey_title }}",
        (
            "Hello,\n\nWe would still like to hear from you:\n\n{{ survey_url }}\n\n"
            "If you do not want to be asked: {{ preferences_url }}\n"
        ),
    ),
}
# Of a survey that begins with a scale each step is a link that chooses it; mail programs know no style sheets.
_STEP = (
    "display:inline-block;min-width:24px;margin:0 4px 8px 0;padding:10px;border:1px solid #767676;border-radius:6px;"
    "color:#1c1c1c;background-color:#ffffff;text-align:center;text-decoration:none;font-weight:bold"
)
_HTML = (
    '<div lang="{language}">'
    "<p>{hello}</p>"
    "{% if survey_steps %}<p><strong>{{ survey_question }}</strong></p>"
    "<p>{% for step in survey_steps %}"
    '<a href="{{ step.url }}" aria-label="{{ step.says }} / {{ survey_most }}" style="'
    + _STEP
    + '">{{ step.says }}</a> '
    "{% endfor %}</p>"
    "{% if survey_low and survey_high %}"
    "<p>{{ survey_least }}: {{ survey_low }} · {{ survey_most }}: {{ survey_high }}</p>"
    "{% endif %}{% endif %}"
    '<p><a href="{{ survey_url }}">{open}</a></p>'
    '<p><small><a href="{{ preferences_url }}">{refuse}</a></small></p>'
    "</div>"
)
_IN_HTML: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("survey_invitation", "tr"): {
        "hello": "Merhaba,<br>görüşünüz bizim için önemli. Bir dakikanızı ayırır mısınız?",
        "open": "Anketi açın", "refuse": "Bu tür e-postaları istemiyorum",
    },
    ("survey_invitation", "en"): {
        "hello": "Hello,<br>your opinion matters to us. Do you have a minute?",
        "open": "Open the survey", "refuse": "I do not want to be asked",
    },
    ("survey_reminder", "tr"): {
        "hello": "Merhaba,<br>görüşünüzü hâlâ duymak isteriz.",
        "open": "Anketi açın", "refuse": "Bu tür e-postaları istemiyorum",
    },
    ("survey_reminder", "en"): {
        "hello": "Hello,<br>we would still like to hear from you.",
        "open": "Open the survey", "refuse": "I do not want to be asked",
    },
}  # fmt: skip


def _html(words: Mapping[str, str]) -> str:
    said = _HTML
    for name, text in words.items():
        said = said.replace(f"{{{name}}}", text)
    return said


READY: tuple[Template, ...] = tuple(
    Template(name=name, channel="email", language=language, purpose="surveys", subject=subject, text=text,
             html=_html({**_IN_HTML[name, language], "language": language}), state="live")
    for (name, language), (subject, text) in _WORDS.items()
)  # fmt: skip


class Lettering:
    """Fill in what messages about surveys say.

    Args:
        database: Where invitations are.
        kit: The keys of shops, and the time.
        kinds: The kinds of questions that plugins bring.
        arrangement_of: Gives what a shop arranged about its messages.
        settings_of: Gives its settings.
        facts_of: Reads facts of customers.
    """

    def __init__(
        self,
        database: Database,
        kit: Kit,
        kinds: Sequence[QuestionKind],
        arrangement_of: Callable[[str], Arrangement],
        settings_of: Callable[[str], Settings],
        facts_of: Callable[[Transaction, str, Sequence[UUID]], Mapping[UUID, Mapping[str, Any]]],
    ) -> None:
        self._database = database
        self._kit = kit
        self._kinds = kinds
        self._arrangement_of = arrangement_of
        self._settings_of = settings_of
        self._facts_of = facts_of

    def variables(self, shop: str, given: Mapping[str, Any], language: str) -> Mapping[str, Any]:
        """Give what a template is filled with beside what the message was given.

        Args:
            shop: Whose.
            given: What the message was given; nothing follows where it names no invitation.
            language: Of whoever reads it.

        Raises:
            InvalidError: The invitation is not open any more, or nothing says where the pages are.
        """
        if VARIABLE not in given:
            return {}
        with self._database.read() as transaction:
            row = invitation_table.find_invitation(transaction, shop, UUID(str(given[VARIABLE])))
            if row is None or row.state not in invitation_table.OPEN:
                raise InvalidError.of(VARIABLE, "it is answered, or can not be answered any more")
            held = definition_table.find_version(transaction, shop, row.survey, row.version)
            survey = None if held is None else survey_from_wire(held.body, self._kinds)
            facts = self._known(transaction, row, survey)
        public_url = self._arrangement_of(shop).public_url
        if public_url is None or survey is None:
            raise InvalidError.of("public_url", "say where the pages are: crm.messages.configure(public_url=…)")
        token = tokens_in(self._database, self._kit).again(token_of(row), row.token_hash)
        url = f"{public_url.rstrip('/')}/survey/{token}"

        zone = self._settings_of(shop).zone_info

        def said(wording: Wording | None) -> str:
            return "" if wording is None else survey.said(wording, language, facts=facts, zone=zone)

        return {"survey_title": said(survey.title), "survey_url": url, **_scale(survey, url, said)}

    def _known(self, transaction: Transaction, row: InvitationRow, survey: Survey | None) -> Mapping[str, Any]:
        if survey is None or not survey.facts or row.customer_id is None:
            return {}
        return self._facts_of(transaction, row.shop, [row.customer_id])[row.customer_id]


def _scale(survey: Survey, url: str, said: Callable[[Wording | None], str]) -> Mapping[str, Any]:
    """Give the scale a survey begins with, each step with its link; empty where it begins otherwise."""
    first = next((one for one in survey.questions if one.takes_answer), None)
    # What comes first for some alone, or in random order, is not what a click would open.
    if not isinstance(first, Scale) or first.when is not None or first.block:
        return {"survey_steps": [], "survey_question": "", "survey_low": "", "survey_high": "", "survey_least": "",
                "survey_most": ""}  # fmt: skip

    return {
        "survey_steps": [{"says": str(step), "url": f"{url}?score={step}"} for step in first.steps],
        "survey_question": said(first.asks), "survey_low": said(first.low), "survey_high": said(first.high),
        "survey_least": str(first.LEAST), "survey_most": str(first.MOST),
    }  # fmt: skip
