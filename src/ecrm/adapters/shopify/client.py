"""Ask Shopify's Admin API: one query of GraphQL, one answer; what to ask, and what it means, is in `pulling`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ecrm.errors import SetupError, UnavailableError
from ecrm.http import read_retry_after
from ecrm.values.strict_json import read_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    import httpx2

__all__ = ["Ask", "HttpAsk"]

_VERSION = "2026-07"
_LONGEST_ANSWER = 16 * 1_048_576


class Ask(Protocol):
    """Ask a shop's Admin API. Whoever uses a client of Shopify's already gives theirs as `Shopify(ask=…)`."""

    def __call__(self, domain: str, token: str, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the whole answer: `data`, `errors`, `extensions`.

        Args:
            domain: As snowdevil.myshopify.com.
            token: The shop's access token.
            query: Of GraphQL.
            variables: Of the query.

        Raises:
            UnavailableError: It did not answer, or not as it should.
        """
        ...


class HttpAsk:
    """Ask by HTTP.

    Args:
        now: Gives the time, to read Retry-After by.
        url: Where every shop is asked, instead of at its own domain: for tests.
        version: Of the API.
        client: A client of httpx2; None makes one when first used.

    Source: shopify.dev, "GraphQL Admin API reference: authentication".
    """

    def __init__(
        self,
        now: Callable[[], dt.datetime],
        url: str | None = None,
        version: str = _VERSION,
        client: httpx2.Client | None = None,
    ) -> None:
        self._now = now
        self._url = url
        self._version = version
        self._client = client

    def __call__(self, domain: str, token: str, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the whole answer."""
        client, http = self._connected()
        address = f"{self._url or f'https://{domain}'}/admin/api/{self._version}/graphql.json"
        try:
            answer = client.post(
                address,
                json={"query": query, "variables": dict(variables)},
                headers={"X-Shopify-Access-Token": token},
            )
        except http.HTTPError as error:
            raise UnavailableError("Shopify does not answer") from error
        if answer.status_code != http.codes.OK:
            # Shopify writes whole seconds as 2.0.
            wait_s = read_retry_after(answer.headers.get("retry-after", "").removesuffix(".0"), self._now())
            raise UnavailableError(f"Shopify answered {answer.status_code}", retry_after_s=wait_s)
        read = read_json(answer.content, _LONGEST_ANSWER)
        if not isinstance(read, Mapping):
            raise UnavailableError("Shopify answered with no object")
        return read

    def _connected(self) -> tuple[httpx2.Client, Any]:
        try:
            import httpx2
        except ModuleNotFoundError as error:
            raise SetupError('install what asks Shopify: pip install "ecrm[http]"') from error
        if self._client is None:
            self._client = httpx2.Client(timeout=20)
        return self._client, httpx2
