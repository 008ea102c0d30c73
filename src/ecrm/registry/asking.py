"""Ask plugins their hooks, one by one and under a deadline: one that fails is named and hurts no other.

pluggy marks and checks the implementations; its own way of calling them is not used, since there one that
raises silences the others.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType, ModuleType
from typing import Any

import pluggy

from ecrm.deadlines import DeadlineError, EndedError, Runner
from ecrm.errors import EcrmError, SetupError
from ecrm.hookspecs import (
    Behaviour,
    Channel,
    Command,
    Condition,
    Contact,
    Duty,
    Fact,
    Follower,
    Hooks,
    Need,
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
from ecrm.interactions.events import Event
from ecrm.registry.finding import Plugin

__all__ = ["RECORDS", "Asked", "contact_of", "implementations", "records_of"]

Implementations = Mapping[str, pluggy.HookImpl]
Asked = Mapping[str, tuple[Any, ...]]

# In the order they are asked: what a plugin needs comes first, since the rest may import it.
RECORDS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "register_needs": Need,
        "register_tables": Tables,
        "register_followers": Follower,
        "register_event_kinds": Event,
        "register_facts": Fact,
        "register_conditions": Condition,
        "register_reactions": Reaction,
        "register_timers": Timer,
        "register_sources": Source,
        "register_duties": Duty,
        "register_channels": Channel,
        "register_question_kinds": QuestionKind,
        "register_behaviours": Behaviour,
        "register_settings": Setting,
        "register_services": Service,
        "register_commands": Command,
        "register_panels": Panel,
        "register_pages": WebPage,
    }
)
_CONTACT = "may_contact"
_MOST_RECORDS = 1_000
_REFERENCE = "see the reference of hooks"


class _GarbageError(Exception):
    """Tell what a hook returned instead of records."""


def implementations(plugins: Sequence[Plugin]) -> dict[str, Implementations]:
    """Give each plugin's hook implementations, by the hook's name.

    Raises:
        SetupError: A hook does not exist, is not marked, or has other arguments; a plugin implements none.
    """
    manager = pluggy.PluginManager("ecrm")
    manager.add_hookspecs(Hooks)
    for plugin in plugins:
        _register(manager, plugin)
    found: dict[str, dict[str, pluggy.HookImpl]] = {plugin.name: {} for plugin in plugins}
    for hook in (*RECORDS, _CONTACT):
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            _check_plain(implementation, hook)
            found[implementation.plugin_name][hook] = implementation
    for name, hooks in found.items():
        if not hooks:
            raise SetupError(f"plugin {name} implements no hook: mark its functions with @hookimpl")
    return dict(found)


def records_of(plugin: str, hooks: Implementations, hook: str, runner: Runner, deadline_s: float) -> tuple[Any, ...]:
    """Ask a plugin one hook; give the records it returned, none where it does not implement it.

    Raises:
        SetupError: It raised, ended the program, took too long, or returned something else.
    """
    implementation = hooks.get(hook)
    if implementation is None:
        return ()
    wanted = RECORDS[hook]
    try:
        return runner.call(lambda: _listed(implementation.function, wanted), deadline_s=deadline_s)
    except (EcrmError, _GarbageError) as error:
        raise SetupError(f"plugin {plugin} failed in {hook}: {error}") from error
    except DeadlineError as error:
        raise SetupError(f"plugin {plugin} did not answer {hook} within {deadline_s:g} s") from error
    except EndedError as error:
        raise SetupError(f"plugin {plugin} tried to end the program in {hook}") from error
    except Exception as error:
        raise SetupError(f"plugin {plugin} failed in {hook}: {type(error).__name__}") from error


def contact_of(hooks: Implementations) -> Callable[[Contact], Any] | None:
    """Give a plugin's answer to `may_contact` as a function; None where it has none."""
    implementation = hooks.get(_CONTACT)
    if implementation is None:
        return None
    function, takes_contact = implementation.function, bool(implementation.argnames)
    return function if takes_contact else lambda _: function()


def _register(manager: pluggy.PluginManager, plugin: Plugin) -> None:
    try:
        _check_marks(plugin)
        manager.register(plugin.implementation, plugin.name)
    except SetupError:
        raise
    except (ValueError, pluggy.PluginValidationError) as error:
        message = "it is given twice, or a hook has other arguments"
        raise SetupError(f"plugin {plugin.name} can not be registered: {message}: {_REFERENCE}") from error
    except Exception as error:
        message = f"plugin {plugin.name} can not be registered: looking at it failed with {type(error).__name__}"
        raise SetupError(message) from error


def _check_marks(plugin: Plugin) -> None:
    # pluggy sees marked functions only, and keeps silent on those marked as optional.
    known = {*RECORDS, _CONTACT}
    for name, function in _functions(plugin.implementation):
        options = getattr(function, "ecrm_impl", None)
        if options is None and (name.startswith("register_") or name == _CONTACT):
            raise SetupError(
                f"plugin {plugin.name} does not mark {name} as a hook: put @hookimpl above it, or rename it"
            )
        hook = (options or {}).get("specname") or name
        if options is not None and hook not in known:
            near = difflib.get_close_matches(hook, known, 1)
            meant = f"did it mean {near[0]}?" if near else _REFERENCE
            raise SetupError(f"plugin {plugin.name} implements a hook that ecrm does not have, {hook}: {meant}")


def _functions(implementation: Any) -> Iterable[tuple[str, Any]]:
    for name in dir(implementation):
        function = inspect.getattr_static(implementation, name, None)
        function = getattr(function, "__func__", function)
        if not inspect.isroutine(function):
            continue
        is_marked = hasattr(function, "ecrm_impl")
        # What a module imports for its own use is no forgotten hook.
        is_own = not isinstance(implementation, ModuleType) or _home(function) == implementation.__name__
        if is_marked or is_own:
            yield name, function


def _home(function: Any) -> str | None:
    # A method of a built-in class, as `join = str.join`, has none.
    return getattr(function, "__module__", None)


def _check_plain(implementation: pluggy.HookImpl, hook: str) -> None:
    if implementation.hookwrapper or implementation.wrapper:
        message = f"plugin {implementation.plugin_name} wraps {hook}: a hook of ecrm only returns records"
        raise SetupError(message)


def _listed(function: Callable[..., Any], wanted: type[Any]) -> tuple[Any, ...]:
    returned = function()
    if inspect.iscoroutine(returned):
        returned.close()
        raise _GarbageError("it is asynchronous: write it as a plain function")
    if isinstance(returned, str | bytes | Mapping) or not isinstance(returned, Iterable):
        raise _GarbageError(f"it returned {type(returned).__name__}: return a list of {wanted.__name__}")
    records = tuple(islice(returned, _MOST_RECORDS + 1))
    if len(records) > _MOST_RECORDS:
        raise _GarbageError(f"it returned more than {_MOST_RECORDS} records")
    for record in records:
        if not _is_wanted(record, wanted):
            kind = record.__name__ if isinstance(record, type) else type(record).__name__
            raise _GarbageError(f"it returned a {kind} among its records: return a list of {wanted.__name__}")
    return records


def _is_wanted(record: Any, wanted: type[Any]) -> bool:
    if wanted is Event:
        return isinstance(record, type) and issubclass(record, Event)
    return isinstance(record, wanted)
