"""The pages of a survey: one question at a time, or all that are asked; no script, no cookie.

A GET shows and never changes anything; `?score=9` chooses a step of the first scale on it. A POST keeps what was
answered, and takes the answer when nothing is left to ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

from ecrm.crm import CRM
from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.http import Request, Response
from ecrm.surveys import Question, Scale
from ecrm.surveys.answering import Opened
from ecrm.web.pages import HEADERS
from ecrm.web.surveyforms import fields_of, read_answers
from ecrm.web.surveywords import words_for

__all__ = ["SurveyPages"]

_LONGEST_BODY = 131_072
_MOST_FIELDS = 2_000
Form = Mapping[str, Sequence[str]]


class SurveyPages:
    """Answer requests for surveys of a CRM, of every shop of it.

    Args:
        crm: The CRM; which shop's survey it is, the signed token says.

    >>> from ecrm import CRM
    >>> from ecrm.http import Request
    >>> with CRM("sqlite:///shop.db") as crm:
    ...     SurveyPages(crm).answer(Request("GET", "/survey/forged")).status
    410
    """

    def __init__(self, crm: CRM) -> None:
        self._crm = crm

    def answer(self, request: Request) -> Response:
        """Answer a request.

        Args:
            request: Its path ends in `/survey/<token>`; a query of `all=1` shows all questions on one page.
        """
        if request.method not in {"GET", "HEAD", "POST"}:
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "GET, HEAD, POST"})
        form = _form(request)
        if form is None:
            return Response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        token = request.path.strip("/").rpartition("/")[2]
        try:
            crm = self._crm.for_shop(self._crm.surveys.shop_of(token))
            try:
                return self._serve(crm, token, request, form)
            except ConflictError:
                # Answered, or over, since it was opened.
                return _ended(crm.surveys.open(token))
        except (InvalidError, NotFoundError):
            # Forged, expired, or the customer was erased: nobody is told which.
            language, words = words_for(self._crm.shop.settings.language)
            return _page(language, HTTPStatus.GONE, title=words["gone"], text=words["gone_more"])

    def _serve(self, crm: CRM, token: str, request: Request, form: Form) -> Response:
        opened = crm.surveys.open(token)
        if opened.state != "open":
            return _ended(opened)
        if request.method == "POST":
            return self._take(crm, opened, form)
        is_all = request.query.get("all") == "1"
        return _asked(opened, *_first(opened, request.query.get("score"), is_all=is_all), is_all=is_all)

    def _take(self, crm: CRM, opened: Opened, form: Form) -> Response:
        shown, is_all = list(form.get("shown", ())), "all" in form
        given = read_answers(opened.survey, shown, form)
        try:
            kept = crm.surveys.save(opened.token, given)
            _check_required(kept, shown)
            rest = _rest(kept, shown, is_all=is_all)
            if rest:
                return _asked(kept, rest, kept.answers, is_all=is_all)
            return _thanked(opened, crm.surveys.answer(opened.token, {}).ending, kept)
        except InvalidError as error:
            wrong = [one for one in opened.survey.questions if one.key in error.fields]
            again = [one for one in opened.survey.questions if one.key in shown] or wrong
            return _asked(crm.surveys.open(opened.token), again, {**opened.answers, **given}, wrong=error.fields,
                          is_all=is_all)  # fmt: skip


def _first(opened: Opened, score: str | None, *, is_all: bool) -> tuple[Sequence[Question], Mapping[str, Any]]:
    path = opened.survey.path(opened.answers, opened.facts, seed=opened.seed)
    answers = dict(opened.answers)
    scale = next((one for one in path if isinstance(one, Scale)), None)
    if scale is not None and score is not None and score.isascii() and score.isdigit() and int(score) in scale.steps:
        answers[scale.key] = int(score)
    if is_all:
        return path, answers
    left = [one for one in path if one.takes_answer and one.key not in opened.answers]
    # Who comes back goes on with what is not answered; what only tells is shown with the question after it.
    start = path.index(left[0]) if left else len(path) - 1
    while start > 0 and not path[start - 1].takes_answer:
        start -= 1
    return _step(path[start:]), answers


def _rest(opened: Opened, shown: Sequence[str], *, is_all: bool) -> Sequence[Question]:
    path = opened.survey.path(opened.answers, opened.facts, seed=opened.seed)
    if is_all:
        return path if any(one.takes_answer and one.key not in shown for one in path) else ()
    keys = [one.key for one in path]
    last = max((keys.index(key) for key in shown if key in keys), default=-1)
    return _step(path[last + 1 :])


def _step(questions: Sequence[Question]) -> list[Question]:
    """Give the questions of one step: the next that takes an answer, and what is told before it."""
    step: list[Question] = []
    for one in questions:
        step.append(one)
        if one.takes_answer:
            break
    return step


def _check_required(opened: Opened, shown: Sequence[str]) -> None:
    path = opened.survey.path(opened.answers, opened.facts)
    missing = [one.key for one in path if one.key in shown and one.is_required
               and not one.is_complete(opened.answers.get(one.key))]  # fmt: skip
    if missing:
        raise InvalidError("answer what is required", {key: ["answer it: it is required"] for key in missing})


def _asked(
    opened: Opened, questions: Sequence[Question], answers: Mapping[str, Any], *,
    wrong: Mapping[str, Sequence[str]] | None = None, is_all: bool = False,
) -> Response:  # fmt: skip
    language, words = words_for(opened.language)
    wrong = wrong or {}
    path = opened.survey.path(opened.answers, opened.facts, seed=opened.seed)
    is_last = is_all or not questions or questions[-1].key == path[-1].key
    return _page(
        language, HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK,
        title=opened.survey.said(opened.survey.title, opened.language, answers, opened.facts),
        token=opened.token, is_all=is_all, wrong=set(wrong), words=words,
        fields=fields_of(opened, questions, answers, opened.language),
        action=words["send"] if is_last else words["next"],
    )  # fmt: skip


def _thanked(opened: Opened, ending: Any, kept: Opened) -> Response:
    language, _ = words_for(opened.language)

    def said(wording: Any) -> str:
        return "" if wording is None else opened.survey.said(wording, opened.language, kept.answers, opened.facts)

    return _page(language, HTTPStatus.OK, title=said(ending.title), text=said(ending.text), link=ending.link or "",
                 link_says=said(ending.link_says))  # fmt: skip


def _ended(opened: Opened) -> Response:
    language, words = words_for(opened.language)
    return _page(language, HTTPStatus.OK if opened.state == "answered" else HTTPStatus.GONE, title=words[opened.state])


def _page(language: str, status: int, **said: Any) -> Response:
    empty = {"text": "", "link": "", "link_says": "", "fields": (), "wrong": (), "words": {}, "action": ""}
    body = _template().render(language=language, **{**empty, **said})
    return Response(int(status), body.encode(), HEADERS)


@lru_cache(maxsize=1)
def _template() -> Any:
    from jinja2 import Environment

    source = (resources.files("ecrm.web") / "survey.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True).from_string(source)


def _form(request: Request) -> Form | None:
    """Read what a form sent; None where it is too much."""
    if request.method != "POST":
        return {}
    if len(request.body) > _LONGEST_BODY:
        return None
    try:
        return parse_qs(request.body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
