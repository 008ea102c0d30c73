"""From a receipt to the event that keeps it on the customer's timeline.

A channel's answers become events in the worker; what providers tell later, in the source of their webhook.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ecrm.hookspecs import Receipt
from ecrm.interactions.events import (
    EmailBounced,
    EmailDelivered,
    EmailEvent,
    EmailLinkClicked,
    EmailMarkedAsSpam,
    EmailOpened,
    Event,
    MessageBounced,
    MessageDelivered,
    MessageEvent,
    MessageLinkClicked,
    MessageOpened,
    MessageRefused,
    MessageSent,
    Unsubscribed,
)
from ecrm.values import Who

__all__ = ["event_of"]

_BY_EMAIL: Mapping[str, type[EmailEvent | MessageEvent]] = {
    "delivered": EmailDelivered,
    "opened": EmailOpened,
    "clicked": EmailLinkClicked,
    "bounced": EmailBounced,
    "complained": EmailMarkedAsSpam,
    "unsubscribed": Unsubscribed,
}
_ANYHOW: Mapping[str, type[EmailEvent | MessageEvent]] = {
    "accepted": MessageSent,
    "delivered": MessageDelivered,
    "opened": MessageOpened,
    "clicked": MessageLinkClicked,
    "bounced": MessageBounced,
    "complained": EmailMarkedAsSpam,
    "refused": MessageRefused,
    "unsubscribed": Unsubscribed,
}

# What happens to a message; the rest is what the customer does with it.
_OURS = frozenset({"accepted", "delivered", "bounced", "refused"})


def event_of(
    receipt: Receipt,
    *,
    channel: str,
    who: Who,
    source: str,
    source_id: str,
    message_id: UUID | str | None = None,
    link_url: str | None = None,
) -> Event | None:
    """Make the event that keeps a receipt; None for what is not known yet: `delayed` and `uncertain`.

    Args:
        receipt: What became of a message.
        channel: By which channel it went.
        who: Whose: the address it went to, as `Who(email=…)`.
        source: Who tells.
        source_id: What tells it from other receipts, so that one told twice is kept once.
        message_id: Our id of the message, where the provider gave it back.
        link_url: Which link was followed.

    >>> from ecrm.hookspecs import Receipt
    >>> told = Receipt("bounced", reason="address", is_hard=True)
    >>> event_of(told, channel="email", who=Who(email="ayse@example.org"), source="ses", source_id="1").event_name
    'Email Bounced'
    """
    kinds = {**_ANYHOW, **_BY_EMAIL} if channel == "email" else _ANYHOW
    kind = kinds.get(receipt.status)
    if kind is None:
        return None
    more: dict[str, Any] = {}
    if receipt.status == "bounced":
        more["is_hard"] = receipt.is_hard
    if receipt.status == "clicked" and link_url is not None:
        more["link_url"] = link_url
    if receipt.reason is not None and receipt.status in {"bounced", "refused"}:
        more["reason"] = receipt.reason
    return kind(
        customer=who,
        at=receipt.at,
        channel=channel,
        direction="out" if receipt.status in _OURS else None,
        source=source,
        source_id=source_id,
        message_id=None if message_id is None else str(message_id),
        provider_id=receipt.provider_id,
        automated=True if receipt.is_weak else None,
        raw=receipt.raw or None,
        **more,
    )
