"""Who the customer is: accounts, profiles, privacy, and interactions taken back.

How profiles are joined and parted is decided by `ecrm.customers`.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Attributes, Birthday, Label, PersonName, Prose, Tags, Username
from ecrm.interactions.events.rules import Id, Word
from ecrm.interactions.events.shape import kind
from ecrm.values.open_values import FrozenDict

__all__ = [
    "CustomerIdentified",
    "CustomerUpdated",
    "ErasureRequested",
    "ExportRequested",
    "InteractionVoided",
    "MergeEvent",
    "ProfileMerged",
    "ProfileUnmerged",
    "RequestEvent",
    "SignEvent",
    "SignedIn",
    "SignedOut",
    "SignedUp",
    "TraitsEvent",
]


@kind
class TraitsEvent(Event):
    """Be about what is known of the customer."""

    name: PersonName | None = None
    birthday: Birthday | None = None
    language: Word | None = None
    attributes: Attributes = FrozenDict()
    tags_added: Tags = ()
    tags_removed: Tags = ()


@kind
class CustomerIdentified(TraitsEvent):
    """Say who the customer is."""

    NAME: ClassVar[str] = "Customer Identified"


@kind
class CustomerUpdated(TraitsEvent):
    """Say what changed about the customer."""

    NAME: ClassVar[str] = "Customer Updated"


@kind
class SignEvent(Event):
    """Be about an account of the customer."""

    username: Username | None = None
    method: Label | None = None


@kind
class SignedUp(SignEvent):
    """Say that the customer opened an account."""

    NAME: ClassVar[str] = "Signed Up"


@kind
class SignedIn(SignEvent):
    """Say that the customer signed in."""

    NAME: ClassVar[str] = "Signed In"


@kind
class SignedOut(SignEvent):
    """Say that the customer signed out."""

    NAME: ClassVar[str] = "Signed Out"


@kind
class MergeEvent(Event):
    """Be about profiles joined or parted."""

    merge_id: Id
    survivor: Id | None = None
    absorbed: Id | None = None
    reason: Prose | None = None


@kind
class ProfileMerged(MergeEvent):
    """Say that two customers are one."""

    NAME: ClassVar[str] = "Profile Merged"
    KEY: ClassVar[tuple[str, ...]] = ("merge_id",)


@kind
class ProfileUnmerged(MergeEvent):
    """Say that they are two after all."""

    NAME: ClassVar[str] = "Profile Unmerged"
    KEY: ClassVar[tuple[str, ...]] = ("merge_id",)


@kind
class RequestEvent(Event):
    """Be about a wish the law grants."""

    request_id: Id | None = None
    reason: Prose | None = None
    due_at: datetime | None = None


@kind
class ErasureRequested(RequestEvent):
    """Say that the customer wants to be forgotten."""

    NAME: ClassVar[str] = "Erasure Requested"


@kind
class ExportRequested(RequestEvent):
    """Say that the customer wants to see what is kept."""

    NAME: ClassVar[str] = "Export Requested"


@kind
class InteractionVoided(Event):
    """Say that an interaction was wrong; it stays on record and counts no more."""

    NAME: ClassVar[str] = "Interaction Voided"
    KEY: ClassVar[tuple[str, ...]] = ("interaction_id",)

    interaction_id: Id
    because: Prose | None = None
