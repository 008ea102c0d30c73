"""What `crm.shop` offers: configure a shop, say what it looks like, read what it has set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs

from ecrm.database import Database, Transaction
from ecrm.errors import InvalidError
from ecrm.shops.brand import Brand
from ecrm.shops.model import Settings, check_shop
from ecrm.shops.tables import hold_settings, load_options, load_settings, save_options, save_settings

__all__ = ["Shop"]

_FRESH = dt.timedelta(seconds=30)
# No plugin can be called so: a table of the core begins with it.
_OWNER = "shop"


class Shop:
    """Hold one shop's settings, read again every 30 seconds since another program may change them."""

    def __init__(self, database: Database, key: str, clock: Callable[[], dt.datetime]) -> None:
        self.key = check_shop(key)
        self._database = database
        self._clock = clock
        self._known: tuple[dt.datetime, Settings] | None = None
        self._branded: tuple[dt.datetime, Brand] | None = None

    def __repr__(self) -> str:
        return f"<Shop {self.key}>"

    @property
    def settings(self) -> Settings:
        """Give what the shop has set, defaults for the rest."""
        now = self._clock()
        known = self._known
        if known is not None and abs(now - known[0]) < _FRESH:
            return known[1]
        with self._database.read() as transaction:
            stored = load_settings(transaction, self.key)
        settings = Settings(**(stored or {}))
        self._known = (now, settings)
        return settings

    def configure(self, **settings: Any) -> Settings:
        """Set what is named, leave the rest.

        Args:
            **settings: Fields of `Settings`: country, zone, currency, language, rates, …

        Returns:
            What holds now.

        Raises:
            InvalidError: A setting that does not exist, or a value it can not have.

        >>> crm.shop.configure(country="TR", zone="Europe/Istanbul", currency="TRY").zone
        'Europe/Istanbul'
        """
        known = {field.name for field in attrs.fields(Settings)}
        for name in settings:
            if name not in known:
                raise InvalidError.of(name, f"there is no such setting: use one of {', '.join(sorted(known))}")

        return self.change(lambda held: attrs.evolve(held, **settings))

    @property
    def brand(self) -> Brand:
        """Give what the shop looks like on its pages."""
        now, known = self._clock(), self._branded
        if known is not None and abs(now - known[0]) < _FRESH:
            return known[1]
        with self._database.read() as transaction:
            brand = _brand_in(transaction, self.key)
        self._branded = (now, brand)
        return brand

    def rebrand(self, **brand: Any) -> Brand:
        """Say what the shop looks like on its pages: set what is named, leave the rest.

        Args:
            **brand: Fields of `Brand`: name, logo, colour, dark_colour; None takes one away.

        Returns:
            What holds now.

        Raises:
            InvalidError: There is no such field, the logo is no picture, or a colour would not be seen.

        >>> str(crm.shop.rebrand(name="Moda", colour="#7a1f5f").colour)
        '#7a1f5f'
        """
        known = [field.name for field in attrs.fields(Brand)]
        for name in brand:
            if name not in known:
                raise InvalidError.of(name, f"there is no such thing to say: use one of {', '.join(known)}")
        with self._database.write() as transaction:
            hold_settings(transaction, self.key)
            changed = attrs.evolve(_brand_in(transaction, self.key), **brand)
            save_options(transaction, self.key, _OWNER, {"brand": changed.to_json()}, self._clock())
        self._branded = (self._clock(), changed)
        return changed

    def change(self, decide: Callable[[Settings], Settings]) -> Settings:
        """Set what follows from what holds, with nobody changing it in between.

        Args:
            decide: Gives the settings that shall hold, of those that do.
        """
        with self._database.write() as transaction:
            hold_settings(transaction, self.key)
            changed = decide(Settings(**(load_settings(transaction, self.key) or {})))
            save_settings(transaction, self.key, changed.to_json())
        self._known = (self._clock(), changed)
        return changed


def _brand_in(transaction: Transaction, shop: str) -> Brand:
    kept = load_options(transaction, shop, _OWNER).get("brand")
    return Brand() if kept is None else Brand.from_json(kept)
