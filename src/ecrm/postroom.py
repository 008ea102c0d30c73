"""The post room of a CRM: what authorises, composes, delivers and settles messages, put together once."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from ecrm.consent.links import Links
from ecrm.customers.tables.customer import find_customers
from ecrm.database import Database, Transaction
from ecrm.deadlines import Runner
from ecrm.hookspecs import Contact
from ecrm.interactions.reading import facts_of
from ecrm.interactions.recording import Kit
from ecrm.messages.arranging import Arrangements
from ecrm.messages.authorising import Authoriser
from ecrm.messages.composing import Composer, Sources
from ecrm.messages.delivering import Deliverer
from ecrm.messages.deployment import Deployment
from ecrm.messages.holidays import holidays_of
from ecrm.messages.judging import Rules
from ecrm.messages.lawful import rules_of
from ecrm.messages.linting import Rules as LintRules
from ecrm.messages.settling import Settler
from ecrm.registry import Contributions, ask_contact
from ecrm.shops.keys import ShopLine
from ecrm.shops.model import Settings
from ecrm.shops.options import Options
from ecrm.surveys.lettering import READY, Lettering

__all__ = ["PostRoom"]

_CONTACT_DEADLINE_S = 2.0


class PostRoom:
    """What sends for a CRM.

    Args:
        database: The CRM's.
        kit: Ids, time, facts.
        contributions: What plugins brought.
        options: What shops set for them.
        arrangements: What shops arranged about their messages.
        deployment: Whether this database may send.
        settings_of: Gives a shop's settings.
        is_on: Tells whether a plugin is on in a shop.
    """

    def __init__(
        self,
        database: Database,
        kit: Kit,
        contributions: Contributions,
        options: Options,
        arrangements: Arrangements,
        deployment: Deployment,
        settings_of: Callable[[str], Settings],
        is_on: Callable[[str, str], bool],
    ) -> None:
        self.arrangements = arrangements
        self.deployment = deployment
        self.links = Links(
            lambda shop: kit.keys.active(database, shop, "links"),
            kit.now,
            lambda shop: kit.keys.held(database, shop, "links"),
        )
        self._settings_of = settings_of
        self._kit = kit
        self._runner = Runner()
        owned = contributions.channels
        channels = {name: one.record for name, one in owned.items()}

        def arrangement_of(shop: str) -> Any:
            return arrangements.of(shop).arrangement

        def objections(contact: Contact) -> tuple[str, ...]:
            asked = {plugin: ask for plugin, ask in contributions.contact.items() if is_on(plugin, contact.shop)}
            return tuple(map(str, ask_contact(asked, contact, self._runner, _CONTACT_DEADLINE_S).reasons))

        rules = Rules(
            arrangement_of,
            lambda shop: arrangements.of(shop).policy,
            settings_of,
            channels,
            lambda channel, shop: is_on(owned[channel].plugin, shop),
            objections if contributions.contact else None,
            self.facts_of,
            holidays_of,
        )
        kinds = [one.record for one in contributions.question_kinds.values()]
        fill = Lettering(database, kit, kinds, arrangement_of, settings_of, self.facts_of).variables
        sources = Sources(arrangement_of, settings_of, self.facts_of, self.links, kit.now, fill, READY)
        self.composer = Composer(database, sources)
        self.deliverer = Deliverer(
            Authoriser(database, rules, kit.now),
            self.composer,
            Settler(database, kit, arrangement_of, channels, random.random),
            rules,
            lambda channel, shop: ShopLine(shop, owned[channel].plugin, options, kit.now, database),
            deployment,
            database.release,
        )

    def lint_rules_of(self, shop: str) -> LintRules:
        """Give what a shop's templates are held to: the law of its country, and who it is."""
        return rules_of(self.arrangements.of(shop), self._settings_of(shop))

    def facts_of(
        self, transaction: Transaction, shop: str, customers: Sequence[UUID]
    ) -> Mapping[UUID, Mapping[str, Any]]:
        """Read the facts of customers."""
        settings, book = self._settings_of(shop), self._kit.book
        return {id_: facts_of(transaction, shop, settings, id_, book) for id_ in customers}

    def known_of(self, shop: str, database: Database, customer_id: UUID) -> tuple[Any, Mapping[str, Any]]:
        """Give a customer and what is known of them, for a preview."""
        with database.read() as transaction:
            found = find_customers(transaction, shop, [customer_id])
            return found[0], self.facts_of(transaction, shop, [customer_id])[customer_id]
