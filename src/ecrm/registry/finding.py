"""Which plugins a CRM has: built in, installed beside it, or given by the host; and what each is called."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import attrs

from ecrm.errors import EcrmError, SetupError
from ecrm.plugins import BUILT_IN

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["GROUP", "Plugin", "find", "load"]

GROUP = "ecrm"
T = TypeVar("T")
_LOG = logging.getLogger("ecrm.plugins")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}\Z")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SAYS_NOTHING = {"plugin", "plugins", "hooks", "hookimpls", "__init__"}


@attrs.frozen
class Plugin:
    """Be a plugin of a CRM.

    Args:
        name: What it is called, in settings, errors and the names of its tables.
        implementation: The object or module with its hook implementations.
        origin: Whether it comes with ecrm, was found installed, or was given by the host.
        version: Of what it was installed by, or its own `__version__`; None where neither says.
    """

    name: str
    implementation: Any = attrs.field(repr=False, eq=False)
    origin: Literal["built in", "installed", "given"]
    version: str | None = None


def find(plugins: Iterable[Any] | None) -> tuple[Plugin, ...]:
    """Find the plugins of a CRM.

    Args:
        plugins: None for all built-in and installed ones; else exactly these: names, modules, objects, classes.

    Returns:
        Them, each under a name of its own.

    Raises:
        SetupError: One that was asked for is not there, can not be imported, or has no name it can have.

    >>> find([])
    ()
    """
    if isinstance(plugins, str):
        raise SetupError(f"give plugins as a list, as plugins=[{plugins!r}]")
    found = _offered() if plugins is None else tuple(_given(one) for one in plugins)
    known: dict[str, Plugin] = {}
    for plugin in found:
        if plugin.name in known:
            origins = f"{known[plugin.name].origin} and {plugin.origin}"
            raise SetupError(f"two plugins are called {plugin.name} ({origins}): choose one by plugins=[…]")
        known[plugin.name] = plugin
    return found


def load(where: str, what: str) -> Any:
    """Import an object by its import string.

    Args:
        where: As `acme.commands:report`.
        what: Whose it is, for the message.

    Raises:
        SetupError: It can not be imported, or is not there.

    >>> load("ecrm.errors:SetupError", "an example").__name__
    'SetupError'
    """
    module, _, name = where.partition(":")
    loaded = _imported(lambda: import_module(module), f"{what} ({where})")
    if not hasattr(loaded, name):
        raise SetupError(f"{what} is not there: {module} has no {name}")
    return getattr(loaded, name)


def _offered() -> tuple[Plugin, ...]:
    found = [_built_in(name) for name in BUILT_IN]
    for entry in _entry_points():
        try:
            found.append(_installed(entry))
        except SetupError as error:
            _LOG.warning("%s: ecrm goes on without it", error)
    return tuple(found)


def _given(one: Any) -> Plugin:
    if isinstance(one, str):
        return _named(one)
    implementation = _made(one, f"plugin {_derived_name(one)}")
    version = getattr(implementation, "__version__", None) if isinstance(implementation, ModuleType) else None
    return Plugin(_name_of(implementation, None), implementation, "given", version)


def _named(name: str) -> Plugin:
    if name in BUILT_IN:
        return _built_in(name)
    entries = [entry for entry in _entry_points() if entry.name == name]
    if len(entries) > 1:
        owners = " and ".join(sorted(entry.dist.name for entry in entries if entry.dist is not None))
        raise SetupError(f"plugin {name} is installed twice, by {owners}: uninstall one")
    if not entries:
        known = ", ".join(sorted({*BUILT_IN, *(entry.name for entry in _entry_points())})) or "none"
        raise SetupError(f"there is no plugin {name}: install it, or use one of those there are: {known}")
    return _installed(entries[0])


def _built_in(name: str) -> Plugin:
    where, what = BUILT_IN[name], f"plugin {name}"
    found = load(where, what) if ":" in where else _imported(lambda: import_module(where), what)
    return Plugin(name, _made(found, what), "built in")


def _installed(entry: EntryPoint) -> Plugin:
    what = f"plugin {entry.name}"
    implementation = _made(_imported(entry.load, what), what)
    version = None if entry.dist is None else entry.dist.version
    return Plugin(_name_of(implementation, entry.name), implementation, "installed", version)


def _entry_points() -> Sequence[EntryPoint]:
    from importlib.metadata import entry_points

    # An editable installation beside an older one tells of the same entry twice.
    entries = {(entry.name, entry.value): entry for entry in entry_points(group=GROUP)}
    return [entries[key] for key in sorted(entries)]


def _made(one: Any, what: str) -> Any:
    # A plugin's functions may hang on a class or be made by a function; an object is taken as it is.
    return _imported(one, what) if inspect.isclass(one) or inspect.isroutine(one) else one


def _imported(make: Callable[[], T], what: str) -> T:
    try:
        return make()
    except ModuleNotFoundError as error:
        raise SetupError(f"{what} can not be imported: module {error.name} is not installed") from error
    except EcrmError as error:
        raise SetupError(f"{what} can not be imported: {error}") from error
    except (Exception, SystemExit) as error:
        raise SetupError(f"{what} can not be imported: {type(error).__name__}") from error


def _name_of(implementation: Any, otherwise: str | None) -> str:
    name = _declared_name(implementation) or otherwise or _derived_name(implementation)
    if not _NAME.match(name):
        message = "give it a name of lower-case letters, digits and underscores, at most 31, beginning with a letter"
        raise SetupError(f"plugin {name!r} can not be called that: {message}")
    return name


def _declared_name(implementation: Any) -> str | None:
    names = ("NAME", "name") if isinstance(implementation, ModuleType) else ("name",)
    for name in names:
        try:
            declared = getattr(implementation, name, None)
        except Exception:  # noqa: BLE001 - a property of a stranger's: then it has no name of its own
            declared = None
        if isinstance(declared, str):
            return declared
    return None


def _derived_name(implementation: Any) -> str:
    if isinstance(implementation, ModuleType):
        words = [word for word in implementation.__name__.split(".") if word not in _SAYS_NOTHING]
        last = words[-1] if words else implementation.__name__
        return last.removeprefix("ecrm_").removesuffix("_ecrm").lower()
    kind = implementation if inspect.isclass(implementation) or inspect.isroutine(implementation) else None
    name = getattr(kind or type(implementation), "__name__", "plugin")
    return _CAPITAL.sub("_", name.strip("_")).lower()
