"""System checks: what `manage.py check` says of the settings, and `check --database` of the CRM itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - as Django calls it

from ecrm.adapters.django.config import Config, loaded, read_config
from ecrm.adapters.django.migrating import shop_settings
from ecrm.adapters.django.places import find_place
from ecrm.adapters.django.shop import crm
from ecrm.errors import EcrmError, SetupError

__all__ = ["check_database", "check_settings"]

_KEYS = ("links", "erasure")
_LOADED = ("who", "is_customer", "visitor_allowed")


def check_settings(**_: Any) -> list[CheckMessage]:
    """Look at the settings alone; no database is asked."""
    try:
        config = read_config()
        place = find_place(config)
        for name in _LOADED:
            loaded(getattr(config, name), name.upper())
        for make in config.mounts.values():
            loaded(make, "MOUNTS")
    except SetupError as error:
        return [Error(str(error), hint="See the page on Django in the documentation of ecrm.", id="ecrm.E001")]
    found: list[CheckMessage] = [*_zone(config)]
    missing = [key for key in _KEYS if not config.secrets.get(key)]
    if missing:
        given = ", ".join(f'"{key}": "…"' for key in missing)
        found.append(
            Warning(
                f"no secret is given for {', '.join(missing)}: the CRM keeps keys of its own in its database",
                hint=f'Whoever reads the database could forge links: ECRM = {{"SECRETS": {{{given}}}}}.',
                id="ecrm.W001",
            )
        )
    if not place.joins:
        found.append(
            Warning(
                "the CRM is in another database than the shop: an event does not share the fate of its order",
                hint="What was emitted stays when the order is rolled back: emit by transaction.on_commit.",
                id="ecrm.W002",
            )
        )
    return found


def _zone(config: Config) -> Iterable[CheckMessage]:
    zone = config.zone or settings.TIME_ZONE
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        yield Error('ECRM["ZONE"] is no time zone', hint="Give an IANA name, as Europe/Istanbul.", id="ecrm.E002")
        return
    if zone == "UTC":
        yield Warning(
            "the shop is in no time zone: its days and quiet hours are those of UTC",
            hint='Set TIME_ZONE, or ECRM = {"ZONE": "Europe/Istanbul"}.',
            id="ecrm.W003",
        )
    if not settings.USE_TZ:
        yield Warning(
            "USE_TZ is off: times of the shop have no zone, and are taken to be local",
            hint="Set USE_TZ = True.",
            id="ecrm.W004",
        )


def check_database(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Look at the CRM in its database: whether it answers, its tables, its shop, its worker."""
    try:
        config = read_config()
        if config.database not in (databases or ()):
            return []
        findings = {finding.name: finding for finding in crm.doctor()}
        held = crm.shop.settings if findings["tables"].is_good else None
    except SetupError as error:
        return [Error(str(error), id="ecrm.E003")]
    except EcrmError as error:
        return [Error(f"the database of the CRM does not answer: {type(error).__name__}", id="ecrm.E004")]
    if held is None:
        return [Warning("the tables of ecrm are missing or old", hint="Run manage.py migrate.", id="ecrm.W005")]
    found: list[CheckMessage] = []
    lag = findings.get("inbox lag")
    if lag is not None and not lag.is_good:
        # A worker says nothing while there is nothing to do: it is known by what it leaves undone.
        found.append(
            Warning(
                f"no worker seems to run: a row waits for {lag.figure or 0:.0f} s",
                hint="Run manage.py ecrm work as a service.",
                id="ecrm.W006",
            )
        )
    differing = [name for name, value in shop_settings(config).items() if getattr(held, name) != value]
    if differing:
        said = f"the CRM holds another {', '.join(differing)} of the shop than the settings"
        found.append(Warning(said, hint="Run manage.py migrate.", id="ecrm.W007"))
    return found
