"""In which zone a recipient is: as they said, else where their telephone number is from, else where the shop is."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

__all__ = ["country_zones", "recipient_zones"]

_REMEMBERED = 65_536


def recipient_zones(zone: str | None, phone: str | None, shop_zone: str, at: dt.datetime) -> tuple[ZoneInfo, ...]:
    """Give the zones a recipient may be in.

    A number tells the country. Of a country with several zones it is not known in which the recipient is: all of them
    are given, one for each time of day that there is, and a message goes when each allows it.

    Args:
        zone: What the customer's attribute says, an IANA zone; one that is none counts as not said.
        phone: Their number as E.164; None where there is none.
        shop_zone: The shop's, an IANA zone.
        at: When; zones that differ at other times of the year may agree at this one.

    Returns:
        One or more.

    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> recipient_zones(None, "+905321112233", "Europe/Berlin", at)
    (zoneinfo.ZoneInfo(key='Europe/Istanbul'),)
    >>> len(recipient_zones(None, "+12125550123", "Europe/Berlin", at)) > 3
    True
    """
    said = _zone(zone)
    if said is not None:
        return (said,)
    found = [ZoneInfo(name) for name in country_zones(_country_of(phone))] if phone else []
    by_offset = {one.utcoffset(at): one for one in reversed(found)}
    return tuple(by_offset[offset] for offset in sorted(by_offset, key=str)) or (ZoneInfo(shop_zone),)


def country_zones(country: str | None) -> tuple[str, ...]:
    """Give the zones of a country, in the order of the table; nothing where it has none.

    Args:
        country: ISO 3166 alpha-2.

    Source: zone.tab of the IANA time zone database, as `tzdata` carries it.

    >>> country_zones("TR"), country_zones(None)
    (('Europe/Istanbul',), ())
    """
    return _table().get(country or "", ())


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    rows = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines()
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row and not row.startswith("#"):
            country, _, name = row.split("\t")[:3]
            found[country] = (*found.get(country, ()), name)
    return found


@lru_cache(maxsize=_REMEMBERED)
def _country_of(phone: str) -> str | None:
    # Imported here because its metadata takes 100 ms, and not every shop needs it.
    import phonenumbers

    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return None
