"""What a CRM has of each room, for one shop: `crm.customers`, `crm.consent`, `crm.messages` and the rest.

`ecrm.crm.CRM` is made of this; what a host tells and asks of customers is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

from ecrm.audit.service import Audit
from ecrm.composition import Core
from ecrm.consent.links import Links
from ecrm.consent.service import Consent
from ecrm.customers.service import Customers
from ecrm.errors import NotFoundError
from ecrm.interactions.events import CustomerUpdated, Event, NoteAdded
from ecrm.interactions.inboxes import Inbox
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.service import Recorder
from ecrm.messages.explaining import Explained
from ecrm.messages.service import Messages
from ecrm.messages.templates import Templates
from ecrm.privacy.service import Privacy
from ecrm.shops.service import Shop
from ecrm.switchboard import Switchboard
from ecrm.values import Actor, Who
from ecrm.values.who import Someone

__all__ = ["Rooms"]


class Rooms:
    """Hold what each room offers to one shop."""

    _core: Core
    shop: Shop

    def for_shop(self, shop: str) -> Self:
        """Give a view on another shop of the same database; it shares connections and signals.

        >>> crm.for_shop("outlet").shop.key
        'outlet'
        """
        view = object.__new__(type(self))
        view._core = self._core
        view._open(shop)
        return view

    def _open(self, shop: str) -> None:
        core = self._core
        database, kit, room = core.database, core.kit, core.postroom
        self.shop = core.shop(shop)
        self._recorder = Recorder(database, self.shop, kit, self._tell)
        self.inbox = Inbox(database, self.shop, kit.now)
        self.customers = Customers(database, self.shop, self._record_traits, kit.now, kit.new_id, kit.followers)
        self.audit = Audit(database, self.shop.key, kit.now, self.customers.ids_of)
        as_who = self.customers.as_who
        self.consent = Consent(database, self.shop, kit.now, self._recorder.record, as_who, core.address_of)
        self.messages = Messages(
            database,
            self.shop,
            kit.now,
            (self._recorder.record, self._emit),
            kit.new_id,
            as_who,
            room.arrangements,
            room.deployment,
            self._templates(),
            room.lint_rules_of,
            room.links,
        )
        self.surveys = core.surveys.surveys_of(self.shop, self._tell)
        self.privacy = Privacy(core.privacy, self.shop)
        self.plugins = Switchboard(core, self.shop, self.customers.find)
        self._services: dict[type[Any], Any] = {}

    @property
    def links(self) -> Links:
        """Give what makes and reads the signed links a customer refuses, chooses and confirms by."""
        return self._core.postroom.links

    def explain_message(self, id: UUID | str) -> Explained:  # noqa: A002 - as `Explained.id`
        """Say what became of a message and why.

        Raises:
            NotFoundError: There is no such message in this shop.
        """
        return self.messages.explain(id)

    def _templates(self) -> Templates:
        core = self._core
        room = core.postroom
        return Templates(
            core.database, self.shop, core.kit.now, room.composer, room.lint_rules_of,
            lambda who: room.known_of(self.shop.key, core.database, self._known(who)),
        )  # fmt: skip

    def _known(self, who: Someone) -> UUID:
        found = self.customers.find(who)
        if found is None:
            message = "nobody is known by this identity in this shop"
            raise NotFoundError(message)
        return found.id

    def _record_traits(self, event_name: str, customer: Who, properties: dict[str, Any], actor: Actor | None) -> None:
        kind = {"Customer Updated": CustomerUpdated, "Note Added": NoteAdded}[event_name]
        self._recorder.record(kind(customer=customer, actor=actor, **properties))

    def _emit(self, event: Event, connection: Any) -> bool:
        return self._core.emitter.emit(self.shop.key, event, connection)

    def _tell(self, shop: str, interactions: Sequence[Interaction]) -> None:
        signals = self._core.signals
        if interactions and signals.recorded.receivers:
            signals.tell(signals.recorded, self, shop=shop, interactions=list(interactions))
