"""What shops set for plugins: kept, typed, their secrets sealed; a host's own secrets stand behind them.

Options of a plugin that is not there any more stay as they are.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from ecrm.database import Database, Transaction
from ecrm.errors import ConflictError, InvalidError
from ecrm.hookspecs import Setting
from ecrm.shops.keyring import Keyring
from ecrm.shops.tables import drop_options, hold_settings, load_options, save_options, shops_with_options

__all__ = ["Options"]

_LOG = logging.getLogger("ecrm.plugins")
_FRESH = dt.timedelta(seconds=30)
_HIDDEN = "…"
Held = Mapping[str, Any]


class Options:
    """Hold what shops have set for plugins, read again every 30 seconds since another program may change it.

    Args:
        database: The CRM's.
        declared: The settings of each plugin.
        keyring: The host's secrets.
        clock: Gives the time.
        default_shop: Whose the host's own secrets are, where no other shop set anything.
    """

    def __init__(
        self,
        database: Database,
        declared: Mapping[str, tuple[Setting, ...]],
        keyring: Keyring,
        clock: Callable[[], dt.datetime],
        default_shop: str,
    ) -> None:
        self._database = database
        self._declared = declared
        self._keyring = keyring
        self._clock = clock
        self._default_shop = default_shop
        self._held: dict[tuple[str, str], tuple[dt.datetime, Held]] = {}
        self._shops: dict[str, tuple[dt.datetime, tuple[str, ...]]] = {}

    def settings(self, shop: str, plugin: str) -> dict[str, Any]:
        """Give what a shop has set for a plugin, defaults for the rest, without its secrets."""
        held = self._read(shop, plugin)
        open_ = (setting for setting in self._declared.get(plugin, ()) if not setting.is_secret)
        return {setting.name: _value(plugin, setting, held) for setting in open_}

    def shown(self, shop: str, plugin: str) -> dict[str, Any]:
        """Give the settings for people: a secret that is set is `…`, one that is not is None."""
        shown = self.settings(shop, plugin)
        held = self._read(shop, plugin)
        for setting in self._declared.get(plugin, ()):
            if setting.is_secret:
                is_set = setting.name in held or self._keyring.of_host(plugin, setting.name)
                shown[setting.name] = _HIDDEN if is_set else None
        return shown

    def secrets(self, shop: str, plugin: str, name: str) -> tuple[str, ...]:
        """Give the active values of a secret, the newest first: the shop's own, else the host's, else none.

        Raises:
            SetupError: It can not be opened.
        """
        sealed = self._read(shop, plugin).get(name)
        if not sealed:
            return self._keyring.of_host(plugin, name)
        return tuple(self._keyring.open((shop, plugin, name), one) for one in sealed)

    def shops_with(self, plugin: str) -> Collection[str]:
        """Give the shops that set a plugin up.

        These have set something for it; and the default shop has where the host gave all the secrets it wants.
        """
        now = self._clock()
        known = self._shops.get(plugin)
        if known is None or abs(now - known[0]) >= _FRESH:
            with self._database.read() as transaction:
                known = (now, tuple(shops_with_options(transaction, plugin)))
            self._shops[plugin] = known
        is_given = all(
            self._keyring.of_host(plugin, setting.name)
            for setting in self._declared.get(plugin, ())
            if setting.is_secret
        )
        return tuple(sorted({*known[1], self._default_shop})) if is_given else known[1]

    def configure(self, shop: str, plugin: str, values: Mapping[str, Any]) -> None:
        """Set what is named, leave the rest; a secret that is set has one active value.

        Raises:
            InvalidError: There is no such setting, or it can not have this value.
            SetupError: A secret can not be sealed.
        """
        kept = {name: self._kept(shop, plugin, name, value) for name, value in values.items()}
        self._change(shop, plugin, lambda _: kept)

    def rotate(self, shop: str, plugin: str, secrets: Mapping[str, str]) -> None:
        """Set secrets anew; the former value of each stays active beside the new one, until `retire`.

        Raises:
            ConflictError: The shop has not set one of them.
        """
        checked = {name: self._secret(plugin, name).checked(value) for name, value in secrets.items()}

        def decide(held: Held) -> dict[str, list[str]]:
            return {name: self._rotated((shop, plugin, name), value, held) for name, value in checked.items()}

        self._change(shop, plugin, decide)

    def retire(self, shop: str, plugin: str, name: str) -> None:
        """Let only the newest value of a secret stay active.

        Raises:
            ConflictError: The shop has not set it.
        """
        self._secret(plugin, name)

        def decide(held: Held) -> dict[str, list[str]]:
            return {name: _own(plugin, name, held)[:1]}

        self._change(shop, plugin, decide)

    def reseal(self, shop: str, plugin: str) -> int:
        """Seal a shop's secrets of a plugin with the newest key; give how many.

        Raises:
            SetupError: One can not be opened.
        """
        names = [setting.name for setting in self._declared.get(plugin, ()) if setting.is_secret]
        count = 0

        def decide(held: Held) -> dict[str, list[str]]:
            nonlocal count
            found = {name: [self._resealed((shop, plugin, name), one) for one in held.get(name, ())] for name in names}
            count = sum(map(len, found.values()))
            return {name: sealed for name, sealed in found.items() if sealed}

        self._change(shop, plugin, decide)
        return count

    def forget(self, shop: str, plugin: str, names: Iterable[str]) -> list[str]:
        """Forget what a shop has set under these names, all where none is named; give the names that were set."""
        with self._database.write() as transaction:
            hold_settings(transaction, shop)
            held = load_options(transaction, shop, plugin)
            wanted = sorted({*names} & {*held} if names else held)
            drop_options(transaction, shop, plugin, wanted)
        self._forget_read(shop, plugin)
        return wanted

    def _rotated(self, where: tuple[str, str, str], value: str, held: Held) -> list[str]:
        sealed = _own(*where[1:], held)
        if self._keyring.open(where, sealed[0]) == value:
            # Said twice: the former value must not be lost to the repetition.
            return sealed
        return [self._keyring.seal(where, value), sealed[0]]

    def _resealed(self, where: tuple[str, str, str], sealed: str) -> str:
        return self._keyring.seal(where, self._keyring.open(where, sealed))

    def _kept(self, shop: str, plugin: str, name: str, value: Any) -> Any:
        setting = self._declaration(plugin, name)
        checked = setting.checked(value)
        return [self._keyring.seal((shop, plugin, name), checked)] if setting.is_secret else checked

    def _secret(self, plugin: str, name: str) -> Setting:
        setting = self._declaration(plugin, name)
        if not setting.is_secret:
            raise InvalidError.of(name, "it is no secret: set it by configure")
        return setting

    def _declaration(self, plugin: str, name: str) -> Setting:
        declared = {setting.name: setting for setting in self._declared.get(plugin, ())}
        if name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            raise InvalidError.of(name, f"plugin {plugin} has no such setting: it has {known}")
        return declared[name]

    def _change(self, shop: str, plugin: str, decide: Callable[[Held], Mapping[str, Any]]) -> None:
        with self._database.write() as transaction:
            hold_settings(transaction, shop)
            _save(transaction, (shop, plugin), decide(load_options(transaction, shop, plugin)), self._clock())
        self._forget_read(shop, plugin)

    def _forget_read(self, shop: str, plugin: str) -> None:
        self._held.pop((shop, plugin), None)
        self._shops.pop(plugin, None)

    def _read(self, shop: str, plugin: str) -> Held:
        now = self._clock()
        known = self._held.get((shop, plugin))
        if known is not None and abs(now - known[0]) < _FRESH:
            return known[1]
        with self._database.read() as transaction:
            held = load_options(transaction, shop, plugin)
        self._held[shop, plugin] = (now, held)
        return held


def _save(transaction: Transaction, where: tuple[str, str], values: Mapping[str, Any], at: dt.datetime) -> None:
    if values:
        save_options(transaction, *where, values, at)


def _own(plugin: str, name: str, held: Held) -> list[str]:
    sealed: list[str] = held.get(name) or []
    if not sealed:
        raise ConflictError(f"this shop has not set {plugin}.{name}: set it by crm.plugins.configure first")
    return sealed


def _value(plugin: str, setting: Setting, held: Held) -> Any:
    if setting.name not in held:
        return setting.default
    try:
        return setting.checked(held[setting.name])
    except InvalidError:
        # Set for an older version of the plugin, which took other values.
        _LOG.warning("what is set for %s.%s can not be used any more: its default holds", plugin, setting.name)
        return setting.default
