"""Look up which events a CRM has already, with what they say."""

from __future__ import annotations

from collections.abc import Collection

from ecrm.crm import CRM
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.tables import log

__all__ = ["stored_by_key"]


def stored_by_key(crm: CRM, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Interaction]:
    """Give the stored interactions by (source, source id).

    Args:
        crm: Where to look.
        keys: What to look for.
    """
    with crm.database.read() as transaction:
        return {
            (found.source, found.source_id): found
            for found in log.find_stored(transaction, crm.shop.key, keys)
        }
