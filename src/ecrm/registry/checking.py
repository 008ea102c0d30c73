"""What is checked of all plugins' records when a CRM starts; tables are checked in `tablechecks`.

Each mistake is a SetupError that names the plugin, or both, and says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import Any

from ecrm.errors import InvalidError, SetupError
from ecrm.hookspecs import Fact, Need, Reaction
from ecrm.interactions.events import Event, Kinds
from ecrm.interactions.model.book import check_aggregate
from ecrm.interactions.model.fact import FACTS
from ecrm.registry.contributions import Contributions
from ecrm.surveys.model.kinds import KINDS

__all__ = ["check_needs", "check_records", "joined_kinds"]

_NAMED = {
    "register_conditions": "condition",
    "register_reactions": "reaction",
    "register_timers": "timer",
    "register_sources": "source",
    "register_duties": "duty",
    "register_channels": "channel",
    "register_question_kinds": "question kind",
    "register_behaviours": "behaviour",
    "register_commands": "command",
    "register_panels": "panel",
    "register_facts": "fact",
}
# Events without a source of their own are the shop's: `ecrm.interactions.events.base`.
_THE_SHOPS_SOURCE = "shop"


def check_needs(plugin: str, needs: Iterable[Need]) -> None:
    """Refuse a plugin whose modules are not installed.

    Raises:
        SetupError: One is missing; it says what pip is given.

    >>> check_needs("acme", [Need("json", "ecrm[json]")])
    """
    for need in needs:
        if not _is_installed(need.module):
            raise SetupError(f'plugin {plugin} needs {need.module}: pip install "{need.install}"')


def joined_kinds(kinds: Mapping[str, Iterable[type[Event]]]) -> Kinds:
    """Join the core's event kinds and those of plugins.

    Args:
        kinds: The kinds of each plugin.

    Raises:
        SetupError: Two share a name, or one is not declared as a kind must be.
    """
    joined = Kinds.core()
    owners: dict[str, str] = {}
    for plugin, added in kinds.items():
        for kind in added:
            name = getattr(kind, "NAME", "")
            if owners.get(name, plugin) != plugin and joined.get(name) is not kind:
                raise SetupError(f"plugins {owners[name]} and {plugin} both have an event {name!r}: rename one")
            try:
                joined = joined.with_kinds([kind])
            except SetupError as error:
                raise SetupError(f"plugin {plugin}: {error}") from error
            owners[name] = plugin
    return joined


def check_records(found: Contributions) -> None:
    """Check names, facts, settings, sources and reactions of all plugins.

    Raises:
        SetupError: Something can not be.
    """
    for hook, what in _NAMED.items():
        _check_unique(found, hook, what)
    _check_services(found)
    for plugin, asked in found.records.items():
        _check_inside(plugin, "setting", [setting.name for setting in asked.get("register_settings", ())])
        _check_inside(plugin, "page", [page.path for page in asked.get("register_pages", ())])
        _check_facts(plugin, asked.get("register_facts", ()), found.kinds)
        _check_kept(plugin, asked.get("register_facts", ()), asked.get("register_reactions", ()))
    if _THE_SHOPS_SOURCE in found.sources:
        owner = found.sources[_THE_SHOPS_SOURCE].plugin
        message = "that is the source of what the shop itself tells: choose another name"
        raise SetupError(f"plugin {owner} has a source called {_THE_SHOPS_SOURCE}: {message}")
    taken = sorted(KINDS & found.question_kinds.keys())
    if taken:
        owner = found.question_kinds[taken[0]].plugin
        raise SetupError(f"plugin {owner}: the question kind {taken[0]} is the core's: rename it")


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _check_unique(found: Contributions, hook: str, what: str) -> None:
    owners: dict[str, str] = {}
    for owned in found.all_of(hook):
        name = owned.record.name
        if owners.setdefault(name, owned.plugin) != owned.plugin:
            raise SetupError(f"plugins {owners[name]} and {owned.plugin} both have a {what} {name}: rename one")
    for plugin, asked in found.records.items():
        _check_inside(plugin, what, [record.name for record in asked.get(hook, ())])


def _check_inside(plugin: str, what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SetupError(f"plugin {plugin} has the {what} {twice[0]} twice: rename one")


def _check_services(found: Contributions) -> None:
    owners: dict[type[Any], str] = {}
    for owned in found.all_of("register_services"):
        kind = owned.record.type
        if kind in owners:
            both = f"{owners[kind]} and {owned.plugin}"
            raise SetupError(f"the service {kind.__name__} is offered twice, by {both}: leave one out of plugins=[…]")
        owners[kind] = owned.plugin


def _check_facts(plugin: str, facts: tuple[Fact, ...], kinds: Kinds) -> None:
    for fact in facts:
        if not fact.name.startswith(f"{plugin}."):
            raise SetupError(f"plugin {plugin}: the fact {fact.name} must begin with the plugin's name: {plugin}.…")
        if any(_is_of_core(fact.name, core.name) for core in FACTS):
            raise SetupError(f"plugin {plugin}: the fact {fact.name} is the core's: rename it")
        try:
            check_aggregate(fact, kinds)
        except InvalidError as error:
            raise SetupError(f"plugin {plugin}: the fact {fact.name} can not be counted: {error}") from error


def _check_kept(plugin: str, facts: tuple[Fact, ...], reactions: tuple[Reaction, ...]) -> None:
    kept = {fact.name for fact in facts if fact.how == "kept"}
    said = {name for reaction in reactions for name in reaction.keeps}
    if kept - said:
        unsaid = min(kept - said)
        raise SetupError(f"plugin {plugin}: no reaction keeps the fact {unsaid}: name it in keeps=[…] of one")
    if said - kept:
        unknown = min(said - kept)
        raise SetupError(f'plugin {plugin}: a reaction keeps {unknown}: contribute it as a fact with how="kept"')


def _is_of_core(name: str, core: str) -> bool:
    # As `attributes.<name>`: whatever comes after it.
    family, _, rest = core.partition("<")
    return name.startswith(family) if rest else name == core
