"""Talking: chats, calls, messages, reviews, notes and visits.

Requests with a deadline are in `service`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Attachments, Label, Prose, StaffName, Trace
from ecrm.interactions.events.rules import Id
from ecrm.interactions.events.shape import kind

__all__ = [
    "CallEnded",
    "CallEvent",
    "CallStarted",
    "ChatMessageEvent",
    "ConversationEvent",
    "LiveChatConversationEnded",
    "LiveChatConversationStarted",
    "LiveChatMessageReceived",
    "LiveChatMessageSent",
    "MessageReceived",
    "NoteAdded",
    "ProductReviewed",
    "SocialMentionReceived",
    "StoreVisited",
]


@kind
class ConversationEvent(Event):
    """Be about one live chat."""

    conversation_id: Id | None = None
    agent_id: Id | None = None
    agent_name: StaffName | None = None
    agent_username: StaffName | None = None


@kind
class LiveChatConversationStarted(ConversationEvent):
    """Say that a live chat began."""

    NAME: ClassVar[str] = "Live Chat Conversation Started"

    message_id: Id | None = None
    message_body: Prose | None = None


@kind
class LiveChatConversationEnded(ConversationEvent):
    """Say that a live chat is over."""

    NAME: ClassVar[str] = "Live Chat Conversation Ended"

    conversation_duration: Decimal | None = None


@kind
class ChatMessageEvent(ConversationEvent):
    """Be about one message of a live chat."""

    message_id: Id | None = None
    message_body: Prose | None = None


@kind
class LiveChatMessageSent(ChatMessageEvent):
    """Say that the customer sent a message."""

    NAME: ClassVar[str] = "Live Chat Message Sent"
    KEY: ClassVar[tuple[str, ...]] = ("message_id",)


@kind
class LiveChatMessageReceived(ChatMessageEvent):
    """Say that the customer received a message."""

    NAME: ClassVar[str] = "Live Chat Message Received"
    KEY: ClassVar[tuple[str, ...]] = ("message_id",)


@kind
class MessageReceived(Event):
    """Say that the customer wrote to the shop."""

    NAME: ClassVar[str] = "Message Received"
    KEY: ClassVar[tuple[str, ...]] = ("message_id",)

    message_id: Id | None = None
    conversation_id: Id | None = None
    subject: Prose | None = None
    text: Prose | None = None
    url: Trace | None = None
    agent_id: Id | None = None
    attachments: Attachments = ()


@kind
class SocialMentionReceived(Event):
    """Say that the customer wrote about the shop in public."""

    NAME: ClassVar[str] = "Social Mention Received"

    mention_id: Id | None = None
    network: Label | None = None
    text: Prose | None = None
    url: Trace | None = None
    attachments: Attachments = ()


@kind
class CallEvent(Event):
    """Be about one telephone call; the envelope holds its direction."""

    call_id: Id | None = None
    agent_id: Id | None = None
    agent_name: StaffName | None = None
    note: Prose | None = None


@kind
class CallStarted(CallEvent):
    """Say that a call began."""

    NAME: ClassVar[str] = "Call Started"


@kind
class CallEnded(CallEvent):
    """Say that a call is over: answered, missed or voicemail."""

    NAME: ClassVar[str] = "Call Ended"

    wait_s: Decimal | None = None
    duration_s: Decimal | None = None
    outcome: Label | None = None


@kind
class NoteAdded(Event):
    """Say what a member of staff noted."""

    NAME: ClassVar[str] = "Note Added"

    text: Prose
    note_id: Id | None = None
    agent_id: Id | None = None


@kind
class StoreVisited(Event):
    """Say that the customer came to a store; the envelope holds which."""

    NAME: ClassVar[str] = "Store Visited"

    visit_id: Id | None = None
    text: Prose | None = None
    agent_id: Id | None = None
    duration_s: Decimal | None = None


@kind
class ProductReviewed(Event):
    """Say what the customer thinks of a product."""

    NAME: ClassVar[str] = "Product Reviewed"
    KEY: ClassVar[tuple[str, ...]] = ("review_id",)

    review_id: Id | None = None
    product_id: Id | None = None
    order_id: Id | None = None
    rating: Decimal | None = None
    review_title: Prose | None = None
    review_body: Prose | None = None
    url: Trace | None = None
