"""What the admin site lists, as Django knows it: names and permissions without tables.

The rows are ecrm's own and are read by its services; see `admin`.
"""

from django.db import models

__all__ = ["Consent", "Customer", "Interaction", "Message"]


class _Shown(models.Model):
    class Meta:
        abstract = True
        managed = False
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"


class Customer(_Shown):
    """Stand for the customers."""

    class Meta(_Shown.Meta):
        """Say how the admin site calls them."""

        abstract = False
        verbose_name = "customer"


class Interaction(_Shown):
    """Stand for what happened."""

    class Meta(_Shown.Meta):
        """Say how the admin site calls them."""

        abstract = False
        verbose_name = "interaction"


class Message(_Shown):
    """Stand for the messages."""

    class Meta(_Shown.Meta):
        """Say how the admin site calls them."""

        abstract = False
        verbose_name = "message"


class Consent(_Shown):
    """Stand for what customers agreed to."""

    class Meta(_Shown.Meta):
        """Say how the admin site calls them."""

        abstract = False
        verbose_name = "consent"
