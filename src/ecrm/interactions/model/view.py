"""All there is of one customer, as `crm.customer` gives it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from ecrm.customers.model.merge import Identity
from ecrm.customers.model.trait import Customer
from ecrm.interactions.model.interaction import Timeline
from ecrm.interactions.model.order import Order

__all__ = ["CustomerView"]


@attrs.frozen(repr=False)
class CustomerView:
    """Show all there is of one customer at once.

    Args:
        customer: The profile: name, birthday, language, attributes, tags.
        identities: How they are recognised.
        facts: What is known of them.
        orders: Their orders as they stand, newest first.
        interactions: The newest of their timeline.
    """

    customer: Customer
    identities: Collection[Identity]
    facts: Mapping[str, Any]
    orders: Collection[Order]
    interactions: Timeline

    def __repr__(self) -> str:
        return f"<CustomerView {self.customer.id}>"
