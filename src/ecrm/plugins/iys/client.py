"""İYS's API over HTTP: a token, one consent told, one asked for, and what changed there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs

from ecrm.errors import SetupError, UnavailableError
from ecrm.hookspecs import Keys
from ecrm.http import read_retry_after

if TYPE_CHECKING:
    import httpx2

__all__ = ["DEFAULT_URL", "Answer", "Client"]

DEFAULT_URL = "https://api.iys.org.tr"
_PATIENCE_S = 20.0
_LONGEST_SAID = 500
_GOOD = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}
_REFUSING = {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
_UNKNOWN_ACCOUNT = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


@attrs.frozen(repr=False)
class Answer:
    """Be what İYS answered.

    Args:
        status: The HTTP status.
        body: The JSON; an empty mapping where it is none.
    """

    status: int
    body: Mapping[str, Any]

    @property
    def is_taken(self) -> bool:
        """Tell whether it did what it was asked."""
        return self.status in _GOOD

    @property
    def code(self) -> str | None:
        """Give the code of the first error: H111 type, H113 source, H114 recipient, H501 date."""
        found = self._first.get("code")
        return None if found is None else str(found)

    @property
    def said(self) -> str:
        """Give what İYS said of the first error."""
        return str(self._first.get("message") or f"İYS answered {self.status}")[:_LONGEST_SAID]

    @property
    def _first(self) -> Mapping[str, Any]:
        errors = self.body.get("errors") or [self.body.get("error")]
        first = errors[0] if isinstance(errors, list) and errors else None
        return first if isinstance(first, dict) else {}


class Client:
    """Ask İYS for one shop.

    Args:
        shop: The shop.
        keys: Gives its settings and its password.
        http: A client to ask with.

    Raises:
        SetupError: The shop has not set the plugin up.
    """

    def __init__(self, shop: str, keys: Keys, http: httpx2.Client) -> None:
        given = keys.settings(shop)
        secrets = keys.secrets(shop, "password")
        if not (given.get("iys_code") and given.get("brand_code") and given.get("username") and secrets):
            raise SetupError("set iys_code, brand_code, username and password: ecrm plugins configure iys …")
        self._keys = keys
        self._http = http
        self._account = {"username": given["username"], "password": secrets[0], "grant_type": "password"}
        self._url = str(given["api_url"]).rstrip("/")
        self._brand = f"{self._url}/sps/{given['iys_code']}/brands/{given['brand_code']}/consents"
        self._token: str | None = None

    def __repr__(self) -> str:
        return "<Client of İYS>"

    def tell(self, consent: Mapping[str, str]) -> Answer:
        """Tell a consent, or that it was refused.

        Args:
            consent: recipient, recipientType, type, status, source, consentDate.

        Raises:
            UnavailableError: İYS is away, or asks to wait.
            SetupError: İYS does not know the account, or the brand.
        """
        return self._asked("POST", self._brand, json=consent)

    def ask(self, recipient: str, recipient_type: str, type_: str) -> tuple[str, str] | None:
        """Give what İYS holds of an address: the status and its date; None where it holds nothing.

        Raises:
            UnavailableError: İYS is away, or asks to wait.
            SetupError: İYS does not know the account.
        """
        key = {"recipient": recipient, "recipientType": recipient_type, "type": type_}
        answer = self._asked("POST", f"{self._brand}/status", is_missing_good=True, json=key)
        status, date = answer.body.get("status"), answer.body.get("consentDate")
        return (str(status), str(date)) if answer.is_taken and status and date else None

    def changes(self, after: str | None, limit: int) -> Answer:
        """Give what changed at İYS itself after a cursor: `list`, and `after` to go on with.

        Raises:
            UnavailableError: İYS is away, or asks to wait.
            SetupError: İYS does not know the account, or the brand.
        """
        query = f"source=IYS&limit={limit}" + (f"&after={quote(after, safe='')}" if after else "")
        answer = self._asked("GET", f"{self._brand}/changes?{query}")
        if not answer.is_taken or not isinstance(answer.body.get("list"), list):
            raise UnavailableError(f"İYS gave no list of changes: it answered {answer.status} {answer.code or ''}")
        return answer

    def _asked(self, method: str, url: str, *, is_missing_good: bool = False, **given: Any) -> Answer:
        answer, wait_s = self._call(method, url, headers={"Authorization": f"Bearer {self._bearer()}"}, **given)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            # A token ends by itself: once more with a new one.
            self._token = None
            answer, wait_s = self._call(method, url, headers={"Authorization": f"Bearer {self._bearer()}"}, **given)
        is_missing = answer.status == HTTPStatus.NOT_FOUND and is_missing_good
        if answer.is_taken or is_missing or answer.status in _REFUSING:
            return answer
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise SetupError(f"İYS answered {answer.status}: see iys_code, brand_code and what the account may do")
        raise UnavailableError(f"İYS answered {answer.status}", retry_after_s=wait_s)

    def _bearer(self) -> str:
        if self._token is None:
            answer, wait_s = self._call("POST", f"{self._url}/oauth2/token", data=self._account)
            token = answer.body.get("access_token")
            if answer.is_taken and isinstance(token, str):
                self._token = token
            elif answer.status in _UNKNOWN_ACCOUNT:
                raise SetupError("İYS does not know this username and password: set them anew")
            else:
                raise UnavailableError(f"İYS answered {answer.status}", retry_after_s=wait_s)
        return self._token

    def _call(self, method: str, url: str, **given: Any) -> tuple[Answer, float | None]:
        import httpx2

        try:
            got = self._http.request(method, url, timeout=_PATIENCE_S, follow_redirects=False, **given)
        except httpx2.HTTPError as error:
            raise UnavailableError(f"İYS does not answer: {type(error).__name__}") from error
        try:
            body = json.loads(got.content)
        except ValueError:
            body = {}
        wait_s = read_retry_after(got.headers.get("retry-after"), self._keys.now())
        return Answer(got.status_code, body if isinstance(body, dict) else {}), wait_s
