"""What the plugin contributes: the channel `whatsapp`, and the source of what Meta tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ecrm.errors import InvalidError, SetupError
from ecrm.hookspecs import Channel, Line, Outgoing, Receipt, Setting, Source, hookimpl
from ecrm.messages.provider import Provider, to_numbers
from ecrm.plugins.whatsapp.receiving import translate, verify
from ecrm.plugins.whatsapp.sending import send

if TYPE_CHECKING:
    import httpx2

__all__ = ["Whatsapp"]

_DIGITS = re.compile(r"[0-9]{0,30}\Z")
_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]\Z")


def _check_digits(value: str) -> None:
    if not _DIGITS.match(value):
        raise InvalidError.of("phone_number_id", "give the digits that Meta shows beside the number")


def _check_version(value: str) -> None:
    if not _VERSION.match(value):
        raise InvalidError.of("api_version", "write it as v23.0")


class Whatsapp:
    """The plugin.

    Args:
        client: A client of httpx2 to ask with; None makes one for each batch.
        patience_s: How long one step of a call may take, in seconds.
    """

    name = "whatsapp"

    def __init__(self, client: httpx2.Client | None = None, patience_s: float = 15.0) -> None:
        self._client = client
        self._patience_s = patience_s

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        return [
            Setting("phone_number_id", "text", "Meta's id of the number messages are from.", check=_check_digits),
            Setting("access_token", "secret", "What Meta's API is asked with: a token of a system user."),
            Setting("app_secret", "secret", "What Meta signs its webhooks with."),
            Setting("verify_token", "secret", "What Meta shows when it is told the address of the webhook."),
            Setting("api_version", "text", "The version of the Graph API.", default="v23.0", check=_check_version),
            Setting("api_url", "text", "The address of the Graph API.", default="https://graph.facebook.com"),
        ]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Contribute the channel."""
        return [Channel("whatsapp", "phone", self.deliver, deadline_s=60, per_second=80)]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source."""
        return [Source("whatsapp", verify, translate)]

    def deliver(self, messages: Sequence[Outgoing], line: Line) -> Iterator[Receipt]:
        """Hand messages to Meta.

        Raises:
            SetupError: The shop has not set the channel up.
        """
        given = line.settings()
        if not given.get("phone_number_id"):
            raise SetupError("set phone_number_id and access_token: ecrm plugins configure whatsapp phone_number_id=…")
        token = line.secret("access_token")
        provider = Provider(line, self._patience_s, self._client)
        return to_numbers(messages, provider, lambda message: send(message, given, token, provider, line.now()))
