"""Write what reactions keep of customers, into the wide table of their plugin; `facts` reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ecrm.database.transaction import Transaction
from ecrm.interactions.tables.wide import Wide

__all__ = ["keep"]


def keep(transaction: Transaction, shop: str, wide: Wide, values: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Keep values of facts, whatever was kept of them before.

    Args:
        transaction: Where.
        shop: Whose.
        wide: The plugin's, from `wide_tables`.
        values: Of each customer, by the name of a kept fact; each as `Fact.check` gives it, None forgets it.
    """
    columns = {fact.name: fact.column for fact in wide.facts}
    rows: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for customer, kept in values.items():
        names = sorted(kept)
        rows[tuple(columns[name] for name in names)].append((shop, customer, *(kept[name] for name in names)))
    for touched in sorted(rows):
        if touched:
            wide.keeping(touched).run(transaction, rows[touched])
