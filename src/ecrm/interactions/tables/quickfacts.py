"""What one event changes in the wide rows of plugins: as parts of PostgreSQL's one statement, and on SQLite.

Events that touch no plugin's fact never come here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from ecrm.database.rows import merged
from ecrm.database.transaction import Transaction
from ecrm.database.types import array_type
from ecrm.interactions.tables.facts import FACT_DAY, add_fact_days
from ecrm.interactions.tables.wide import Wide
from ecrm.values.fact import Fact

__all__ = ["PluginFacts", "PluginPart", "bind_facts", "plugin_ctes", "put_plugin_facts"]


class PluginFacts(NamedTuple):
    """What an event changes in one plugin's wide row.

    Args:
        wide: The plugin's table.
        changes: By column.
        days: The facts that count days, each with the shop's day of the event.
    """

    wide: Wide
    changes: Mapping[str, Any]
    days: tuple[tuple[Fact, dt.date], ...]


class PluginPart(NamedTuple):
    """All that the text of a plugin's part of the statement depends on: columns with their SQL, and days."""

    wide: Wide
    columns: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, str], ...]


def bind_facts(of_plugins: Sequence[PluginFacts], at: dt.datetime) -> tuple[tuple[PluginPart, ...], dict[str, Any]]:
    """Give the parts of the statement, and the values it takes by name."""
    parts: list[PluginPart] = []
    values: dict[str, Any] = {}
    for facts in of_plugins:
        columns = []
        for column, value in facts.changes.items():
            if value is at:
                columns.append((column, "%(at)s"))
                continue
            # Names of columns come from plugins and might be those of the statement's own values.
            name = f"p{len(values)}"
            columns.append((column, f"%({name})s::{array_type(facts.wide.table.c[column])}"))
            # As text, since the driver picks a type by a number's size and each mix would be prepared anew.
            values[name] = str(value) if type(value) is int else value
        parts.append(PluginPart(facts.wide, tuple(columns), tuple((fact.name, fact.column) for fact, _ in facts.days)))
        for _, day in facts.days:
            values["fact_day"] = day
    return tuple(part for part in parts if part.columns or part.days), values


def plugin_ctes(place: int, part: PluginPart) -> list[str]:
    """Write the part: one CTE for the wide row, and one before it for each fact that counts days."""
    columns = [*part.columns]
    ctes, sources = [], ["me", "stored"]
    for number, (fact, column) in enumerate(part.days):
        name = f"fact_day_{place}_{number}"
        ctes.append(
            f"{name} AS (INSERT INTO {FACT_DAY.name} AS t (shop, customer_id, fact, day, events) "
            f"SELECT %(shop)s, me.customer_id, '{fact}', %(fact_day)s::date, 1 FROM me, stored "
            f"ON CONFLICT (shop, customer_id, fact, day) {merged('postgresql', {'events': 'add'})} RETURNING events)"
        )
        sources.append(name)
        columns.append((column, f"({name}.events = 1)::int"))
    merges = {column: part.wide.merges[column] for column, _ in columns}
    names = ", ".join(f'"{column}"' for column, _ in columns)
    ctes.append(
        f"fact_{place} AS (INSERT INTO {part.wide.table.name} AS t (shop, customer_id, {names}) "
        f"SELECT %(shop)s, me.customer_id, {', '.join(sql for _, sql in columns)} FROM {', '.join(sources)} "
        f"ON CONFLICT (shop, customer_id) {merged('postgresql', merges)})"
    )
    return ctes


def put_plugin_facts(transaction: Transaction, shop: str, customer: UUID, of_plugins: Sequence[PluginFacts]) -> None:
    """Write them in the open SQLite transaction."""
    days = {(customer, fact.name, day): 1 for facts in of_plugins for fact, day in facts.days}
    grown = {name for _, name in add_fact_days(transaction, shop, days)}
    for facts in of_plugins:
        more = {fact.column: 1 for fact, _ in facts.days if fact.name in grown}
        facts.wide.add(transaction, shop, {customer: {**facts.changes, **more}})
