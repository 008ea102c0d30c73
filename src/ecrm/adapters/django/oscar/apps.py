"""The app `ecrm_oscar`: it listens to oscar from the start of Django on."""

from __future__ import annotations

from django.apps import AppConfig, apps

from ecrm.errors import SetupError

__all__ = ["EcrmOscarConfig"]


class EcrmOscarConfig(AppConfig):
    """Connect oscar's signals."""

    name = "ecrm.adapters.django.oscar"
    label = "ecrm_oscar"
    verbose_name = "CRM of the oscar shop"

    def ready(self) -> None:
        """Connect oscar's signals to our receivers.

        Raises:
            SetupError: The app of Django's adapter, or oscar, is not there.
        """
        if not apps.is_installed("ecrm.adapters.django"):
            raise SetupError('"ecrm.adapters.django" belongs into INSTALLED_APPS too, before this one')
        try:
            import oscar  # noqa: F401 - only to say what is missing
        except ModuleNotFoundError as error:
            raise SetupError('django-oscar is not installed: pip install "ecrm[oscar]"') from error
        from ecrm.adapters.django.oscar.receivers import connect

        connect()
