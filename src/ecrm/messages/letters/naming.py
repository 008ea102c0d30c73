"""How an e-mail names the message it is: in its Message-ID, and in the address that its bounces come back to."""

from __future__ import annotations

import re
from uuid import UUID

__all__ = ["bounce_address_of", "id_in", "message_id_of"]

# The hex digits of a UUIDv7, before the "@" of a Message-ID or of an address.
_ID = re.compile(r"(?:\A|[<+\s,])([0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15})@", re.IGNORECASE)


def message_id_of(id_: UUID, domain: str) -> str:
    """Give the Message-ID of a message.

    Args:
        id_: The message's.
        domain: Of the sender.

    Source: RFC 5322, section 3.6.4.

    >>> message_id_of(UUID("019b76da-a800-7000-8000-000000000001"), "shop.example")
    '<019b76daa80070008000000000000001@shop.example>'
    """
    return f"<{id_.hex}@{domain}>"


def bounce_address_of(id_: UUID, address: str) -> str:
    """Give the address that a message's bounces go to, so that each names its message.

    Args:
        id_: The message's.
        address: Where the shop takes in bounces; its mail server ignores what follows a "+".

    Source: D. J. Bernstein, Variable Envelope Return Paths; RFC 5233 for the "+".

    >>> bounce_address_of(UUID("019b76da-a800-7000-8000-000000000001"), "bounces@shop.example")
    'bounces+019b76daa80070008000000000000001@shop.example'
    """
    local, _, domain = address.rpartition("@")
    return f"{local}+{id_.hex}@{domain}"


def id_in(text: str) -> UUID | None:
    """Find the id of our message in a Message-ID, in References or in a bounce address; None where none is.

    >>> id_in("<other@host.example> <019b76daa80070008000000000000001@shop.example>")
    UUID('019b76da-a800-7000-8000-000000000001')
    """
    found = _ID.search(text)
    return None if found is None else UUID(found[1])
