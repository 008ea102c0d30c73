"""What `crm.plugins` offers: which plugins there are, which are on, and what a shop sets for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from ecrm.composition import Core
from ecrm.customers.model.trait import Customer
from ecrm.errors import NotFoundError
from ecrm.hookspecs import Contact, Keys, Setting
from ecrm.registry import Answer, ask_contact
from ecrm.shops.service import Shop
from ecrm.values.who import Someone

__all__ = ["Listed", "Switchboard"]

_CONTACT_DEADLINE_S = 2.0


@attrs.frozen
class Listed:
    """Be a plugin in a list.

    Args:
        name: What it is called.
        version: Of what it was installed by; None where nobody says.
        origin: `built in`, `installed`, or `given` by the host.
        is_on: Whether this shop uses it.
        contributes: How many records it contributes, by the hook's last words, as `reactions`.
    """

    name: str
    version: str | None
    origin: str
    is_on: bool
    contributes: Mapping[str, int]


class Switchboard:
    """Look after the plugins of one shop.

    Args:
        core: What the views of one CRM share.
        shop: The shop.
        find: Finds a customer.
    """

    def __init__(self, core: Core, shop: Shop, find: Callable[[Someone], Customer | None]) -> None:
        self._core = core
        self._shop = shop
        self._find = find

    def __repr__(self) -> str:
        return f"<Switchboard {', '.join(self._core.contributions.plugins)}>"

    def list(self) -> list[Listed]:
        """List the plugins of the CRM, those that are off for this shop too.

        >>> [plugin.name for plugin in crm.plugins.list() if not plugin.is_on]
        []
        """
        found = self._core.contributions
        return [
            Listed(plugin.name, plugin.version, plugin.origin, self.is_on(plugin.name), found.counts(plugin.name))
            for plugin in found.plugins.values()
        ]

    def is_on(self, plugin: str) -> bool:
        """Tell whether a plugin is there, and on for this shop.

        >>> crm.plugins.is_on("nobody_has_this")
        False
        """
        return self._core.is_on(plugin, self._shop.key)

    def switch_off(self, plugin: str) -> None:
        """Let this shop do without a plugin: its reactions, timers and sources rest; what it kept stays.

        Raises:
            NotFoundError: The CRM has no such plugin.
        """
        self._check(plugin)
        self._shop.change(lambda held: attrs.evolve(held, plugins_off=held.plugins_off | {plugin}))

    def switch_on(self, plugin: str) -> None:
        """Let this shop use a plugin again.

        Raises:
            NotFoundError: The CRM has no such plugin.
        """
        self._check(plugin)
        self._shop.change(lambda held: attrs.evolve(held, plugins_off=held.plugins_off - {plugin}))

    def declared(self, plugin: str) -> tuple[Setting, ...]:
        """Give what can be set for a plugin.

        Raises:
            NotFoundError: The CRM has no such plugin.
        """
        self._check(plugin)
        return self._core.contributions.settings.get(plugin, ())

    def settings(self, plugin: str) -> dict[str, Any]:
        """Give what this shop has set for a plugin, defaults for the rest; a secret that is set is `…`, else None.

        Raises:
            NotFoundError: The CRM has no such plugin.
        """
        self._check(plugin)
        return self._core.options.shown(self._shop.key, plugin)

    def keys(self, plugin: str) -> Keys:
        """Give what a plugin's own service may know of what its shops set, secrets too.

        Raises:
            NotFoundError: The CRM has no such plugin.
        """
        self._check(plugin)
        return self._core.keys_of(plugin)

    def configure(self, plugin: str, /, **settings: Any) -> dict[str, Any]:
        """Set what is named for a plugin, leave the rest; give what holds, as `settings` does.

        Args:
            plugin: The plugin.
            **settings: Its settings and secrets, by name.

        Raises:
            NotFoundError: The CRM has no such plugin.
            InvalidError: The plugin has no such setting, or it can not have this value.
            SetupError: A secret can not be sealed: the CRM has no key for it.
        """
        self._check(plugin)
        self._core.options.configure(self._shop.key, plugin, settings)
        return self.settings(plugin)

    def rotate(self, plugin: str, /, **secrets: str) -> None:
        """Set secrets anew; the former value of each stays active beside the new one, until `retire`.

        Raises:
            NotFoundError: The CRM has no such plugin.
            InvalidError: The plugin has no such secret, or it can not have this value.
            ConflictError: This shop has not set it yet.
        """
        self._check(plugin)
        self._core.options.rotate(self._shop.key, plugin, secrets)

    def retire(self, plugin: str, secret: str) -> None:
        """Let only the newest value of a secret stay active.

        Raises:
            NotFoundError: The CRM has no such plugin.
            InvalidError: The plugin has no such secret.
            ConflictError: This shop has not set it.
        """
        self._check(plugin)
        self._core.options.retire(self._shop.key, plugin, secret)

    def reseal(self, plugin: str) -> int:
        """Seal this shop's secrets of a plugin with the newest key, so that the old key can go; give how many.

        Raises:
            NotFoundError: The CRM has no such plugin.
            SetupError: One was sealed with a key the CRM does not have.
        """
        self._check(plugin)
        return self._core.options.reseal(self._shop.key, plugin)

    def forget(self, plugin: str, *settings: str) -> tuple[str, ...]:
        """Forget what this shop has set for a plugin, which need not be there any more.

        Args:
            plugin: The plugin.
            *settings: What is forgotten; all where none is named.

        Returns:
            The names of what was set.
        """
        return tuple(self._core.options.forget(self._shop.key, plugin, settings))

    def may_contact(self, who: Someone, *, channel: str, purpose: str) -> Answer:
        """Ask every plugin that is on whether a customer may be contacted; any no wins.

        A plugin that raises, takes longer than 2 s, or answers with something else counts as a no.

        Args:
            who: A Who, a customer's id, or a text that can only mean one identity.
            channel: By which channel.
            purpose: What for, as `marketing`.

        Raises:
            NotFoundError: Nobody is known by that.

        >>> ayse = crm.customers.upsert("ayse@example.org", name="Ayşe")
        >>> crm.plugins.may_contact(ayse.id, channel="email", purpose="marketing").is_allowed
        True
        """
        customer = self._find(who)
        if customer is None:
            raise NotFoundError("nobody is known by this identity in this shop")
        asked = {name: answer for name, answer in self._core.contributions.contact.items() if self.is_on(name)}
        contact = Contact(self._shop.key, customer.id, channel, purpose)
        return ask_contact(asked, contact, self._core.runner, _CONTACT_DEADLINE_S)

    def _check(self, plugin: str) -> None:
        known = self._core.contributions.plugins
        if plugin not in known:
            raise NotFoundError(f"this CRM has no plugin {plugin}: it has {', '.join(known) or 'none'}")
