"""The pages of a survey: one question at a time, or all that are asked; no script needed, no cookie.

A GET shows and never changes anything; `?score=9` chooses a step of the first scale on it. A POST keeps what was
answered, and takes the answer when nothing is left to ask.
"""

from __future__ import annotations

import math
from http import HTTPStatus

import attrs

from ecrm.crm import CRM
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.http import Request, Response
from ecrm.surveys.opened import Opened
from ecrm.surveys.tokens import Ticket
from ecrm.web import surveysteps as steps
from ecrm.web.doorkeeping import Doorkeeper
from ecrm.web.forms import Form, read_form
from ecrm.web.frame import Frame
from ecrm.web.origins import is_from_elsewhere
from ecrm.web.surveyforms import read_answers
from ecrm.web.surveypage import asked, ended, thanked

__all__ = ["SurveyPages"]

_LONGEST_BODY = 131_072
_MOST_FIELDS = 2_000


class SurveyPages:
    """Answer requests for surveys of a CRM, of every shop of it.

    Args:
        crm: The CRM; which shop's survey it is, the signed token says.
        doorkeeper: Says how often; one for each process.

    >>> from ecrm import CRM
    >>> from ecrm.http import Request
    >>> with CRM("sqlite:///shop.db") as crm:
    ...     SurveyPages(crm).answer(Request("GET", "/survey/forged")).status
    410
    """

    def __init__(self, crm: CRM, doorkeeper: Doorkeeper | None = None) -> None:
        self._crm = crm
        self._doorkeeper = doorkeeper or Doorkeeper()

    def answer(self, request: Request) -> Response:
        """Answer a request.

        Args:
            request: Its path ends in `/survey/<token>`; a query of `all=1` shows all questions on one page.
        """
        frame = attrs.evolve(Frame.of(request), crm=self._crm)
        if request.method not in {"GET", "HEAD", "POST"}:
            return frame.notice("method", HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "GET, HEAD, POST"})
        form = read_form(request, _LONGEST_BODY, _MOST_FIELDS)
        if form is None:
            return frame.notice("large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        token = request.path.strip("/").rpartition("/")[2]
        try:
            ticket = self._crm.surveys.read_token(token)
        except InvalidError:
            return frame.notice("gone", HTTPStatus.GONE)
        wait_s = self._doorkeeper.wait_s(request, token, is_link=ticket.is_link)
        if wait_s:
            return frame.notice("often", HTTPStatus.TOO_MANY_REQUESTS, headers={"retry-after": str(math.ceil(wait_s))})
        if request.method == "POST" and is_from_elsewhere(request):
            return frame.notice("elsewhere", HTTPStatus.FORBIDDEN)
        crm = self._crm.for_shop(ticket.shop)
        return self._serve(crm, ticket, request, form, attrs.evolve(frame, crm=crm))

    def _serve(self, crm: CRM, ticket: Ticket, request: Request, form: Form, frame: Frame) -> Response:
        try:
            opened = crm.surveys.open(ticket)
        except (InvalidError, NotFoundError):
            # Expired, or the customer was erased: nobody is told which.
            return frame.notice("gone", HTTPStatus.GONE)
        if opened.state != "open":
            return ended(frame, opened)
        if request.method == "POST":
            try:
                return self._take(crm, opened, form, frame)
            except ConflictError:
                # Answered, or over, since it was opened.
                return ended(frame, crm.surveys.open(ticket))
            except NotFoundError:
                return frame.notice("gone", HTTPStatus.GONE)
        score, is_all = request.query.get("score"), request.query.get("all") == "1"
        shown = steps.path_of(opened) if is_all else steps.first(opened, score)
        return asked(frame, opened, shown, steps.chosen(opened, score), is_all=is_all)

    def _take(self, crm: CRM, opened: Opened, form: Form, frame: Frame) -> Response:
        shown, is_all = list(form.get("shown", ())), "all" in form
        given = read_answers(opened.survey, shown, form)
        is_back, stamp = "back" in form, (form.get("stamp") or [""])[0] or None
        try:
            now = steps.taken(opened, given, shown, is_back=is_back)
            left = steps.previous(now, shown) if is_back else steps.rest(now, shown, is_all=is_all)
            if left:
                kept = crm.surveys.save(opened.ticket, given, stamp=stamp)
                return asked(frame, kept, left, kept.answers, is_all=is_all, focus=left[0].key)
            return thanked(frame, now, crm.surveys.answer(opened.ticket, given, stamp=stamp).ending)
        except InvalidError as error:
            if not error.fields.keys() & {one.key for one in opened.survey.questions}:
                # Nothing the reader could mend.
                raise
            again = [one for one in steps.path_of(opened) if one.key in shown or one.key in error.fields]
            wrong = {key: given.get(key) for key in error.fields}
            return asked(frame, opened, again, {**opened.answers, **given}, wrong=wrong, is_all=is_all, stamp=stamp)
