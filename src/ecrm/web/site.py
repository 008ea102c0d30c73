"""Everything of ecrm that a host mounts under one address: webhooks, the customers' pages, what else it adds.

How a request becomes framework-neutral is the adapters' concern; what a page shows is in `pages`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from ecrm.crm import CRM
from ecrm.errors import InvalidError, UnavailableError
from ecrm.http import Request, Response
from ecrm.web.assets import Assets
from ecrm.web.frame import Frame
from ecrm.web.pages import Pages
from ecrm.web.surveys import SurveyPages

__all__ = ["LONGEST_BODY", "Answer", "Site"]

_LOG = logging.getLogger("ecrm.web")
_RETRY_AFTER_S = 30
LONGEST_BODY = 16 * 1_048_576
_PAGES = frozenset(("survey", "unsubscribe", "preferences", "confirm"))
Answer = Callable[[Request], Response]


class Site:
    """Answer the requests under the address a host gives to ecrm; whatever happens, there is an answer.

    Args:
        crm: The CRM.
        mounts: What else is answered, by the first word of the path, as `v1`; it gets the request with its
            whole path.

    Raises:
        InvalidError: A mount has a name that is taken, or more than one word.

    >>> from ecrm import CRM
    >>> from ecrm.http import Request
    >>> with CRM("sqlite:///shop.db") as crm:
    ...     Site(crm).answer(Request("POST", "/webhooks/nobody", b"{}")).status
    404
    """

    def __init__(self, crm: CRM, mounts: Mapping[str, Answer] | None = None) -> None:
        self._crm = crm
        pages = Pages(crm).answer
        own: dict[str, Answer] = {"webhooks": self._webhook, "survey": SurveyPages(crm).answer}
        own |= {"assets": Assets(crm).answer, **dict.fromkeys(("unsubscribe", "preferences", "confirm"), pages)}
        for word in mounts or {}:
            if word in own or "/" in word or not word:
                raise InvalidError.of("mounts", f"give one word that is not {', '.join(own)}")
        self._answers: Mapping[str, Answer] = {**own, **(mounts or {})}

    def answer(self, request: Request) -> Response:
        """Answer a request.

        Args:
            request: Its path is what follows the address of the mount, as `/webhooks/shopify`.

        Returns:
            404 for what is not mounted, 413 for a body over `LONGEST_BODY`, 503 where the database is away.
        """
        word = request.path.strip("/").partition("/")[0]
        answer = self._answers.get(word)
        if answer is None:
            return Response(HTTPStatus.NOT_FOUND)
        if len(request.body) > LONGEST_BODY:
            return _failed(request, word, "large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            return answer(request)
        except UnavailableError:
            _LOG.warning("a request to %s was put off: the database is away", word)
            return _failed(request, word, "away", HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception as error:  # noqa: BLE001 - the host's server must get an answer, and the log no request
            _LOG.error("a request to %s failed: %s", word, type(error).__name__)
            return _failed(request, word, "failed", HTTPStatus.INTERNAL_SERVER_ERROR)

    def _webhook(self, request: Request) -> Response:
        return self._crm.receive(request.path.strip("/").partition("/")[2], request)


def _failed(request: Request, word: str, said: str, status: HTTPStatus) -> Response:
    headers = {"retry-after": str(_RETRY_AFTER_S)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if word not in _PAGES:
        return Response(status, headers=headers)
    # Whoever reads it is a person; of the shop nothing is asked now.
    return Frame.of(request).notice(said, status, headers=headers)
