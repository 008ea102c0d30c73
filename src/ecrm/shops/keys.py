"""What a source may know of the shops that set its plugin up, and a channel of the shop it delivers for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from ecrm.database import Database, Transaction
from ecrm.errors import SetupError
from ecrm.shops.options import Options

__all__ = ["PluginKeys", "ShopLine"]

T = TypeVar("T")


class PluginKeys:
    """Be what a source may know of the shops that set its plugin up: `ecrm.hookspecs.Keys`.

    Args:
        plugin: The plugin.
        options: What shops have set.
        is_on: Tells whether a plugin is on for a shop.
        clock: Gives the time.
    """

    def __init__(
        self,
        plugin: str,
        options: Options,
        is_on: Callable[[str, str], bool],
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._plugin = plugin
        self._options = options
        self._is_on = is_on
        self._clock = clock

    def __repr__(self) -> str:
        return f"<Keys of {self._plugin}>"

    def now(self) -> dt.datetime:
        """Give the time."""
        return self._clock()

    def shops(self) -> Collection[str]:
        """Give the shops that have set the plugin up, and have it on."""
        return tuple(shop for shop in self._options.shops_with(self._plugin) if self._is_on(self._plugin, shop))

    def settings(self, shop: str) -> Mapping[str, Any]:
        """Give what a shop has set, without its secrets."""
        return self._options.settings(shop, self._plugin)

    def secrets(self, shop: str, name: str) -> tuple[str, ...]:
        """Give the active values of a secret, the newest first."""
        return self._options.secrets(shop, self._plugin, name)


class ShopLine:
    """Be what a channel may know of the shop it delivers for: `ecrm.hookspecs.Line`.

    Args:
        shop: The shop.
        plugin: Whose channel it is.
        options: What shops have set.
        clock: Gives the time.
        database: Where a channel's own tables are.
    """

    def __init__(
        self, shop: str, plugin: str, options: Options, clock: Callable[[], dt.datetime], database: Database
    ) -> None:
        self._shop = shop
        self._plugin = plugin
        self._options = options
        self._clock = clock
        self._database = database

    def __repr__(self) -> str:
        return f"<Line of {self._plugin} in {self._shop}>"

    @property
    def shop(self) -> str:
        """Give the shop."""
        return self._shop

    def now(self) -> dt.datetime:
        """Give the time."""
        return self._clock()

    def settings(self) -> Mapping[str, Any]:
        """Give what the shop has set, without its secrets."""
        return self._options.settings(self._shop, self._plugin)

    def secret(self, name: str) -> str:
        """Give the newest value of a secret.

        Raises:
            SetupError: The shop has not set it.
        """
        values = self._options.secrets(self._shop, self._plugin, name)
        if not values:
            raise SetupError(f'{self._plugin} needs {name}: crm.plugins.configure("{self._plugin}", {name}=…)')
        return values[0]

    def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run work in a short transaction of its own."""
        return self._database.transact(work)
