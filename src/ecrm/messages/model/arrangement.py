"""What a shop arranges about its messages: whether they go at all, where to, and who it is to those who get them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import attrs

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import between, one_of

__all__ = ["Arrangement"]

_LONGEST = 500


def _check_url(_: Any, __: Any, value: Any) -> None:
    if value is None:
        return
    try:
        parts = urlsplit(value)
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidError.of("public_url", "give an address, as https://shop.example/crm") from error
    is_local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
        raise InvalidError.of("public_url", "give an address with https, as https://shop.example/crm: RFC 8058 asks it")
    if parts.query or parts.fragment:
        raise InvalidError.of("public_url", "give the address without a query")


def _texts(value: Any) -> Mapping[str, str]:
    given = dict(value or {})
    for name, said in given.items():
        if not isinstance(name, str) or not isinstance(said, str) or not said.strip() or len(said) > _LONGEST:
            raise InvalidError.of("sender", "give texts by name, as {'trade_name': 'Acme A.Ş.'}")
    return given


def _words(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise InvalidError.of("channels", 'give a list of channels, as ["email", "sms"]')
    return tuple(value)


@attrs.frozen(kw_only=True)
class Arrangement:
    """Hold what a shop arranged about its messages; change it by `crm.messages.configure`.

    Args:
        delivery: `off`: nothing goes; `redirect`: everything goes to `redirect_to`; `live`.
        redirect_to: An address for each kind of identity, as `{"email": "dev@shop.example"}`; with `any` those go
            that need no address, as a console.
        public_url: Where the pages of ecrm are mounted, for links; with https. Advertising does not go without.
        channels: In which order channels are tried for a message whose channel is `preferred`.
        sender: Who the shop is, for what the law asks of advertising: `trade_name`, `mersis`, `contact`, …
        uncertain: What is done with a message of which nobody knows whether it went: `park` it for a
            person, or `retry` it, at the risk that it goes twice.
        expires_after_h: After how many hours a message that could not go is not sent any more, 1 to 8,760.
        most_tries: How often a message is tried before it fails, 1 to 100.

    >>> Arrangement(delivery="redirect", redirect_to={"email": "dev@shop.example"}).delivery
    'redirect'
    """

    delivery: Literal["off", "redirect", "live"] = attrs.field(
        default="off", validator=one_of("off", "redirect", "live")
    )
    redirect_to: Mapping[str, str] = attrs.field(factory=dict, converter=_texts, repr=False)
    public_url: str | None = attrs.field(default=None, validator=_check_url)
    channels: tuple[str, ...] = attrs.field(default=("email", "whatsapp", "sms"), converter=_words)
    sender: Mapping[str, str] = attrs.field(factory=dict, converter=_texts)
    uncertain: Literal["park", "retry"] = attrs.field(default="park", validator=one_of("park", "retry"))
    expires_after_h: int = attrs.field(default=168, validator=between(1, 8_760))
    most_tries: int = attrs.field(default=8, validator=between(1, 100))

    def __attrs_post_init__(self) -> None:
        if self.delivery == "redirect" and not self.redirect_to:
            raise InvalidError.of("redirect_to", 'say where everything goes, as {"email": "dev@shop.example"}')

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        return {**attrs.asdict(self), "channels": list(self.channels)}
