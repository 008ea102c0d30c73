"""Messages to the customer, on any channel: asked for, handed over, and what became of them.

E-mail has words of its own for what became of it, in `marketing`; what the customer wrote is in `conversation`.
"""

from __future__ import annotations

from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Answer, Content, Prose, Trace
from ecrm.interactions.events.rules import Word
from ecrm.interactions.events.shape import kind

__all__ = [
    "MessageBounced",
    "MessageDelivered",
    "MessageEvent",
    "MessageLinkClicked",
    "MessageOpened",
    "MessageRefused",
    "MessageRequested",
    "MessageSent",
]


@kind
class MessageEvent(Event):
    """Be about one message of the shop to the customer; the envelope holds its channel."""

    message_id: Word | None = None
    provider_id: Word | None = None
    purpose: Word | None = None
    template: Word | None = None
    subject: Prose | None = None
    automated: bool | None = None
    reason: Prose | None = None
    raw: Answer | None = None


@kind
class MessageRequested(MessageEvent):
    """Say that a message shall go out; whether it may is decided at the moment of sending."""

    NAME: ClassVar[str] = "Message Requested"
    KEY: ClassVar[tuple[str, ...]] = ("message_id",)

    message: Content | None = None


@kind
class MessageSent(MessageEvent):
    """Say that a provider took a message."""

    NAME: ClassVar[str] = "Message Sent"


@kind
class MessageDelivered(MessageEvent):
    """Say that a message arrived."""

    NAME: ClassVar[str] = "Message Delivered"


@kind
class MessageOpened(MessageEvent):
    """Say that a message was opened or read."""

    NAME: ClassVar[str] = "Message Opened"


@kind
class MessageLinkClicked(MessageEvent):
    """Say that a link of a message was followed."""

    NAME: ClassVar[str] = "Message Link Clicked"

    link_url: Trace | None = None


@kind
class MessageBounced(MessageEvent):
    """Say that a message came back."""

    NAME: ClassVar[str] = "Message Bounced"

    is_hard: bool | None = None


@kind
class MessageRefused(MessageEvent):
    """Say that a provider will not deliver a message."""

    NAME: ClassVar[str] = "Message Refused"
