"""The pages a customer reaches by a signed link: refuse in one click, choose, confirm.

A GET shows and never changes anything: programs follow links. A POST changes, without cookies and without signing in.

Source: RFC 8058, Signaling One-Click Functionality for List Email Headers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

from ecrm.consent import Purpose
from ecrm.consent.links import Link
from ecrm.consent.model.purpose import BUILT_IN
from ecrm.crm import CRM
from ecrm.errors import InvalidError, NotFoundError
from ecrm.http import Request, Response
from ecrm.values import Actor
from ecrm.web.words import words_for

__all__ = ["HEADERS", "Pages"]

_LONGEST_BODY = 16_384
# The address holds what proves who it is: it goes to no other site, into no cache and no index.
HEADERS: Mapping[str, str] = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "x-content-type-options": "nosniff",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
}
_CUSTOMER = Actor.customer()
Form = Mapping[str, list[str]]


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
        serve = self._served().get(use.rpartition("/")[2])
        if serve is None:
            return Response(HTTPStatus.NOT_FOUND)
        if request.method not in {"GET", "HEAD", "POST"}:
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "GET, HEAD, POST"})
        form = _form(request)
        if form is None:
            return Response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            return serve(token, form, request.method == "POST")
        except (InvalidError, NotFoundError):
            # Forged, expired, or the customer was erased: nobody is told which.
            language, words = words_for(self._crm.shop.settings.language)
            return _page(language, HTTPStatus.GONE, words["gone"], text=words["gone_more"])

    def _served(self) -> Mapping[str, Callable[[str, Form, bool], Response]]:
        return {"unsubscribe": self._unsubscribe, "preferences": self._preferences, "confirm": self._confirm}

    def _opened(self, token: str, use: Any) -> tuple[Link, CRM, str]:
        link = self._crm.links.read(token, use)
        crm = self._crm.for_shop(link.shop)
        customer = crm.customers.get(link.who)
        return link, crm, customer.language or crm.shop.settings.language

    def _unsubscribe(self, token: str, _: Form, is_post: bool) -> Response:  # noqa: FBT001 - called by place alone
        link, crm, spoken = self._opened(token, "unsubscribe")
        language, words = words_for(spoken)
        if not is_post:
            return _page(language, HTTPStatus.OK, words["unsubscribe"], text=words["unsubscribe_ask"],
                         action=words["unsubscribe_do"])  # fmt: skip
        purpose = link.purpose or "marketing"
        # A link that is used again withdraws again, where they agreed meanwhile; else it says nothing new.
        if not crm.consent.is_withdrawn(link.who, purpose, link.channel):
            evidence = {"message_id": link.message_id} if link.message_id else {}
            crm.consent.withdraw(
                link.who, purpose, link.channel, method="unsubscribe", evidence=evidence, actor=_CUSTOMER
            )
        return _page(language, HTTPStatus.OK, words["unsubscribe"], said=words["unsubscribed"])

    def _preferences(self, token: str, form: Form, is_post: bool) -> Response:  # noqa: FBT001 - as above
        link, crm, spoken = self._opened(token, "preferences")
        language, words = words_for(spoken)
        said = ""
        if is_post:
            self._choose(crm, link, form)
            said = words["saved"]
        crm.audit.note_read(link.who, "page preferences", _CUSTOMER)
        purposes = [
            {"about": _about(purpose, words), "channels": [
                {"field": _field(purpose, channel), "is_allowed": is_allowed,
                 "said": words["allowed"] if channel is None else words.get(channel, channel)}
                for channel, is_allowed in self._channels(crm, link, purpose)
            ]}
            for purpose in _offered(crm)
        ]  # fmt: skip
        return _page(
            language, HTTPStatus.OK, words["preferences"], said=said, text=words["preferences_ask"],
            action=words["preferences_do"], purposes=purposes, all=words["preferences_all"],
        )  # fmt: skip

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

    def _confirm(self, token: str, _: Form, is_post: bool) -> Response:  # noqa: FBT001 - as above
        link, crm, spoken = self._opened(token, "confirm")
        language, words = words_for(spoken)
        if not is_post:
            return _page(
                language, HTTPStatus.OK, words["confirm"], text=words["confirm_ask"], action=words["confirm_do"]
            )
        purpose, source_id = link.purpose or "marketing", f"confirm:{token[-40:]}"
        told = crm.consent.grant(
            link.who, purpose, link.channel, method="double_opt_in", actor=_CUSTOMER, text_version=link.text_version,
            source_id=source_id,
        )  # fmt: skip
        if crm.consent.is_withdrawn(link.who, purpose, link.channel):
            # It was used before, and taken back since: a link confirms once.
            raise InvalidError.of("link", f"used before, as {told.id}")
        return _page(language, HTTPStatus.OK, words["confirm"], said=words["confirmed"])


def _field(purpose: Purpose, channel: str | None) -> str:
    return purpose.name if channel is None else f"{purpose.name}.{channel}"


def _about(purpose: Purpose, words: Mapping[str, str]) -> str:
    # What the shop says itself stands as it says it; ours is said in the customer's language.
    return words.get(f"about.{purpose.name}", purpose.about) if purpose == BUILT_IN.get(purpose.name) else purpose.about


def _offered(crm: CRM) -> list[Purpose]:
    found = crm.consent.purposes().values()
    return sorted((one for one in found if one.can_be_refused), key=lambda one: (not one.is_commercial, one.name))


def _form(request: Request) -> Form | None:
    if request.method != "POST":
        return {}
    if len(request.body) > _LONGEST_BODY:
        return None
    return parse_qs(request.body.decode("utf-8", "replace"), max_num_fields=None)


def _page(language: str, status: int, title: str, **said: Any) -> Response:
    body = _template().render(language=language, title=title, **{"purposes": (), "all": "", **said})
    return Response(int(status), body.encode(), HEADERS)


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment

    source = (resources.files("ecrm.web") / "page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True).from_string(source)
