"""Questions answered as things stood at a moment of the past, for a replay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ecrm.customers.finding import find_profile
from ecrm.customers.tables import profile as profile_table
from ecrm.database import Transaction
from ecrm.errors import InvalidError
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.model.order import Order, fold_order
from ecrm.interactions.model.tally import Tally
from ecrm.interactions.reading import Before, facts_shown
from ecrm.interactions.recording import earlier_events
from ecrm.interactions.tables import log as log_table
from ecrm.reactions.asking import Questions
from ecrm.values.who import Someone

__all__ = ["PastQuestions"]

_LAST = UUID(int=(1 << 128) - 1)


class PastQuestions(Questions):
    """Answer as things stood at `now`: from what had happened by then, counted and folded anew.

    Who is one customer is answered as it is known today, and so is what is known of their name, tags and
    attributes.
    """

    def _latest(self, before: Before) -> Before:
        # Up to and with the moment itself: its ids are all smaller than the last one there is.
        here = f"{self.now.isoformat()}~{_LAST}"
        if before is None:
            return here
        return min((_cursor(before), here), key=_moment)

    def _facts(self, transaction: Transaction, who: Someone) -> dict[str, Any]:
        profile = find_profile(transaction, self.shop, who, self.settings)
        if profile is None:
            return {}
        book = self._library.kit.book
        tally = Tally(self.settings.day_of, book)
        rows = profile_table.profiles_of(transaction, self.shop, [profile.customer_id])
        for interaction in log_table.interactions_of(transaction, self.shop, [row.id for row in rows]):
            if interaction.at <= self.now:
                tally.add_interaction(profile.customer_id, interaction)
        for order in self._orders(transaction, who):
            tally.change_order(None, (profile.customer_id, order.contribution()))
        return facts_shown(tally.counted(profile.customer_id), tally.spent(profile.customer_id), self.settings, book)

    def _orders(self, transaction: Transaction, who: Someone) -> list[Order]:
        return _folded(transaction, self.shop, super()._orders(transaction, who), self.now)


def _folded(transaction: Transaction, shop: str, orders: Sequence[Order], until: dt.datetime) -> list[Order]:
    known = earlier_events(transaction, shop, orders)
    begun = {key: [event for event in found if event.at <= until] for key, found in known.items()}
    folded = [fold_order(*key, found) for key, found in begun.items() if found]
    return sorted(folded, key=_newest_first, reverse=True)


def _newest_first(order: Order) -> tuple[dt.datetime, str, str]:
    return order.placed_at or order.updated_at, order.source, order.order_id


def _cursor(before: Before) -> str:
    if isinstance(before, Interaction):
        return before.cursor
    return f"{before.isoformat()}~{UUID(int=0)}" if isinstance(before, dt.datetime) else str(before)


def _moment(cursor: str) -> tuple[dt.datetime, str]:
    at, _, id_ = cursor.partition("~")
    try:
        moment = dt.datetime.fromisoformat(at)
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC), id_
    except ValueError as error:
        raise InvalidError.of("before", "give timeline.next, an interaction, or a time") from error
