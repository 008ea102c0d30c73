"""What a shop has set: where it is, what it counts in, and how careful it is with identities."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from ecrm.errors import InvalidError
from ecrm.values import minor_digits

__all__ = ["Settings", "check_shop"]

_SHOP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
RELAYS = ("trendyolmail.com", "privaterelay.appleid.com")


def check_shop(shop: str) -> str:
    """Give a shop's key back where it is one: letters, digits, dots, dashes, at most 63.

    Raises:
        InvalidError: It is not.

    >>> check_shop("main")
    'main'
    """
    if not isinstance(shop, str) or not _SHOP.match(shop):
        raise InvalidError.of("shop", "use 1 to 63 letters, digits, dots, dashes or underscores")
    return shop


def _upper(value: str | None) -> str | None:
    return value.upper() if isinstance(value, str) else value


def _check_country(_: Any, field: Any, value: str | None) -> None:
    if value is not None and not (isinstance(value, str) and _COUNTRY.match(value)):
        raise InvalidError.of(field.name, "give two letters of ISO 3166, as TR")


def _check_zone(_: Any, field: Any, value: str) -> None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise InvalidError.of(field.name, "give an IANA time zone, as Europe/Istanbul") from error


def _check_currency(_: Any, __: Any, value: str | None) -> None:
    if value is not None:
        minor_digits(value)


def _check_language(_: Any, field: Any, value: str) -> None:
    if not isinstance(value, str) or not _LANGUAGE.match(value):
        raise InvalidError.of(field.name, "give a language tag of BCP 47, as tr or en-GB")


def _at_least(least: int) -> Callable[[Any, Any, Any], None]:
    def check(_: Any, field: Any, value: Any) -> None:
        if not isinstance(value, int) or value < least:
            raise InvalidError.of(field.name, f"give a whole number from {least} up")

    return check


def _check_flag(_: Any, field: Any, value: Any) -> None:
    if not isinstance(value, bool):
        raise InvalidError.of(field.name, "give True or False")


def _rates(value: Mapping[str, Any] | None) -> Mapping[str, Decimal]:
    try:
        rates = {code.upper(): Decimal(str(rate)) for code, rate in (value or {}).items()}
    except (InvalidOperation, AttributeError, TypeError) as error:
        raise InvalidError.of("rates", 'give a number for each currency, as {"EUR": "36.20"}') from error
    for code, rate in rates.items():
        minor_digits(code)
        if not rate.is_finite() or rate <= 0:
            raise InvalidError.of("rates", "a rate is a positive number")
    return MappingProxyType(rates)


def _days_by(value: Mapping[str, Any] | None) -> Mapping[str, int]:
    held = value or {}
    if not isinstance(held, Mapping) or not all(
        isinstance(name, str) and isinstance(days, int) and days > 0 for name, days in held.items()
    ):
        raise InvalidError.of("settings", 'give retention and request_days as days by name: {"content": 730}')
    return MappingProxyType(dict(held))


def _words(value: Any) -> frozenset[str]:
    if isinstance(value, str) or not isinstance(value or (), Iterable):
        raise InvalidError.of("settings", "give junk, relays and plugins_off as lists of values")
    return frozenset(str(word).strip().lower() for word in value or ())


@attrs.frozen(kw_only=True, slots=False)
class Settings:
    """Hold what a shop has set; change by `attrs.evolve`.

    Args:
        country: ISO 3166 alpha-2; local phone numbers are read as its.
        zone: IANA time zone; days of purchase are its days.
        currency: ISO 4217; what `Money("149.90")` is in, and what totals are reported in.
        language: BCP 47.
        rates: What one unit of another currency is worth in `currency`.
        reads_naive_times: Whether a time without a zone is read in `zone`; else it is refused.
        junk: Values that never identify anybody, beside our own list.
        relays: Mail domains whose addresses identify within their source only.
        shared_limit: With how many partners a phone or e-mail stops identifying. 2 or more.
        inbox_days: How long finished inbox rows are kept. 0 or more.
        retention: After how many days values of events are taken away: by `Event Name.field`, event, or category.
        request_days: Within how many days requests are answered, by law, where that is not what the law says.
        plugins_off: Names of plugins this shop does not use; `crm.plugins.switch_off` adds to them.

    >>> Settings(country="tr", currency="TRY").country
    'TR'
    """

    country: str | None = attrs.field(default=None, converter=_upper, validator=_check_country)
    zone: str = attrs.field(default="UTC", validator=_check_zone)
    currency: str | None = attrs.field(default=None, converter=_upper, validator=_check_currency)
    language: str = attrs.field(default="en", validator=_check_language)
    rates: Mapping[str, Decimal] = attrs.field(default=None, converter=_rates, hash=False)
    reads_naive_times: bool = attrs.field(default=False, validator=_check_flag)
    junk: frozenset[str] = attrs.field(default=(), converter=_words)
    relays: frozenset[str] = attrs.field(default=RELAYS, converter=_words)
    shared_limit: int = attrs.field(default=20, validator=_at_least(2))
    inbox_days: int = attrs.field(default=30, validator=_at_least(0))
    retention: Mapping[str, int] = attrs.field(default=None, converter=_days_by, hash=False)
    request_days: Mapping[str, int] = attrs.field(default=None, converter=_days_by, hash=False)
    plugins_off: frozenset[str] = attrs.field(default=(), converter=_words)

    @cached_property
    def zone_info(self) -> ZoneInfo:
        """Give the zone to convert times with."""
        return ZoneInfo(self.zone)

    def day_of(self, at: dt.datetime) -> dt.date:
        """Give the shop's calendar day of a time."""
        return at.astimezone(self.zone_info).date()

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON would hold it."""
        found = {field.name: getattr(self, field.name) for field in attrs.fields(Settings)}
        found["rates"] = {code: str(rate) for code, rate in self.rates.items()}
        found |= {name: dict(getattr(self, name)) for name in ("retention", "request_days")}
        return {name: sorted(v) if isinstance(v, frozenset) else v for name, v in found.items()}
