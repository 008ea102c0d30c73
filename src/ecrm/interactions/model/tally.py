"""Add up what events and orders change in the facts of customers, before anything is written.

The same adding serves one event, a batch and a recount, so they can not disagree.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from ecrm.interactions.model.book import CORE_FACTS, FactBook
from ecrm.interactions.model.fact import EVENT_FACTS, ORDER_FACTS, is_by_customer
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.model.measure import MILLION, is_in_millionths, measure, summand
from ecrm.interactions.model.order import Contribution
from ecrm.values.fact import Fact

__all__ = ["Tally"]

Amounts = tuple[int, int]
Columns = dict[UUID, dict[str, Any]]


class Tally:
    """Collect changes by customer: columns of wide rows, days, revenue by currency.

    Args:
        day_of: Gives the shop's day of a time.
        book: The facts there are.
    """

    def __init__(self, day_of: Callable[[dt.datetime], dt.date], book: FactBook) -> None:
        self.by_owner: dict[str, Columns] = defaultdict(lambda: defaultdict(dict))
        self.columns: Columns = self.by_owner[CORE_FACTS]
        self.days: dict[tuple[UUID, dt.date], int] = defaultdict(int)
        self.fact_days: dict[tuple[UUID, str, dt.date], int] = defaultdict(int)
        self.amounts: dict[tuple[UUID, str], Amounts] = {}
        self.stale_bounds: set[UUID] = set()
        self._day_of = day_of
        self._book = book

    @property
    def of_plugins(self) -> dict[str, Columns]:
        """Give the changes of the wide rows of plugins, by plugin."""
        return {owner: columns for owner, columns in self.by_owner.items() if owner != CORE_FACTS}

    def add_event(
        self, customer: UUID, kind: str, at: dt.datetime, channel: str | None, key: str,
        properties: Mapping[str, Any], *, by_customer: bool, location_id: str | None = None,
    ) -> None:  # fmt: skip
        """Add one event; its key is its source and source id."""
        for owner, facts in self._book.facts_for(kind, channel, by_customer):
            columns = self.by_owner[owner][customer]
            for fact in facts:
                column = fact.column
                if fact.how == "count":
                    columns[column] = columns.get(column, 0) + 1
                elif fact.field:
                    value = _told(fact, channel, key, location_id, properties)
                    _ADD[fact.how](columns, fact, value, at, key)
                elif fact.how == "days":
                    self.fact_days[customer, fact.name, self._day_of(at)] += 1
                else:
                    _choose(columns, fact, at)

    def add_interaction(self, customer: UUID, interaction: Interaction) -> None:
        """Add one that is stored."""
        context = interaction.context
        self.add_event(
            customer, interaction.kind, interaction.at, interaction.channel,
            f"{interaction.source}:{interaction.source_id}", interaction.properties,
            by_customer=is_by_customer(context), location_id=context.get("location_id"),
        )  # fmt: skip

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

    def counted(self, customer: UUID) -> dict[str, Any]:
        """Give what was added up of a customer, by fact name."""
        found: dict[str, Any] = {}
        for owner, facts in ((CORE_FACTS, (*EVENT_FACTS, *ORDER_FACTS)), *self._book.by_plugin.items()):
            columns = self.by_owner.get(owner, {}).get(customer, {})
            for fact in facts:
                if fact.column in columns:
                    value = columns[fact.column]
                    found[fact.name] = value / MILLION if is_in_millionths(fact) else value
        found["orders.days"] = sum(id_ == customer and orders > 0 for (id_, _), orders in self.days.items())
        for id_, name, _ in self.fact_days:
            found[name] = found.get(name, 0) + (id_ == customer)
        return found

    def spent(self, customer: UUID) -> dict[str, Amounts]:
        """Give what a customer spent and the revenue of it in minor units, by currency."""
        return {currency: both for (id_, currency), both in self.amounts.items() if id_ == customer and any(both)}

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


def _told(fact: Fact, channel: str | None, key: str, location_id: str | None, properties: Mapping[str, Any]) -> object:
    if fact.field == "@channel":
        return channel
    if fact.field == "@source":
        return key.partition(":")[0]
    return location_id if fact.field == "@location_id" else properties.get(fact.field)


def _choose(columns: dict[str, Any], fact: Fact, value: Any) -> None:
    held = columns.get(fact.column)
    choose = min if fact.how == "min" else max
    columns[fact.column] = value if held is None else choose(held, value)


def _add_sum(columns: dict[str, Any], fact: Fact, told: object, _: dt.datetime, __: str) -> None:
    amount = summand(fact, told)
    if amount is not None:
        columns[fact.column] = columns.get(fact.column, 0) + amount


def _add_bound(columns: dict[str, Any], fact: Fact, told: object, _: dt.datetime, __: str) -> None:
    value = measure(fact, told)
    if value is not None:
        _choose(columns, fact, value)


def _add_last(columns: dict[str, Any], fact: Fact, told: object, at: dt.datetime, key: str) -> None:
    value = measure(fact, told)
    if value is None:
        return
    at_column, key_column = f"{fact.column}_at", f"{fact.column}_key"
    held = columns.get(at_column)
    if held is None or (at, key) > (held, columns[key_column]):
        columns |= {fact.column: value, at_column: at, key_column: key}


_ADD: Mapping[str, Callable[[dict[str, Any], Fact, object, dt.datetime, str], None]] = {
    "sum": _add_sum,
    "min": _add_bound,
    "max": _add_bound,
    "last": _add_last,
}
