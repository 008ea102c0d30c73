"""What else a plugin brings: tables, conditions, services, commands, panels, pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

from ecrm.errors import InvalidError
from ecrm.hookspecs.naming import between, check_callable, check_import, check_name, check_said

if TYPE_CHECKING:
    from ecrm.reactions.asking import Questions

__all__ = ["Command", "Condition", "Duty", "Need", "Panel", "Service", "Tables", "WebPage"]

_SHORTEST = dt.timedelta(minutes=1)


def _check_metadata(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, sa.MetaData):
        raise InvalidError.of(field.name, "give the MetaData the plugin's tables are declared in")


def _check_type(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, type):
        raise InvalidError.of(field.name, "give the class of the service")


def _check_every(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, dt.timedelta) or value < _SHORTEST:
        raise InvalidError.of(field.name, "give a timedelta of 1 minute or more")


@attrs.frozen
class Tables:
    """Bring tables, in a metadata of the plugin's own; `crm.upgrade` makes and migrates them.

    Args:
        metadata: Tables named `ecrm_<plugin>_…`, each with a column `shop` leading its key.
        migrations: A folder for Alembic with `versions/`; None while there is only the first version.
    """

    metadata: sa.MetaData = attrs.field(validator=_check_metadata)
    migrations: Path | None = attrs.field(default=None, converter=attrs.converters.optional(Path))


@attrs.frozen
class Condition:
    """Name something that holds for a customer or does not; segments, surveys and journeys choose by it.

    Args:
        name: Unique among all plugins.
        about: What holds, in a sentence.
        holds: Tells whether it does, by asking about `ask.customer()`.
    """

    name: str = attrs.field(validator=check_name)
    about: str = attrs.field(validator=check_said)
    holds: Callable[[Questions], bool] = attrs.field(validator=check_callable)


@attrs.frozen
class Service:
    """Offer an object of the plugin's own; a shop gets it by `crm.service(TheirService)`.

    Args:
        type: Its class.
        make: Makes it of a CRM's view on a shop; called when first asked for.
    """

    type: type[Any] = attrs.field(validator=_check_type)
    make: Callable[[Any], Any] = attrs.field(validator=check_callable)


@attrs.frozen
class Duty:
    """Do something every so often, for each shop that set the plugin up: the worker does, one at a time.

    It runs outside any transaction, under a deadline; where it raises, it is logged and done again in its turn.

    Args:
        name: Unique among all plugins.
        run: Does it, given a CRM's view on a shop.
        every: How long to wait from one time to the next, 1 minute or more.
        deadline_s: How long it may take for one shop, in seconds, 0.1 to 600.
    """

    name: str = attrs.field(validator=check_name)
    run: Callable[[Any], object] = attrs.field(validator=check_callable)
    every: dt.timedelta = attrs.field(validator=_check_every)
    deadline_s: float = attrs.field(default=60.0, validator=between(0.1, 600))


@attrs.frozen
class Need:
    """Say which module the plugin needs, and how it is installed.

    Args:
        module: What is imported, as `httpx2`.
        install: What pip is given, as `ecrm[http]`.
    """

    module: str = attrs.field(validator=check_said)
    install: str = attrs.field(validator=check_said)


@attrs.frozen
class Command:
    """Add a command to `ecrm`.

    Args:
        name: Of the command.
        function: An import string of a click command, loaded when it is called.
    """

    name: str = attrs.field(validator=check_name)
    function: str = attrs.field(validator=check_import)


@attrs.frozen
class Panel:
    """Add a panel to a customer's page.

    Args:
        name: Unique among all plugins.
        title: Its heading.
        function: An import string of what renders it, loaded when it is shown.
    """

    name: str = attrs.field(validator=check_name)
    title: str = attrs.field(validator=check_said)
    function: str = attrs.field(validator=check_import)


@attrs.frozen
class WebPage:
    """Add a page under the address a host mounts ecrm at.

    Args:
        path: Below `<mount>/<plugin>/`.
        function: An import string of a function from Request to Response, loaded when it is called.
    """

    path: str = attrs.field(validator=check_said)
    function: str = attrs.field(validator=check_import)
