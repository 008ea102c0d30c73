"""What a CRM knows, written in one way: two CRMs that were told the same have the same projection.

Left out is what differs from run to run: ids we make, positions, and when a thing was stored.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

from ecrm import CRM, Money
from ecrm.customers.model.merge import Identity
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.model.order import Order

PAGE = 500


def projection(crm: CRM) -> list[Any]:
    """Give every customer of the shop: identities, profile, facts, orders, timeline."""
    return sorted((_customer(crm, found) for found in _customers(crm)), key=_text)


def projection_hash(crm: CRM) -> str:
    """Give a short name of the projection, the same for the same."""
    return hashlib.sha256(_text(projection(crm)).encode()).hexdigest()


def _customers(crm: CRM) -> list[Any]:
    found: list[Any] = []
    while page := crm.customers.list(after=found[-1].id if found else None, limit=PAGE):
        found += page
    return found


def _customer(crm: CRM, found: Any) -> dict[str, Any]:
    identities = crm.customers.identities(found.id)
    names = {identity.profile_id: f"{identity.kind}={identity.value}" for identity in identities}
    facts = {name: _plain(value) for name, value in crm.facts(found.id).items()}
    return {
        "identities": sorted((_identity(identity) for identity in identities), key=_text),
        "name": found.name,
        "birthday": found.birthday and found.birthday.isoformat(),
        "language": found.language,
        "attributes": _plain(dict(found.attributes)),
        "tags": sorted(found.tags),
        "facts": facts,
        "orders": sorted((_order(order, names) for order in crm.orders(found.id)), key=_text),
        "timeline": sorted((_interaction(one, names) for one in _timeline(crm, found.id)), key=_text),
    }


def _timeline(crm: CRM, customer: Any) -> list[Interaction]:
    page = crm.timeline(customer, limit=PAGE)
    found = [*page]
    while page.next is not None:
        page = crm.timeline(customer, limit=PAGE, before=page.next)
        found += page
    return found


def _identity(identity: Identity) -> list[Any]:
    seen = identity.first_at.isoformat(), identity.last_at.isoformat()
    return [identity.kind, identity.value, identity.is_proven, *seen]


def _order(order: Order, names: dict[Any, str]) -> list[Any]:
    added = order.contribution()
    return [
        order.source, order.order_id, names[order.profile_id], order.owned_since.isoformat(), order.status,
        _plain(order.total), _plain(order.placed_at), _plain(order.cancelled_at), order.updated_at.isoformat(),
        order.items, sorted(added.spent.items()), sorted(added.revenue.items()), len(order.events),
    ]  # fmt: skip


def _interaction(one: Interaction, names: dict[Any, str]) -> list[Any]:
    return [
        one.at.isoformat(), one.kind, one.channel, one.source, one.source_id, names[one.profile_id],
        one.is_live, one.is_voided, _plain(one.properties), _plain(one.context),
    ]  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        # One database keeps 1.0 as 1: a number is the same number, however it is written.
        return str(Decimal(repr(value)).normalize() + 0)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(Decimal(value).normalize() + 0)
    if isinstance(value, Money):
        return str(value)
    return value if value is None or isinstance(value, bool | str) else str(value)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
