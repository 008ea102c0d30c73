"""The hooks, by name. All but `may_contact` are asked once, when a CRM starts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import attrs
import pluggy

from ecrm.hookspecs.behaviours import Behaviour
from ecrm.hookspecs.channels import Channel
from ecrm.hookspecs.following import Follower
from ecrm.hookspecs.naming import check_said
from ecrm.hookspecs.parts import Command, Condition, Duty, Need, Panel, Service, Tables, WebPage
from ecrm.hookspecs.questions import QuestionKind
from ecrm.hookspecs.reactions import Reaction, Timer
from ecrm.hookspecs.settings import Setting
from ecrm.hookspecs.sources import Source
from ecrm.values.fact import Fact

__all__ = ["Contact", "Hooks", "hookimpl", "hookspec"]

hookspec = pluggy.HookspecMarker("ecrm")
hookimpl = pluggy.HookimplMarker("ecrm")


@attrs.frozen
class Contact:
    """Say whom somebody is about to contact, how and what for.

    Args:
        shop: Whose customer.
        customer_id: The customer.
        channel: By which channel.
        purpose: What for, as `marketing`.
    """

    shop: str
    customer_id: UUID
    channel: str = attrs.field(validator=check_said)
    purpose: str = attrs.field(validator=check_said)


class Hooks:
    """The hooks, by name."""

    @hookspec
    def register_needs(self) -> Iterable[Need]:  # type: ignore[empty-body]
        """Contribute which modules must be installed; a missing one stops the start and names the extra."""

    @hookspec
    def register_tables(self) -> Iterable[Tables]:  # type: ignore[empty-body]
        """Contribute the plugin's own tables, with their own versions."""

    @hookspec
    def register_followers(self) -> Iterable[Follower]:  # type: ignore[empty-body]
        """Contribute how rows that hang on a customer are merged, exported and erased, one for each such table."""

    @hookspec
    def register_event_kinds(self) -> Collection[type[Any]]:  # type: ignore[empty-body]
        """Contribute event classes, so that their JSON is read as them.

        Returns:
            Subclasses of `ecrm.events.Event` with a `NAME` of their own.
        """

    @hookspec
    def register_facts(self) -> Iterable[Fact]:  # type: ignore[empty-body]
        """Contribute facts: aggregates the core counts, or `kept` ones that a reaction says."""

    @hookspec
    def register_conditions(self) -> Iterable[Condition]:  # type: ignore[empty-body]
        """Contribute what can hold for a customer."""

    @hookspec
    def register_reactions(self) -> Iterable[Reaction]:  # type: ignore[empty-body]
        """Contribute what follows what happened."""

    @hookspec
    def register_timers(self) -> Iterable[Timer]:  # type: ignore[empty-body]
        """Contribute what to do when a timer is due."""

    @hookspec
    def register_sources(self) -> Iterable[Source]:  # type: ignore[empty-body]
        """Contribute what brings events from elsewhere."""

    @hookspec
    def register_duties(self) -> Iterable[Duty]:  # type: ignore[empty-body]
        """Contribute what the worker does every so often."""

    @hookspec
    def register_channels(self) -> Iterable[Channel]:  # type: ignore[empty-body]
        """Contribute ways to reach customers."""

    @hookspec
    def register_question_kinds(self) -> Iterable[QuestionKind]:  # type: ignore[empty-body]
        """Contribute kinds of questions for surveys."""

    @hookspec
    def register_behaviours(self) -> Iterable[Behaviour]:  # type: ignore[empty-body]
        """Contribute what customers do, for surveys to set beside what they say."""

    @hookspec
    def register_settings(self) -> Iterable[Setting]:  # type: ignore[empty-body]
        """Contribute what a shop sets for the plugin."""

    @hookspec
    def register_services(self) -> Iterable[Service]:  # type: ignore[empty-body]
        """Contribute objects a shop gets by `crm.service(…)`."""

    @hookspec
    def register_commands(self) -> Iterable[Command]:  # type: ignore[empty-body]
        """Contribute commands of `ecrm`."""

    @hookspec
    def register_panels(self) -> Iterable[Panel]:  # type: ignore[empty-body]
        """Contribute panels of a customer's page."""

    @hookspec
    def register_pages(self) -> Iterable[WebPage]:  # type: ignore[empty-body]
        """Contribute pages under the address a host mounts ecrm at."""

    @hookspec
    def may_contact(self, contact: Contact) -> str | None:
        """Say whether somebody may be contacted, at the moment of sending. Any no wins.

        Returns:
            None where nothing speaks against it; else the reason, in words a shop reads.
        """
