"""Add up what events and orders change in the facts of customers, before anything is written.

The same adding serves one event, a batch and a recount, so they can not disagree.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from ecrm.interactions.model.fact import facts_for
from ecrm.values.fact import Fact
from ecrm.interactions.model.order import Contribution

__all__ = ["Tally"]

Amounts = tuple[int, int]


class Tally:
    """Collect changes by customer: columns of the wide row, purchase days, revenue by currency."""

    def __init__(self, day_of: Callable[[dt.datetime], dt.date]) -> None:
        self.columns: dict[UUID, dict[str, Any]] = defaultdict(dict)
        self.days: dict[tuple[UUID, dt.date], int] = defaultdict(int)
        self.amounts: dict[tuple[UUID, str], Amounts] = {}
        self.stale_bounds: set[UUID] = set()
        self._day_of = day_of

    def add_event(
        self, customer: UUID, kind: str, at: dt.datetime, channel: str | None, key: str,
        properties: Mapping[str, Any], *, by_customer: bool,
    ) -> None:  # fmt: skip
        """Add one event."""
        columns = self.columns[customer]
        for fact in facts_for(kind, channel, by_customer):
            if fact.how == "count":
                columns[fact.column] = columns.get(fact.column, 0) + 1
            elif fact.how == "last":
                _keep_last(columns, fact, at, key, properties)
            else:
                held = columns.get(fact.column)
                choose = min if fact.how == "min" else max
                columns[fact.column] = at if held is None else choose(held, at)

    def change_order(self, before: tuple[UUID, Contribution] | None, after: tuple[UUID, Contribution] | None) -> None:
        """Replace what an order contributed by what it contributes now, for whom it does."""
        if before == after:
            return
        if before is not None:
            self._add_order(*before, -1)
        if after is not None:
            self._add_order(*after, 1)
        if before is not None and _moved_bounds(before, after):
            self.stale_bounds.add(before[0])
        if after is not None and after[1].orders and after[1].placed_at is not None:
            columns = self.columns[after[0]]
            placed_at = after[1].placed_at
            columns["orders_first_at"] = min(columns.get("orders_first_at") or placed_at, placed_at)
            columns["orders_last_at"] = max(columns.get("orders_last_at") or placed_at, placed_at)

    def _add_order(self, customer: UUID, order: Contribution, sign: int) -> None:
        columns = self.columns[customer]
        for name, amount in (
            ("orders_count", order.orders),
            ("orders_cancelled_count", order.cancelled),
            ("orders_refunded_count", order.refunded),
            ("orders_items", order.items),
        ):
            if amount:
                columns[name] = columns.get(name, 0) + sign * amount
        if order.orders and order.placed_at is not None:
            self.days[customer, self._day_of(order.placed_at)] += sign
        for currency in {**order.spent, **order.revenue}:
            spent, revenue = self.amounts.get((customer, currency), (0, 0))
            spent += sign * order.spent.get(currency, 0)
            self.amounts[customer, currency] = spent, revenue + sign * order.revenue.get(currency, 0)


def _moved_bounds(before: tuple[UUID, Contribution], after: tuple[UUID, Contribution] | None) -> bool:
    if not before[1].orders:
        return False
    return after is None or (before[0], before[1].placed_at) != (after[0], after[1].placed_at) or not after[1].orders


def _keep_last(columns: dict[str, Any], fact: Fact, at: dt.datetime, key: str, properties: Mapping[str, Any]) -> None:
    value = properties.get(fact.field)
    if value is None:
        return
    at_column, key_column = f"{fact.column}_at", f"{fact.column}_key"
    held = columns.get(at_column)
    if held is None or (at, key) > (held, columns[key_column]):
        columns |= {fact.column: float(value), at_column: at, key_column: key}
