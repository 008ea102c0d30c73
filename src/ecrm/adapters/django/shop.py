"""`crm`, the CRM of the project: opened when first used, by the settings.

A process opens its own, and a test whose database has another name gets another. What is emitted without a
connection joins Django's; see `joining`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import attrs
from django.apps import apps

from ecrm.adapters.django.config import Config, loaded, read_config
from ecrm.adapters.django.joining import lent_connection
from ecrm.adapters.django.places import Place, find_place, name_of
from ecrm.crm import CRM
from ecrm.errors import EcrmError, SetupError, UnavailableError
from ecrm.interactions.events import Event
from ecrm.web import Site, Visitors

__all__ = ["Embedded", "ShopCRM", "close", "crm", "embedded"]

_LOG = logging.getLogger("ecrm.emit")
_EventKind = TypeVar("_EventKind", bound=Event)


class ShopCRM(CRM):
    """Be the CRM of a Django project: all of `CRM`, and `emit` joins Django's own connection."""

    def _emit(self, event: Event, connection: Any) -> bool:
        if connection is None and (here := _HOLDER.get()).place.joins:
            connection = lent_connection(here.config.database)
        return super()._emit(event, connection)

    def event_of(self, kind: type[_EventKind], source: Any, **fields: Any) -> _EventKind:
        """Make the event of an object, by `ECRM["MAPPINGS"]` or by what its own class declares.

        Args:
            kind: As `events.OrderCompleted`.
            source: The shop's order, product, user.
            fields: What the object does not know, as `channel`; they win.

        Raises:
            SetupError: There is no mapping, or it names what is not there.
            InvalidError: A field holds what it must not.
        """
        return kind.of(source, _mapping_of(embedded().config, kind, source), **fields)


def _mapping_of(config: Config, kind: type[Event], source: Any) -> Mapping[str, Any] | None:
    for label, declared in config.mappings.items():
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError) as error:
            raise SetupError(f'ECRM["MAPPINGS"] names no model: {label}, give it as "order.Order"') from error
        if isinstance(source, model) and kind.NAME in declared:
            found: Mapping[str, Any] = declared[kind.NAME]
            return found
    return None


@attrs.frozen
class Embedded:
    """Hold what a process opened: the CRM, and what is answered and kept with it."""

    config: Config
    name: str
    place: Place
    crm: ShopCRM
    site: Site
    visitors: Visitors


class _Holder:
    """Open the CRM once, and again when the settings or the shop's database are others."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._held: Embedded | None = None

    def get(self) -> Embedded:
        held = self._held
        if held is not None and held.name == name_of(held.config):
            return held
        with self._lock:
            held = self._held
            if held is None or held.name != name_of(held.config):
                self.close()
                held = self._held = _open()
            return held

    def get_within(self) -> Embedded:
        """Give it, and open it for no longer than a request may be held up; the opening goes on beside."""
        held = self._held
        if held is not None or not _may_hang():
            return self.get()
        opening = threading.Thread(target=self._open_beside, name="ecrm-open", daemon=True)
        opening.start()
        opening.join(read_config().patience_s)
        if self._held is None:
            raise UnavailableError("the CRM is not open yet: its database does not answer, or its settings can not be")
        return self.get()

    def _open_beside(self) -> None:
        # One at a time: while one hangs, another would too.
        if not self._lock.acquire(blocking=False):
            return
        try:
            # The connection is that of this thread, which ends.
            self.get().crm.database.release()
        except EcrmError as error:
            _LOG.error("the CRM was not opened: %s", error)
        finally:
            self._lock.release()

    def close(self) -> None:
        with self._lock:
            held, self._held = self._held, None
            if held is not None:
                held.crm.close()
                if held.place.scratch is not None:
                    held.place.scratch.cleanup()


def _may_hang() -> bool:
    """Tell whether the CRM is on a server that the shop itself does not need."""
    place = find_place(read_config())
    return not place.joins and not place.url.startswith("sqlite")


def _open() -> Embedded:
    config = read_config()
    place = find_place(config)
    opened = ShopCRM(
        place.url,
        host=place.host,
        shop=config.shop,
        plugins=config.plugins,
        secrets=config.secrets,
        on_error=config.on_error,
        deployment=config.deployment,
        patience_s=config.patience_s,
    )
    mounts = {word: loaded(make, "MOUNTS")(opened) for word, make in config.mounts.items()}
    mounts = {word: getattr(made, "answer", made) for word, made in mounts.items()}
    return Embedded(config, name_of(config), place, opened, Site(opened, mounts), Visitors(opened))


_HOLDER = _Holder()


def embedded() -> Embedded:
    """Give what this process opened; it opens it when it is first asked for.

    Raises:
        SetupError: The settings, the database or a plugin can not work.
        UnavailableError: A database of the CRM's own did not answer in time.
    """
    return _HOLDER.get_within()


def close(**_: Any) -> None:
    """Close the CRM of this process; it opens again when it is used."""
    _HOLDER.close()


class _Lazy:
    """Stand for the CRM until it is used."""

    def __getattr__(self, name: str) -> Any:
        # Whoever asks for this has the time: a command, a worker, a page of the staff.
        return getattr(_HOLDER.get().crm, name)

    def __repr__(self) -> str:
        return "<the CRM of this project>"

    def emit(self, event: Event, connection: Any = None) -> bool:
        """Emit an event; where the CRM can not even be opened that is logged, as any failure of `emit` is."""
        try:
            opened = embedded().crm
        except EcrmError as error:
            if _raises():
                raise
            _LOG.error("an event was not emitted: %s", error)
            return False
        return opened.emit(event, connection)

    def close(self) -> None:
        """Close it; it opens again when it is used."""
        close()


def _raises() -> bool:
    try:
        return read_config().on_error == "raise"
    except EcrmError:
        return False


crm = cast("ShopCRM", _Lazy())
