"""The settings of the adapter: one dict `ECRM` in the settings of the project, all of it optional.

What the shop counts in and speaks is told to the CRM by `manage.py migrate`, see `migrating`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import attrs
from django.conf import settings
from django.utils.module_loading import import_string

from ecrm.errors import SetupError

__all__ = ["Config", "loaded", "read_config"]

_Names = Mapping[str, Any]


@attrs.frozen
class Config:
    """Hold what `ECRM` says; each field is a key of it, in capitals.

    Args:
        database: The alias of the database whose transactions `crm.emit` joins.
        url: Where the CRM lives, if not where the shop's database suggests.
        shop: The key of the shop.
        plugins: As `CRM(plugins=…)`.
        secrets: As `CRM(secrets=…)`.
        on_error: As `CRM(on_error=…)`.
        deployment: As `CRM(deployment=…)`.
        patience_s: As `CRM(patience_s=…)`, in seconds: it holds where the CRM has a database of its own.
        country: Two letters, as "TR".
        currency: What the shop counts in, as "TRY".
        zone: The shop's time zone; None is Django's TIME_ZONE.
        language: The shop's language; None is Django's LANGUAGE_CODE.
        public_url: Where the pages are mounted, as the world sees it: `https://shop.example/crm`.
        mounts: What else the urls answer, by the first word of the path: a function, or where it is found, that
            is given the CRM and gives what answers a request.
        mappings: How objects of models become events, by the model as "order.Order" and the event's name.
        users: Whether sign-ups, sign-ins and sign-outs are emitted.
        who: A function, or where it is found, that gives the `Who` of a user; None reads id, e-mail and phone.
        is_customer: The same, telling whether a user is a customer; None is everybody who is not staff.
        visitor_cookie: The name of the cookie of visitors who have not signed in.
        visitor_allowed: A function of the request, or where it is found, that tells whether a visitor agreed
            to the cookie; None is always.
    """

    database: str = "default"
    url: str | None = attrs.field(default=None, repr=False)
    shop: str = "main"
    plugins: Sequence[Any] | None = None
    secrets: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    on_error: Literal["log", "raise"] = "log"
    deployment: str | None = None
    patience_s: float = 0.25
    country: str | None = None
    currency: str | None = None
    zone: str | None = None
    language: str | None = None
    public_url: str | None = None
    mounts: _Names = attrs.field(factory=dict)
    mappings: _Names = attrs.field(factory=dict)
    users: bool = True
    who: Any = None
    is_customer: Any = None
    visitor_cookie: str = "ecrm_visitor"
    visitor_allowed: Any = None

    def __attrs_post_init__(self) -> None:
        if self.database not in settings.DATABASES:
            raise SetupError('ECRM["DATABASE"] names no database of DATABASES')
        if self.on_error not in {"log", "raise"}:
            raise SetupError('ECRM["ON_ERROR"] is "log" or "raise"')
        for name in ("secrets", "mounts", "mappings"):
            if not isinstance(getattr(self, name), Mapping):
                raise SetupError(f'ECRM["{name.upper()}"] is a dict')


_KEYS = {field.name.upper(): field.name for field in attrs.fields(Config)}


def read_config() -> Config:
    """Read `ECRM` of the settings.

    Raises:
        SetupError: It is no dict, or has a key or a value that can not be.
    """
    given = getattr(settings, "ECRM", {})
    if not isinstance(given, Mapping):
        raise SetupError("ECRM is a dict in the settings")
    unknown = sorted(str(key) for key in given if key not in _KEYS)
    if unknown:
        raise SetupError(f"ECRM has no key {', '.join(unknown)}: there are {', '.join(_KEYS)}")
    return Config(**{_KEYS[key]: value for key, value in given.items()})


def loaded(place: Any, key: str) -> Any:
    """Give what a setting names: itself, or what is found at a dotted path or after a colon.

    Args:
        place: As "shop.crm.is_customer", "shop.crm:Collector", or the thing itself.
        key: The setting, for the message.

    Raises:
        SetupError: Nothing is found there.
    """
    if not isinstance(place, str):
        return place
    try:
        return cast("Any", import_string(place.replace(":", ".")))
    except ImportError as error:
        raise SetupError(f'ECRM["{key}"]: nothing is found at {place}') from error
