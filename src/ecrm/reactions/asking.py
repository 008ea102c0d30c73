"""What a reaction may ask: facts, timeline, orders, the customer, the time, the shop's settings.

Questions read and change nothing. They answer as things stand; `past` answers as they stood.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol
from uuid import UUID

import attrs

from ecrm.customers.finding import find_profile
from ecrm.customers.model.trait import Customer
from ecrm.customers.tables import customer as customer_table
from ecrm.database import Database, Transaction
from ecrm.interactions.model.interaction import Timeline
from ecrm.interactions.model.order import Order
from ecrm.interactions.reading import Before, facts_of, orders_shown, timeline_of
from ecrm.interactions.recording import Kit
from ecrm.shops.model import Settings
from ecrm.values.who import Someone

__all__ = ["Library", "Questions"]


class May(Protocol):
    """Tell whether something may be done with a customer."""

    def __call__(
        self,
        transaction: Transaction,
        shop: str,
        customer_id: UUID,
        purpose: str,
        channel: str | None,
        at: dt.datetime,
    ) -> bool:
        """Decide as the ledger says."""


@attrs.frozen(repr=False)
class Library:
    """Hold what questions are answered from.

    Args:
        database: Where the CRM lives.
        kit: Its facts, and the time.
        settings_of: Gives a shop's settings.
        options_of: Gives what a shop has set for a plugin, by shop and plugin.
        may: Tells whether something may be done with a customer, at a moment: consent is a floor above.
    """

    database: Database
    kit: Kit
    settings_of: Callable[[str], Settings]
    options_of: Callable[[str, str], Mapping[str, Any]]
    may: May


class Questions:
    """Answer a reaction's questions about one customer, or others of the shop, as things stand.

    Args:
        library: What is asked.
        shop: Whose customers.
        plugin: Whose settings.
        about: Whom a question that names nobody is about: a profile, or a customer.
        now: The time.
    """

    def __init__(self, library: Library, shop: str, plugin: str, about: UUID, now: dt.datetime) -> None:
        self._library = library
        self._plugin = plugin
        self._about = about
        self.shop = shop
        self.now = now

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.shop} {self.now:%Y-%m-%d %H:%M}>"

    @property
    def settings(self) -> Settings:
        """Give what the shop has set: zone, currency, language and the rest."""
        return self._library.settings_of(self.shop)

    @property
    def options(self) -> Mapping[str, Any]:
        """Give what the shop has set for the plugin, defaults filled in, without secrets."""
        return self._library.options_of(self.shop, self._plugin)

    def customer(self, who: Someone | None = None) -> Customer | None:
        """Give the customer; None where nobody is known by that."""
        with self._library.database.read() as transaction:
            profile = find_profile(transaction, self.shop, self._whom(who), self.settings)
            if profile is None:
                return None
            return customer_table.find_customers(transaction, self.shop, [profile.customer_id])[0]

    def facts(self, who: Someone | None = None) -> dict[str, Any]:
        """Give the customer's facts by name."""
        with self._library.database.read() as transaction:
            return self._facts(transaction, self._whom(who))

    def orders(self, who: Someone | None = None) -> list[Order]:
        """Give the customer's orders, newest first."""
        with self._library.database.read() as transaction:
            return self._orders(transaction, self._whom(who))

    def may(self, purpose: str, channel: str | None = None, who: Someone | None = None) -> bool:
        """Tell whether something may be done with the customer now, as `crm.consent.decide` does.

        Args:
            purpose: What for, as `marketing`.
            channel: By which channel; None asks of every one.
            who: Whom; None is the interaction's customer. For nobody known it may not.
        """
        with self._library.database.read() as transaction:
            profile = find_profile(transaction, self.shop, self._whom(who), self.settings)
            if profile is None:
                return False
            return self._library.may(transaction, self.shop, profile.customer_id, purpose, channel, self.now)

    def timeline(
        self,
        who: Someone | None = None,
        limit: int = 50,
        before: Before = None,
        kinds: Collection[str] | None = None,
    ) -> Timeline:
        """Give a page of what happened with the customer, newest first; what was voided is left out.

        Args:
            who: Whom; None is the interaction's customer.
            limit: 1 to 1,000.
            before: `timeline.next`, an interaction, or a time to go on from.
            kinds: Only these event names.
        """
        with self._library.database.read() as transaction:
            page = timeline_of(
                transaction,
                self.shop,
                self.settings,
                self._whom(who),
                (limit, self._latest(before)),
                kinds,
                proven_only=False,
            )
        return Timeline(tuple(one for one in page if not one.is_voided), page.next)

    def _whom(self, who: Someone | None) -> Someone:
        return self._about if who is None else who

    def _latest(self, before: Before) -> Before:
        return before

    def _facts(self, transaction: Transaction, who: Someone) -> dict[str, Any]:
        return facts_of(transaction, self.shop, self.settings, who, self._library.kit.book)

    def _orders(self, transaction: Transaction, who: Someone) -> list[Order]:
        return orders_shown(transaction, self.shop, self.settings, who, proven_only=False)
