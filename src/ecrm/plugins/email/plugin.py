"""What the plugin contributes: the channel `email`, and the source that takes in the mails that come back."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterator, Sequence

from ecrm.hookspecs import Channel, Delivery, Keys, Line, Outgoing, Receipt, Refusal, Setting, Source, hookimpl
from ecrm.http import Request, read_basic
from ecrm.interactions.events import Event
from ecrm.plugins.email.account import SETTINGS, Account
from ecrm.signatures import is_known

__all__ = ["Email"]

_MIB = 1_048_576


class Email:
    """The plugin.

    Args:
        patience_s: How long one answer of the mail server may take, in seconds.
        context: Makes what TLS is checked by; tests trust their own certificate.
    """

    name = "email"

    def __init__(
        self, patience_s: float = 15.0, context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    ) -> None:
        self._patience_s = patience_s
        self._context = context

    @hookimpl
    def register_settings(self) -> Sequence[Setting]:
        """Contribute what a shop sets."""
        return SETTINGS

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Contribute the channel."""
        return [Channel("email", "email", self.deliver, deadline_s=60, takes_html=True)]

    @hookimpl
    def register_sources(self) -> list[Source]:
        """Contribute the source; a mail server posts each mail to it as it came."""
        return [Source("email", verify, translate, form="bytes", body_limit=16 * _MIB)]

    def deliver(self, messages: Sequence[Outgoing], line: Line) -> Iterator[Receipt]:
        """Hand messages to the shop's mail server."""
        # Imported here because it takes 30 ms, and not every shop sends mail.
        from ecrm.plugins.email.sending import Post, send

        return send(messages, line, Post(Account.of(line), self._patience_s, self._context))


def verify(request: Request, keys: Keys) -> Delivery | Refusal:
    """Tell whose a mail is by the key it is posted with: as a Bearer, or as the password of a Basic authorization."""
    given = request.headers.get("authorization", "")
    basic = read_basic(given)
    shown = given.removeprefix("Bearer ") if basic is None else basic[1]
    for shop in keys.shops():
        if is_known(keys.secrets(shop, "inbound_key"), shown):
            return Delivery(shop, hashlib.sha256(request.body).hexdigest())
    return Refusal(reason="the key is missing or wrong")


def translate(raw: bytes, _: Delivery) -> list[Event]:
    """Give what a mail tells."""
    from ecrm.messages.letters.letter import read_letter

    return read_letter(raw, "email")
