"""Record an objection in a transaction of the caller's: what fulfils a request to be left alone."""

from __future__ import annotations

from uuid import UUID

from ecrm.customers.model.claim import KINDS, Claim, Claims
from ecrm.customers.tables.profile import profiles_of
from ecrm.database import Transaction
from ecrm.errors import NotFoundError
from ecrm.interactions.emitting import settled_wire
from ecrm.interactions.events import ConsentWithdrawn
from ecrm.interactions.model.entry import make_entry
from ecrm.interactions.recording import Kit
from ecrm.interactions.voiding import store_all
from ecrm.shops.model import Settings
from ecrm.values import Actor

__all__ = ["record_objection"]


def record_objection(
    transaction: Transaction, shop: str, settings: Settings, kit: Kit, customer_id: UUID, actor: Actor | None
) -> None:
    """Record that a customer objects to marketing.

    Args:
        transaction: An open transaction; nothing is committed here.
        shop: Whose.
        settings: The shop's.
        kit: Ids, time, projections.
        customer_id: The customer.
        actor: Who took the objection; None is the customer themselves.

    Raises:
        NotFoundError: There is no such customer any more.
    """
    rows = profiles_of(transaction, shop, [customer_id])
    if not rows:
        raise NotFoundError("there is no customer with this id in this shop")
    strongest = min(rows, key=lambda row: (KINDS[row.kind].rank, row.id))
    event = ConsentWithdrawn(purpose="marketing", is_objection=True, method="request", actor=actor)
    hung = Claims((Claim(strongest.kind, strongest.value),))
    entry = make_entry(settled_wire(event, kit.now(), kit), settings, hung)
    store_all(transaction, shop, settings, [entry], kit)
