"""What a CRM knows, as lines of text: two shops that were told the same have the same lines.

Left out is what differs from run to run: the ids we make, positions, and when a thing was stored.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from ecrm.crm import CRM
from ecrm.customers.model.trait import Customer
from ecrm.interactions.model.interaction import Interaction

__all__ = ["customers_of", "difference", "picture", "timeline_of"]

_PAGE = 500
_MOST_SHOWN = 6
_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")

Lines = Counter[str]


def picture(crm: CRM, without: Collection[str] = ()) -> Lines:
    """Give every customer of a shop: facts, tags, timeline.

    Args:
        crm: A view on the shop.
        without: The names of facts that are left out.
    """
    return Counter(
        _ID.sub("…", f"{name}: {line}")
        for found in customers_of(crm)
        for name in [_name(crm, found.id)]
        for line in _lines(crm, found, without)
    )


def difference(one: Lines, other: Lines) -> str:
    """Say which lines are in one picture alone; nothing where they are the same.

    >>> difference(Counter(["a", "b"]), Counter(["b"]))
    '- a'
    """
    lines = [f"- {line}" for line in sorted((one - other).elements())]
    lines += [f"+ {line}" for line in sorted((other - one).elements())]
    more = [f"… and {len(lines) - _MOST_SHOWN} lines more"] if len(lines) > _MOST_SHOWN else []
    return "\n".join([*lines[:_MOST_SHOWN], *more])


def customers_of(crm: CRM) -> list[Customer]:
    """Give every customer of a shop."""
    found: list[Customer] = []
    while page := crm.customers.list(after=found[-1].id if found else None, limit=_PAGE):
        found += page
    return found


def timeline_of(crm: CRM, customer: UUID) -> list[Interaction]:
    """Give all that happened with a customer."""
    page = crm.timeline(customer, limit=_PAGE)
    found = [*page]
    while page.next is not None:
        page = crm.timeline(customer, limit=_PAGE, before=page.next)
        found += page
    return found


def _name(crm: CRM, customer: UUID) -> str:
    return ", ".join(sorted(f"{one.kind} {one.value}" for one in crm.customers.identities(customer)))


def _lines(crm: CRM, found: Customer, without: Collection[str]) -> Iterator[str]:
    yield from (f"tag {tag}" for tag in found.tags)
    for name, value in crm.facts(found.id).items():
        if name not in without:
            yield f"fact {name} = {value}"
    yield from map(_happening, timeline_of(crm, found.id))


def _happening(one: Interaction) -> str:
    context = dict(one.context.get("context") or {})
    derived = context.get("derived") or {}
    # What was derived is called after the interaction it was derived of, whose id is ours.
    name = f"derived by {derived.get('by')}" if derived else one.source_id
    held: dict[str, Any] = {"properties": dict(one.properties), "is_live": one.is_live, "is_voided": one.is_voided}
    told = json.dumps(held, sort_keys=True, ensure_ascii=False, default=str)
    return f"{one.at.isoformat()} {one.kind} at {one.channel} of {one.source}, {name}: {told}"
