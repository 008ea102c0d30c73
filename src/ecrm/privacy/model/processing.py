"""A line of the register of processing, and for how long a field is kept."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ecrm.values.personal import Personal

__all__ = ["Processing", "kept_days"]


@attrs.frozen
class Processing:
    """Tell of one purpose that data of one category is kept for.

    Args:
        category: One of `ecrm.values.personal.CATEGORIES`.
        what: What that is, in words.
        purpose: What it is kept for.
        kept_days: How long; None as long as the customer is known.
        where: The fields and columns.
        recipients: Who receives it.
    """

    category: str
    what: str
    purpose: str
    kept_days: int | None
    where: tuple[str, ...]
    recipients: tuple[str, ...]

    @property
    def kept(self) -> str:
        """Say how long it is kept.

        >>> Processing("contact", "where", "reach", 30, (), ()).kept
        '30 days'
        """
        return "as long as the customer" if self.kept_days is None else f"{self.kept_days} days"


def kept_days(where: str, declared: Personal, retention: Mapping[str, int]) -> int | None:
    """Give how many days a field is kept: what the shop set for it, its event or table, or category; else its own.

    Args:
        where: `Event Name.field` or `table.column`.
        declared: What the field declares.
        retention: What the shop has set, by any of these names.

    >>> kept_days("Message Received.text", Personal("content", "answer"), {"content": 365})
    365
    """
    for name in (where, where.partition(".")[0], declared.category):
        if name in retention:
            return retention[name]
    return declared.retention_days
