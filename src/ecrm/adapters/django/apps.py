"""The app `ecrm`: what is wired when Django starts."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.core.signals import setting_changed
from django.db.models.signals import post_migrate

__all__ = ["EcrmConfig"]


class EcrmConfig(AppConfig):
    """Wire checks, migrations and the signals of users; no database is touched."""

    name = "ecrm.adapters.django"
    label = "ecrm"
    verbose_name = "CRM"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect what has to be connected."""
        from ecrm.adapters.django import checks, users

        register(checks.check_settings)
        register(checks.check_database, Tags.database)
        post_migrate.connect(_migrated, sender=self, dispatch_uid="ecrm")
        setting_changed.connect(_changed, dispatch_uid="ecrm")
        users.connect()


def _migrated(using: str, **given: Any) -> None:
    from ecrm.adapters.django.migrating import migrate

    migrate(using, given.get("verbosity", 1))


def _changed(setting: str, **_: Any) -> None:
    if setting in {"ECRM", "DATABASES"}:
        from ecrm.adapters.django.shop import close

        close()
