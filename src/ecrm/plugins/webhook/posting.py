"""Post to an address that was checked, and to no other: the connection goes to what was looked up."""

from __future__ import annotations

import datetime as dt
import http.client
import socket
import ssl
from collections.abc import Callable, Mapping

from ecrm.errors import UnavailableError
from ecrm.messages.provider import Answer
from ecrm.plugins.webhook.target import Target

__all__ = ["Context", "UnansweredError", "post"]

Context = Callable[[], ssl.SSLContext]
_LONGEST_ANSWER = 65_536


class UnansweredError(Exception):
    """Tell that a request went out, and no answer came."""


class _Connection(http.client.HTTPConnection):
    """Connect to an address that was checked; Host and the certificate keep the name."""

    def __init__(self, target: Target, address: str, patience_s: float, context: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=patience_s)
        self.default_port = 443 if target.is_secure else 80
        self._address = address
        self._context = context

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    patience_s: float,
    now: dt.datetime,
    context: Context = ssl.create_default_context,
) -> Answer:
    """Post a body; a redirect is an answer as any other, and not followed.

    Args:
        target: Where.
        body: The bytes.
        headers: By name.
        patience_s: How long one step may take, in seconds.
        now: The time, for a Retry-After that is a date.
        context: Makes what TLS is checked by.

    Raises:
        UnavailableError: Nobody took the connection; nothing was sent.
        UnansweredError: It was sent, and no answer came that can be understood.
    """
    connection = _connected(target, patience_s, context() if target.is_secure else None)
    try:
        connection.request("POST", target.path, body, dict(headers))
        got = connection.getresponse()
        text = got.read(_LONGEST_ANSWER).decode("utf-8", "replace")
        return Answer.of(got.status, text, got.getheader("retry-after"), now)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnansweredError(type(error).__name__) from error
    finally:
        connection.close()


def _connected(target: Target, patience_s: float, context: ssl.SSLContext | None) -> _Connection:
    failure: Exception | None = None
    for address in target.addresses:
        connection = _Connection(target, address, patience_s, context)
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            connection.close()
            failure = error
        else:
            return connection
    raise UnavailableError("nobody takes the connection of the webhook") from failure
