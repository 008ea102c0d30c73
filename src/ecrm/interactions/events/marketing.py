"""E-mail, consent, segments and churn.

Sending is decided by `ecrm.messages`, and whether it may be sent by `ecrm.consent`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Answer, Evidence, Label, Proof, Prose, Trace
from ecrm.interactions.events.rules import Id, Word
from ecrm.interactions.events.shape import kind

__all__ = [
    "ChurnRiskChanged",
    "ConsentEvent",
    "ConsentGranted",
    "ConsentWithdrawn",
    "EmailBounced",
    "EmailDelivered",
    "EmailEvent",
    "EmailLinkClicked",
    "EmailMarkedAsSpam",
    "EmailOpened",
    "SegmentEntered",
    "SegmentEvent",
    "SegmentExited",
    "Unsubscribed",
]


@kind
class EmailEvent(Event):
    """Be about one e-mail sent to the customer.

    An `automated` event was caused by a program, such as a proxy or a scanner that opens mails. `message_id` is set
    where ecrm sent it, `raw` is what the provider told.
    """

    email_id: Id | None = None
    message_id: Word | None = None
    provider_id: Word | None = None
    raw: Answer | None = None
    email_subject: Prose | None = None
    campaign_id: Id | None = None
    campaign_name: Label | None = None
    list_id: Id | None = None
    list_name: Label | None = None
    automated: bool | None = None


@kind
class EmailDelivered(EmailEvent):
    """Say that an e-mail arrived."""

    NAME: ClassVar[str] = "Email Delivered"


@kind
class EmailOpened(EmailEvent):
    """Say that an e-mail was opened; weak evidence, since programs open mails too."""

    NAME: ClassVar[str] = "Email Opened"


@kind
class EmailLinkClicked(EmailEvent):
    """Say that a link of an e-mail was followed."""

    NAME: ClassVar[str] = "Email Link Clicked"

    link_id: Id | None = None
    link_url: Trace | None = None


@kind
class EmailBounced(EmailEvent):
    """Say that an e-mail came back."""

    NAME: ClassVar[str] = "Email Bounced"

    is_hard: bool | None = None
    reason: Prose | None = None


@kind
class EmailMarkedAsSpam(EmailEvent):
    """Say that the customer called an e-mail spam."""

    NAME: ClassVar[str] = "Email Marked as Spam"


@kind
class Unsubscribed(EmailEvent):
    """Say that the customer left a list."""

    NAME: ClassVar[str] = "Unsubscribed"

    reason: Prose | None = None


@kind
class ConsentEvent(Event):
    """Be about what the customer allows; `message_channel` is "channel" on the wire, None is every channel."""

    WIRE: ClassVar[Mapping[str, str]] = {"message_channel": "channel"}

    purpose: Word
    message_channel: Word | None = None
    text_version: Word | None = None
    method: Label | None = None
    evidence_ref: Evidence | None = None
    evidence: Proof | None = None


@kind
class ConsentGranted(ConsentEvent):
    """Say that the customer allows it."""

    NAME: ClassVar[str] = "Consent Granted"


@kind
class ConsentWithdrawn(ConsentEvent):
    """Say that the customer allows it no more; an objection to marketing holds against every later say-so of others."""

    NAME: ClassVar[str] = "Consent Withdrawn"

    is_objection: bool | None = None


@kind
class SegmentEvent(Event):
    """Be about one segment."""

    segment_id: Id
    version: Word | None = None


@kind
class SegmentEntered(SegmentEvent):
    """Say that the customer came into a segment."""

    NAME: ClassVar[str] = "Segment Entered"


@kind
class SegmentExited(SegmentEvent):
    """Say that the customer fell out of a segment."""

    NAME: ClassVar[str] = "Segment Exited"


@kind
class ChurnRiskChanged(Event):
    """Say that the customer is more, or less, likely to leave; derived, and replayable."""

    NAME: ClassVar[str] = "Churn Risk Changed"
    WIRE: ClassVar[Mapping[str, str]] = {"from_risk": "from", "to_risk": "to"}

    from_risk: Label | None = None
    to_risk: Label | None = None
    probability: Decimal | None = None
    reason: Prose | None = None
