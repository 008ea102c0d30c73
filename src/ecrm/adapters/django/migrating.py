"""`manage.py migrate`: the tables of the core and of the plugins, and what the settings say of the shop."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings

from ecrm.adapters.django.config import Config, read_config
from ecrm.adapters.django.shop import crm

__all__ = ["migrate", "shop_settings"]

_LOG = logging.getLogger("ecrm.migrate")


def migrate(using: str, verbosity: int = 1, **_: Any) -> None:
    """Make the tables, or bring them up to date, after Django's own; nothing happens where they are.

    Args:
        using: The database that was migrated.
        verbosity: As `manage.py --verbosity`.
    """
    config = read_config()
    if using != config.database:
        return
    crm.upgrade()
    _configure(config)
    if verbosity > 1:
        _LOG.info("the tables of ecrm are up to date")


def shop_settings(config: Config) -> dict[str, str]:
    """Give what the settings of the project say of the shop: Django's own zone and language where ECRM names none."""
    told = {
        "country": config.country,
        "currency": config.currency,
        "zone": config.zone or (settings.TIME_ZONE if settings.TIME_ZONE != "UTC" else None),
        "language": config.language or settings.LANGUAGE_CODE.partition("-")[0],
    }
    return {name: value for name, value in told.items() if value is not None}


def _configure(config: Config) -> None:
    held = crm.shop.settings
    changed = {name: value for name, value in shop_settings(config).items() if getattr(held, name) != value}
    if changed:
        crm.shop.configure(**changed)
    public = config.public_url
    if public is not None and crm.messages.arranged.arrangement.public_url != public:
        crm.messages.configure(public_url=public)
