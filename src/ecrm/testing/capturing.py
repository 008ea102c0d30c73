"""See what a host's code emitted, without a database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ecrm.crm import CRM
from ecrm.interactions.events import Event

__all__ = ["capture"]


@contextlib.contextmanager
def capture(crm: CRM) -> Iterator[list[Event]]:
    """Collect the events that `crm.emit` is given inside the block; nothing is stored.

    Args:
        crm: The CRM that the host's code holds, or any view of it.

    >>> from ecrm import Who, events
    >>> shop = crm.for_shop("main")
    >>> with capture(shop) as emitted:
    ...     told = shop.emit(events.StoreVisited(customer=Who(card="1234")))
    >>> [event.event_name for event in emitted]
    ['Store Visited']
    """
    emitted: list[Event] = []
    crm.capture(lambda _shop, event: emitted.append(event))
    try:
        yield emitted
    finally:
        crm.capture(None)
