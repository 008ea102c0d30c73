"""What the plugin contributes: the channel `sms`, and the source of Twilio's webhooks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ecrm.errors import InvalidError, SetupError
from ecrm.hookspecs import Channel, Line, Outgoing, Receipt, Setting, Source, hookimpl
from ecrm.messages.provider import Provider, to_numbers
from ecrm.plugins.sms import netgsm, twilio

if TYPE_CHECKING:
    import httpx2

__all__ = ["Sms"]

_PROVIDERS = {"twilio": twilio.send, "netgsm": netgsm.send}
_ACCOUNT = re.compile(r"[A-Za-z0-9_.@-]{0,100}\Z")


def _check_provider(value: str) -> None:
    if value not in _PROVIDERS:
        raise InvalidError.of("provider", f"use one of {', '.join(_PROVIDERS)}")


def _check_account(value: str) -> None:
    if not _ACCOUNT.match(value):
        raise InvalidError.of("account", "use letters, digits and _ . @ -, at most 100")


class Sms:
    """The plugin.

    Args:
        client: A client of httpx2 to ask with; None makes one for each batch.
        patience_s: How long one step of a call may take, in seconds.
    """

    name = "sms"

    def __init__(self, client: httpx2.Client | None = None, patience_s: float = 15.0) -> None:
        self._client = client
        self._patience_s = patience_s

    @hookimpl
    def register_settings(self) -> list[Setting]:
        """Contribute what a shop sets."""
        return [
            Setting("provider", "text", "Who delivers: twilio or netgsm.", default="twilio", check=_check_provider),
            Setting("account", "text", "The account: Twilio's SID, Netgsm's user code.", check=_check_account),
            Setting("token", "secret", "Twilio's auth token, or the password of Netgsm's API user.", least_length=8),
            Setting("sender", "text", "Who it is from: a number, Twilio's messaging service, Netgsm's header."),
            Setting("callback_url", "text", "The address of the source twilio as Twilio knows it.", default=""),
            Setting("iys_filter", "text", "Netgsm's iysfilter of advertising: 11 consumers, 12 merchants.",
                    default="11"),
            Setting("api_url", "text", "Another address of the provider's API.", default=""),
        ]  # fmt: skip

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Contribute the channel."""
        return [Channel("sms", "phone", self.deliver, deadline_s=60)]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source of what Twilio tells."""
        return [Source("twilio", twilio.verify, twilio.translate, form="bytes")]

    def deliver(self, messages: Sequence[Outgoing], line: Line) -> Iterator[Receipt]:
        """Hand messages to the provider.

        Raises:
            SetupError: The shop has not set the channel up.
        """
        given = line.settings()
        if not given.get("account") or not given.get("sender"):
            raise SetupError("set account, token and sender: ecrm plugins configure sms account=… sender=…")
        token, send = line.secret("token"), _PROVIDERS[given["provider"]]
        provider = Provider(line, self._patience_s, self._client)
        return to_numbers(messages, provider, lambda message: send(message, given, token, provider))
