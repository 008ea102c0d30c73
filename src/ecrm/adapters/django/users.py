"""The users of a project as customers: who they are, and that they signed up, in and out.

A failure here is logged and never reaches the request that signs somebody in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast, runtime_checkable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save

from ecrm.adapters.django.config import Config, loaded
from ecrm.adapters.django.shop import crm, embedded
from ecrm.adapters.django.telling import telling
from ecrm.adapters.django.visiting import anonymous_id_of
from ecrm.errors import InvalidError
from ecrm.interactions.events import CustomerIdentified, SignedIn, SignedOut, SignedUp
from ecrm.values import Who

__all__ = ["ShopUser", "connect", "is_customer", "who_of"]

_PHONES = ("phone_number", "phone", "mobile")


@runtime_checkable
class ShopUser(Protocol):
    """Be a user as the adapter needs one; Django's own is, and whatever has an id is.

    It also reads, where they are there, the e-mail (`get_email_field_name`), `phone_number`, `phone` or `mobile`,
    `get_full_name` and `is_staff`.
    """

    @property
    def pk(self) -> Any:
        """Give the account's id."""


def who_of(user: ShopUser, anonymous_id: str | None = None, *, is_proven: bool = False) -> Who:
    """Say which customer a user is, by `ECRM["WHO"]`, or by id, e-mail and phone.

    Args:
        user: A user who has signed in.
        anonymous_id: As a visitor, from the cookie.
        is_proven: Whether the account was proven in this session, by signing in.

    Raises:
        InvalidError: Their id, e-mail or phone is no identity.
    """
    own = loaded(embedded().config.who, "WHO")
    if own is not None:
        return cast("Who", own(user))
    name_of_email = user.get_email_field_name() if hasattr(user, "get_email_field_name") else "email"
    email = getattr(user, name_of_email, None)
    phone = next((str(held) for name in _PHONES if (held := getattr(user, name, None))), None)
    return Who(
        user_id=str(user.pk), email=email or None, phone=phone, anonymous_id=anonymous_id,
        verified=["user_id"] if is_proven else (),
    )  # fmt: skip


def is_customer(config: Config, user: Any) -> bool:
    """Tell whether a user is a customer, by `ECRM["IS_CUSTOMER"]`, or who is not staff."""
    own: Callable[[Any], bool] | None = loaded(config.is_customer, "IS_CUSTOMER")
    return bool(own(user)) if own is not None else not getattr(user, "is_staff", False)


def connect() -> None:
    """Connect to Django's signals of users."""
    user_logged_in.connect(_signed_in, dispatch_uid="ecrm")
    user_logged_out.connect(_signed_out, dispatch_uid="ecrm")
    post_save.connect(_saved, sender=settings.AUTH_USER_MODEL, dispatch_uid="ecrm")


def _is_told(user: Any) -> bool:
    config = embedded().config
    return config.users and isinstance(user, get_user_model()) and is_customer(config, user)


@telling
def _signed_in(request: Any, user: Any, **_: Any) -> None:
    if _is_told(user):
        who = who_of(user, anonymous_id_of(request), is_proven=True)
        crm.emit(SignedIn(customer=who, channel="web"))


@telling
def _signed_out(user: Any, **_: Any) -> None:
    # Nobody signs out where the session was over already.
    if user is not None and _is_told(user):
        crm.emit(SignedOut(customer=who_of(user), channel="web"))


@telling
def _saved(instance: Any, created: bool, raw: bool, **_: Any) -> None:  # noqa: FBT001 - as Django sends it
    if not created or raw or not _is_told(instance):
        return
    who = who_of(instance)
    # Once, whoever else tells of it.
    crm.emit(SignedUp(customer=who, source_id=f"signed-up:{instance.pk}"))
    name = instance.get_full_name().strip() if hasattr(instance, "get_full_name") else ""
    if name:
        _identify(who, name, f"named:{instance.pk}")


def _identify(who: Who, name: str, source_id: str) -> None:
    try:
        named = CustomerIdentified(customer=who, name=name, source_id=source_id)
    except InvalidError:
        # A name that can not be kept does not keep the rest from being told.
        return
    crm.emit(named)
