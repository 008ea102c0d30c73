"""The reaction and the timer: functions that say what is to be done, and do nothing themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from ecrm import events
from ecrm.effects import Due, Effect, Interaction, Questions, Record, SetTimer


@events.kind
class WishlistReminderDue(events.Event):
    """Say that somebody wished for a product a while ago and did not buy it."""

    NAME: ClassVar[str] = "Wishlist Reminder Due"

    product: events.Id
    name: events.Label | None = None


def remind_later(interaction: Interaction, ask: Questions) -> Iterator[Effect]:
    """Set a timer for the product; wishing for it again puts it off."""
    product = _product(interaction.properties)
    if product is None:
        return
    wait = dt.timedelta(days=ask.options["wait_days"])
    details = {"product": product, "name": interaction.properties.get("name"), "wished_at": interaction.at.isoformat()}
    key = f"{interaction.profile_id}:{product}"
    yield SetTimer("wishlist_reminder", key=key, at=interaction.at + wait, details=details)


def remind_unless_bought(due: Due, ask: Questions) -> Iterator[Effect]:
    """Derive the reminder, unless an order since the wish has the product."""
    wished_at = dt.datetime.fromisoformat(due.details["wished_at"])
    product = due.details["product"]
    for order in ask.timeline(due.profile_id, limit=1_000, kinds=["Order Completed"]):
        lines = order.properties.get("products") or ()
        if order.at >= wished_at and product in map(_product, lines):
            return
    yield Record(WishlistReminderDue(product=product, name=due.details["name"]))


def _product(properties: Mapping[str, Any]) -> str | None:
    found = properties.get("sku") or properties.get("product_id")
    return None if found is None else str(found)
