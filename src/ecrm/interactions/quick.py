"""Store the common single event without the general way's lock and reading."""

from __future__ import annotations

from ecrm.database import Database
from ecrm.interactions.model.entry import Entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.recording import Kit
from ecrm.shops.model import Settings

__all__ = ["store_quickly"]


def store_quickly(
    database: Database, shop: str, settings: Settings, entry: Entry, kit: Kit
) -> Interaction | None:
    """Store one event where that needs no decision; None where the general way must."""
    return None
