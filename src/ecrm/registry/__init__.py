"""Plugins, found, checked and asked once for what they contribute.

Hooks are for registration only: nothing that happens later goes through them, but `may_contact`.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from ecrm.deadlines import Runner
from ecrm.registry.asking import RECORDS, Asked, contact_of, implementations, records_of
from ecrm.registry.checking import check_needs, check_records, joined_kinds
from ecrm.registry.contacting import Answer, Objection, ask_contact
from ecrm.registry.contributions import Contributions, Owned
from ecrm.registry.finding import Plugin, find, load
from ecrm.registry.tablechecks import check_name, check_tables

__all__ = ["Answer", "Contributions", "Objection", "Owned", "Plugin", "ask_contact", "collect", "load"]


def collect(plugins: Iterable[Any] | None, *, deadline_s: float = 10.0) -> Contributions:
    """Find plugins, ask each what it contributes, and check all of it.

    Args:
        plugins: None for all built-in and installed ones; else exactly these: names, modules, objects, classes.
        deadline_s: How long one hook may take, in seconds.

    Raises:
        SetupError: Something a plugin says can not be, or it fails; the plugin is named.

    >>> collect([]).followers
    ()
    """
    found = find(plugins)
    for plugin in found:
        check_name(plugin.name)
    hooks = implementations(found)
    runner = Runner("ecrm-hooks")
    records: dict[str, Asked] = {}
    for plugin in found:
        asked = {}
        for hook in RECORDS:
            asked[hook] = records_of(plugin.name, hooks[plugin.name], hook, runner, deadline_s)
            if hook == "register_needs":
                check_needs(plugin.name, asked[hook])
        records[plugin.name] = MappingProxyType(asked)
    contact = {name: answer for name in hooks if (answer := contact_of(hooks[name])) is not None}
    kinds = joined_kinds({name: asked["register_event_kinds"] for name, asked in records.items()})
    contributions = Contributions(
        MappingProxyType({plugin.name: plugin for plugin in found}),
        kinds,
        MappingProxyType(records),
        MappingProxyType(contact),
    )
    check_tables(contributions)
    check_records(contributions)
    return contributions
