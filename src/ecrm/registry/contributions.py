"""What all plugins of a CRM contribute, each record with the plugin it is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import attrs

from ecrm.hookspecs import (
    Behaviour,
    Channel,
    Command,
    Condition,
    Contact,
    Duty,
    Fact,
    Follower,
    Panel,
    QuestionKind,
    Reaction,
    Service,
    Setting,
    Source,
    Tables,
    Timer,
    WebPage,
)
from ecrm.interactions.events import Kinds
from ecrm.registry.finding import Plugin

__all__ = ["Contributions", "Owned"]

R = TypeVar("R")


@attrs.frozen
class Owned(Generic[R]):
    """Hold a record and the name of the plugin that contributed it."""

    plugin: str
    record: R


@attrs.frozen(slots=False)
class Contributions:
    """Hold what all plugins contribute.

    Args:
        plugins: The plugins by name, in the order they were given.
        kinds: The core's event kinds and theirs.
        records: What each returned, by plugin and hook.
        contact: Who is asked before somebody is contacted, by plugin.

    >>> Contributions({}, Kinds.core(), {}, {}).followers
    ()
    """

    plugins: Mapping[str, Plugin]
    kinds: Kinds
    records: Mapping[str, Mapping[str, tuple[Any, ...]]] = attrs.field(repr=False)
    contact: Mapping[str, Callable[[Contact], Any]] = attrs.field(repr=False)

    @cached_property
    def followers(self) -> tuple[Follower, ...]:
        """Give how rows of plugins follow customers."""
        return tuple(owned.record for owned in self.all_of("register_followers"))

    @cached_property
    def tables(self) -> Mapping[str, Tables]:
        """Give the tables by plugin."""
        return MappingProxyType({owned.plugin: owned.record for owned in self.all_of("register_tables")})

    @cached_property
    def facts(self) -> Mapping[str, tuple[Fact, ...]]:
        """Give the facts by plugin."""
        return self._by_plugin("register_facts")

    @cached_property
    def settings(self) -> Mapping[str, tuple[Setting, ...]]:
        """Give what a shop may set, by plugin."""
        return self._by_plugin("register_settings")

    @cached_property
    def pages(self) -> Mapping[str, tuple[WebPage, ...]]:
        """Give the pages by plugin."""
        return self._by_plugin("register_pages")

    @cached_property
    def conditions(self) -> Mapping[str, Owned[Condition]]:
        """Give the conditions by name."""
        return self._by_name("register_conditions")

    @cached_property
    def reactions(self) -> Mapping[str, Owned[Reaction]]:
        """Give the reactions by name."""
        return self._by_name("register_reactions")

    @cached_property
    def timers(self) -> Mapping[str, Owned[Timer]]:
        """Give the timers by name."""
        return self._by_name("register_timers")

    @cached_property
    def sources(self) -> Mapping[str, Owned[Source]]:
        """Give the sources by name."""
        return self._by_name("register_sources")

    @cached_property
    def duties(self) -> Mapping[str, Owned[Duty]]:
        """Give the duties by name."""
        return self._by_name("register_duties")

    @cached_property
    def channels(self) -> Mapping[str, Owned[Channel]]:
        """Give the channels by name."""
        return self._by_name("register_channels")

    @cached_property
    def question_kinds(self) -> Mapping[str, Owned[QuestionKind]]:
        """Give the kinds of questions by name."""
        return self._by_name("register_question_kinds")

    @cached_property
    def behaviours(self) -> Mapping[str, Owned[Behaviour]]:
        """Give what customers do, by name."""
        return self._by_name("register_behaviours")

    @cached_property
    def commands(self) -> Mapping[str, Owned[Command]]:
        """Give the commands by name."""
        return self._by_name("register_commands")

    @cached_property
    def panels(self) -> Mapping[str, Owned[Panel]]:
        """Give the panels by name."""
        return self._by_name("register_panels")

    @cached_property
    def services(self) -> Mapping[type[Any], Owned[Service]]:
        """Give the services by class."""
        return MappingProxyType({owned.record.type: owned for owned in self.all_of("register_services")})

    def counts(self, plugin: str) -> dict[str, int]:
        """Give how many records a plugin contributes, by what they are: the last words of the hook."""
        asked = self.records.get(plugin, {})
        counts = {hook.removeprefix("register_"): len(records) for hook, records in asked.items() if records}
        return counts | ({"contact": 1} if plugin in self.contact else {})

    def all_of(self, hook: str) -> tuple[Owned[Any], ...]:
        """Give all records of a hook, plugin after plugin."""
        return tuple(Owned(plugin, record) for plugin, asked in self.records.items() for record in asked.get(hook, ()))

    def _by_name(self, hook: str) -> Mapping[str, Owned[Any]]:
        return MappingProxyType({owned.record.name: owned for owned in self.all_of(hook)})

    def _by_plugin(self, hook: str) -> Mapping[str, tuple[Any, ...]]:
        found = {plugin: asked.get(hook, ()) for plugin, asked in self.records.items()}
        return MappingProxyType({plugin: records for plugin, records in found.items() if records})
