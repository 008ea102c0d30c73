"""Plugins, found, checked and asked once for what they contribute.

Hooks are for registration only: nothing that happens later goes through them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import pluggy

from ecrm.errors import SetupError
from ecrm.hookspecs import Follower, Hooks
from ecrm.interactions.events import Event, Kinds

__all__ = ["Contributions", "collect"]


@attrs.frozen
class Contributions:
    """Hold what all plugins contribute.

    Args:
        kinds: The core's event kinds and theirs.
        followers: How their tables follow customers.
    """

    kinds: Kinds
    followers: tuple[Follower, ...]


def collect(plugins: Sequence[Any] | None) -> Contributions:
    """Ask plugins, each an object or module with hook implementations, what they contribute.

    Args:
        plugins: The plugins; None for none.

    Raises:
        SetupError: A plugin implements a hook that does not exist, is given twice, or fails; it is named.

    >>> collect(None).followers
    ()
    """
    manager = pluggy.PluginManager("ecrm")
    manager.add_hookspecs(Hooks)
    for plugin in plugins or ():
        _register(manager, plugin)
    try:
        # A misspelt hook would be silent for ever.
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        message = f"plugin {_name(error.plugin)} implements a hook that ecrm does not have: see the hook reference"
        raise SetupError(message) from error
    contributed: list[type[Event]] = list(_contributed(manager.hook.register_event_kinds))
    followers: tuple[Follower, ...] = tuple(_contributed(manager.hook.register_followers))
    return Contributions(Kinds.core().with_kinds(contributed), followers)


def _contributed(hook: pluggy.HookCaller) -> Iterator[Any]:
    # Called one by one: pluggy's own call would let one failing plugin silence the others, and not name it.
    for implementation in hook.get_hookimpls():
        try:
            told: Any = implementation.function()
            yield from told
        except Exception as error:
            message = f"plugin {_name(implementation.plugin)} failed in {hook.name}: {type(error).__name__}"
            raise SetupError(message) from error


def _register(manager: pluggy.PluginManager, plugin: Any) -> None:
    try:
        manager.register(plugin)
    except (ValueError, pluggy.PluginValidationError) as error:
        message = f"plugin {_name(plugin)} can not be registered: it is given twice, or a hook has other arguments"
        raise SetupError(message) from error


def _name(plugin: Any) -> str:
    # A module has a name of its own, an object that of its class.
    return getattr(plugin, "__name__", type(plugin).__name__)
