"""The pages a customer reaches by a signed link: refuse in one click, choose, confirm.

A GET shows and never changes anything: programs follow links. A POST changes, without cookies and without signing in.

Source: RFC 8058, Signaling One-Click Functionality for List Email Headers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import attrs

from ecrm.consent import Purpose
from ecrm.consent.links import Link
from ecrm.consent.model.purpose import BUILT_IN
from ecrm.crm import CRM
from ecrm.errors import InvalidError, NotFoundError
from ecrm.http import Request, Response
from ecrm.values import Actor
from ecrm.web.forms import Form, read_form
from ecrm.web.frame import Frame
from ecrm.web.origins import is_from_elsewhere
from ecrm.web.words import words_for

__all__ = ["Pages"]

_LONGEST_BODY = 16_384
_MOST_FIELDS = 500
_CUSTOMER = Actor.customer()


class Pages:
    """Answer requests for the pages of a CRM, of every shop of it.

    Args:
        crm: The CRM; which shop's customer it is, the signed link says.

    >>> from ecrm import CRM
    >>> from ecrm.http import Request
    >>> with CRM("sqlite:///shop.db") as crm:
    ...     Pages(crm).answer(Request("GET", "/unsubscribe/forged")).status
    410
    """

    def __init__(self, crm: CRM) -> None:
        self._crm = crm

    def answer(self, request: Request) -> Response:
        """Answer a request: what adapters mount.

        Args:
            request: Its path ends in `/unsubscribe/<token>`, `/preferences/<token>` or `/confirm/<token>`.
        """
        use, _, token = request.path.strip("/").rpartition("/")
        served = use.rpartition("/")[2]
        serve = self._served().get(served)
        if serve is None:
            return Response(HTTPStatus.NOT_FOUND)
        frame = attrs.evolve(Frame.of(request), crm=self._crm)
        if request.method not in {"GET", "HEAD", "POST"}:
            return frame.notice("method", HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "GET, HEAD, POST"})
        form = read_form(request, _LONGEST_BODY, _MOST_FIELDS)
        if form is None:
            return frame.notice("large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        # To refuse messages works from wherever it is asked: so the law and RFC 8058 have it.
        if request.method == "POST" and served != "unsubscribe" and is_from_elsewhere(request):
            return frame.notice("elsewhere", HTTPStatus.FORBIDDEN)
        try:
            return serve(_Asked(frame, token, form, is_post=request.method == "POST"))
        except (InvalidError, NotFoundError):
            # Forged, expired, or the customer was erased: nobody is told which.
            return frame.notice("gone", HTTPStatus.GONE)

    def _served(self) -> Mapping[str, Callable[[_Asked], Response]]:
        return {"unsubscribe": self._unsubscribe, "preferences": self._preferences, "confirm": self._confirm}

    def _opened(self, asked: _Asked, use: Any) -> tuple[Link, CRM, _Sheet]:
        link = self._crm.links.read(asked.token, use)
        crm = self._crm.for_shop(link.shop)
        customer = crm.customers.get(link.who)
        language, words = words_for(customer.language or crm.shop.settings.language)
        return link, crm, _Sheet(attrs.evolve(asked.frame, crm=crm), language, words, asked.token)

    def _unsubscribe(self, asked: _Asked) -> Response:
        link, crm, sheet = self._opened(asked, "unsubscribe")
        if not asked.is_post:
            return sheet.asks("unsubscribe")
        purpose = link.purpose or "marketing"
        # A link that is used again withdraws again, where they agreed meanwhile; else it says nothing new.
        if not crm.consent.is_withdrawn(link.who, purpose, link.channel):
            evidence = {"message_id": link.message_id} if link.message_id else {}
            crm.consent.withdraw(
                link.who, purpose, link.channel, method="unsubscribe", evidence=evidence, actor=_CUSTOMER
            )
        return sheet.says("unsubscribe", "unsubscribed")

    def _preferences(self, asked: _Asked) -> Response:
        link, crm, sheet = self._opened(asked, "preferences")
        words = sheet.words
        if asked.is_post:
            self._choose(crm, link, asked.form)
        crm.audit.note_read(link.who, "page preferences", _CUSTOMER)
        purposes = [
            {"about": _about(purpose, words), "channels": [
                {"field": _field(purpose, channel), "is_allowed": is_allowed,
                 "said": words["allowed"] if channel is None else words.get(channel, channel)}
                for channel, is_allowed in self._channels(crm, link, purpose)
            ]}
            for purpose in _offered(crm)
        ]  # fmt: skip
        return sheet.asks("preferences", said=words["saved"] if asked.is_post else "", purposes=purposes,
                          all=words["preferences_all"])  # fmt: skip

    def _channels(self, crm: CRM, link: Link, purpose: Purpose) -> Iterator[tuple[str | None, bool]]:
        if not purpose.has_channels:
            yield None, crm.consent.decide(link.who, purpose.name).is_allowed
            return
        for channel in crm.consent.reachable(link.who, crm.messages.arranged.arrangement.channels):
            yield channel, crm.consent.decide(link.who, purpose.name, channel).is_allowed

    def _choose(self, crm: CRM, link: Link, form: Form) -> None:
        if "object" in form:
            crm.consent.object(link.who, method="preferences", actor=_CUSTOMER)
            return
        for purpose in _offered(crm):
            for channel, was_allowed in list(self._channels(crm, link, purpose)):
                is_wanted = _field(purpose, channel) in form
                if is_wanted != was_allowed:
                    say = crm.consent.grant if is_wanted else crm.consent.withdraw
                    say(link.who, purpose.name, channel, method="preferences", actor=_CUSTOMER)

    def _confirm(self, asked: _Asked) -> Response:
        link, crm, sheet = self._opened(asked, "confirm")
        if not asked.is_post:
            return sheet.asks("confirm")
        purpose, source_id = link.purpose or "marketing", f"confirm:{asked.token[-40:]}"
        told = crm.consent.grant(
            link.who, purpose, link.channel, method="double_opt_in", actor=_CUSTOMER, text_version=link.text_version,
            source_id=source_id,
        )  # fmt: skip
        if crm.consent.is_withdrawn(link.who, purpose, link.channel):
            # It was used before, and taken back since: a link confirms once.
            raise InvalidError.of("link", f"used before, as {told.id}")
        return sheet.says("confirm", "confirmed")


@attrs.frozen(repr=False)
class _Asked:
    """What a page is asked."""

    frame: Frame
    token: str
    form: Form
    is_post: bool = attrs.field(kw_only=True)


@attrs.frozen(repr=False)
class _Sheet:
    """A page in the language of its reader."""

    frame: Frame
    language: str
    words: Mapping[str, str]
    token: str

    def asks(self, page: str, **said: Any) -> Response:
        """Show a form with one button."""
        words = self.words
        return self.frame.page(
            "page.html", self.language, title=words[page], text=words[f"{page}_ask"], action=words[f"{page}_do"],
            token=self.token, **said,
        )  # fmt: skip

    def says(self, page: str, what: str) -> Response:
        """Say what was done."""
        return self.frame.page("page.html", self.language, title=self.words[page], said=self.words[what])


def _field(purpose: Purpose, channel: str | None) -> str:
    return purpose.name if channel is None else f"{purpose.name}.{channel}"


def _about(purpose: Purpose, words: Mapping[str, str]) -> str:
    # What the shop says itself stands as it says it; ours is said in the customer's language.
    return words.get(f"about.{purpose.name}", purpose.about) if purpose == BUILT_IN.get(purpose.name) else purpose.about


def _offered(crm: CRM) -> list[Purpose]:
    found = crm.consent.purposes().values()
    return sorted((one for one in found if one.can_be_refused), key=lambda one: (not one.is_commercial, one.name))
