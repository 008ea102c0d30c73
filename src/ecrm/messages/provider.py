"""Ask a provider over HTTP, and make a receipt of whatever it answers, or does not.

What a provider's own codes mean is said by its channel.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import attrs

from ecrm.errors import SetupError
from ecrm.hookspecs import Line, Outgoing, Receipt
from ecrm.http import read_retry_after
from ecrm.values import is_e164

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer", "Meaning", "Provider", "to_numbers"]

_LONGEST_WAIT_S = 2_678_400.0
_ASKED_TO_WAIT: Mapping[int, str] = {HTTPStatus.TOO_MANY_REQUESTS: "limit", HTTPStatus.SERVICE_UNAVAILABLE: "away"}


@attrs.frozen
class Meaning:
    """Be what a provider's code comes to.

    Args:
        status: refused for good, or delayed.
        reason: As of a Receipt.
        wait_s: How long to wait at least, in seconds.
    """

    status: Literal["refused", "delayed"]
    reason: str
    wait_s: float | None = None


@attrs.frozen(repr=False)
class Answer:
    """Be what a provider answered.

    Args:
        status: The HTTP status.
        text: The body.
        wait_s: How long it asks to be let alone, in seconds; None where it does not say.
    """

    status: int
    text: str
    wait_s: float | None = None

    @property
    def is_good(self) -> bool:
        """Tell whether the status is one of success."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def body(self) -> Mapping[str, Any]:
        """Give the object of JSON that the body is; an empty one where it is none.

        >>> Answer(200, '{"id": 1}').body, Answer(200, "<html>").body
        ({'id': 1}, {})
        """
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def accepted(self, provider_id: Any) -> Receipt:
        """Give the receipt of a message that has an id at the provider; uncertain where none is to be found."""
        if isinstance(provider_id, str) and provider_id:
            return Receipt("accepted", provider_id=provider_id, raw=self.text)
        return self.failed()

    def failed(self, meaning: Meaning | None = None) -> Receipt:
        """Give the receipt of an answer that accepts nothing.

        Args:
            meaning: What the provider's own code comes to; None where it has none that is known.

        >>> Answer(503, "", 30).failed().wait_s
        30
        >>> Answer(400, '{"code": 1}').failed(Meaning("refused", "address")).reason
        'address'
        """
        if meaning is not None:
            wait_s = self.wait_s if self.wait_s is not None else meaning.wait_s
            given = wait_s if meaning.status == "delayed" else None
            return Receipt(meaning.status, reason=meaning.reason, wait_s=given, raw=self.text)
        if self.status in _ASKED_TO_WAIT:
            return Receipt("delayed", reason=_ASKED_TO_WAIT[self.status], wait_s=self.wait_s, raw=self.text)
        if self.is_good or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # It may have gone out before the provider failed, or said something nobody understands.
            return Receipt("uncertain", raw=f"{self.status} {self.text}")
        if self.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
            return Receipt("refused", reason="other", raw=f"{self.status} {self.text}")
        # A key that is wrong, an address that moved: whoever set it up can mend it, and nothing went out.
        return Receipt("delayed", reason="account", raw=f"{self.status} {self.text}")


class Provider:
    """Ask a provider; in a `with`, so that a batch takes one connection.

    Args:
        line: The shop's.
        patience_s: How long one step may take, in seconds.
        client: A client to ask with; None makes one, and closes it.
    """

    def __init__(self, line: Line, patience_s: float, client: httpx2.Client | None = None) -> None:
        self._line = line
        self._patience_s = patience_s
        self._given = client
        self._made: httpx2.Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        if self._made is not None:
            self._made.close()

    def post(self, url: str, **asked: Any) -> Answer | Receipt:
        """Post a request.

        Args:
            url: Where; it is logged, so that nothing secret is in it.
            **asked: As of `httpx2.Client.post`: json, data, headers, auth.

        Returns:
            The answer; a receipt where there was none: delayed where nothing was sent, else uncertain.
        """
        client = self._client()
        import httpx2

        never_sent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
        try:
            got = client.post(url, timeout=self._patience_s, follow_redirects=False, **asked)
        except (*never_sent, httpx2.InvalidURL) as error:
            return Receipt("delayed", reason="away", raw=f"the provider is away: {type(error).__name__}")
        except httpx2.HTTPError as error:
            return Receipt("uncertain", raw=f"the provider did not answer: {type(error).__name__}")
        wait_s = read_retry_after(got.headers.get("retry-after"), self._line.now())
        text = got.content.decode("utf-8", "replace")
        return Answer(got.status_code, text, None if wait_s is None else min(wait_s, _LONGEST_WAIT_S))

    def _client(self) -> httpx2.Client:
        if self._given is not None:
            return self._given
        if self._made is None:
            try:
                import httpx2
            except ModuleNotFoundError as error:
                raise SetupError('install what asks providers: pip install "ecrm[http]"') from error
            self._made = httpx2.Client()
        return self._made


def to_numbers(
    messages: Sequence[Outgoing], provider: Provider, send: Callable[[Outgoing], Receipt]
) -> Iterator[Receipt]:
    """Hand messages to telephone numbers over, and give a receipt for each.

    Args:
        messages: Of one shop.
        provider: Whom `send` asks; it is closed at the end.
        send: Hands one over whose number is of E.164; what has another is refused.
    """
    with provider:
        for message in messages:
            if is_e164(message.to):
                yield send(message)
            else:
                yield Receipt("refused", reason="address", raw="it is no number of E.164")
