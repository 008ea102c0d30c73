"""Leads and opportunities.

What was sold in the end is in `order`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ecrm.interactions.events.base import Event
from ecrm.interactions.events.declared import Label, PersonName, Prose
from ecrm.interactions.events.rules import Id
from ecrm.interactions.events.shape import kind
from ecrm.values.money import Money

__all__ = ["LeadCreated", "OpportunityEvent", "OpportunityLost", "OpportunityStageChanged", "OpportunityWon"]


@kind
class LeadCreated(Event):
    """Say that somebody might become a customer."""

    NAME: ClassVar[str] = "Lead Created"
    KEY: ClassVar[tuple[str, ...]] = ("lead_id",)

    lead_id: Id | None = None
    name: PersonName | None = None
    company: PersonName | None = None
    interest: Prose | None = None
    amount: Money | None = None
    reason: Prose | None = None


@kind
class OpportunityEvent(Event):
    """Be about one opportunity; its stages are "from" and "to" on the wire."""

    WIRE: ClassVar[Mapping[str, str]] = {"from_stage": "from", "to_stage": "to"}

    opportunity_id: Id
    from_stage: Label | None = None
    to_stage: Label | None = None
    amount: Money | None = None
    reason: Prose | None = None


@kind
class OpportunityStageChanged(OpportunityEvent):
    """Say that an opportunity is at another stage."""

    NAME: ClassVar[str] = "Opportunity Stage Changed"


@kind
class OpportunityWon(OpportunityEvent):
    """Say that an opportunity became a sale."""

    NAME: ClassVar[str] = "Opportunity Won"


@kind
class OpportunityLost(OpportunityEvent):
    """Say that an opportunity is lost."""

    NAME: ClassVar[str] = "Opportunity Lost"
