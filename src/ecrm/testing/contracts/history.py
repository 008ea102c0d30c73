"""Histories a contract tells: a plugin's own, named and dated, or one made of the kinds a plugin listens to.

They are the same in every run, so that what a plugin does wrong is wrong again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

import attrs

from ecrm.interactions.events import Custom, CustomerUpdated, Event, Kinds, Product
from ecrm.interactions.events.shape import Part, shape_of
from ecrm.values import Actor, Money, Who

__all__ = ["START", "canaries", "placed", "sample_history"]

START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
_PEOPLE = 3
_APART = dt.timedelta(minutes=7)
_LEAST_CANARY = 5
# Said of another event, which is not there.
_NEVER = frozenset({"Interaction Voided"})


def sample_history(kinds: Kinds, names: Collection[str]) -> list[Event]:
    """Make a history of three people: two rounds of each kind, every field given.

    Args:
        kinds: The kinds that are known.
        names: Of which events; a name that is no kind's makes a `Custom`.
    """
    history: list[Event] = []
    for number in range(_PEOPLE):
        who = Who(email=f"canary{number}@example.org", phone=f"+90532111000{number}", user_id=f"canary-{number}")
        history.append(CustomerUpdated(customer=who, name=f"Canary Name{number}"))
        for turn in range(2):
            history += [_event(kinds, name, who, f"{number}{turn}") for name in sorted(set(names) - _NEVER)]
    return history


def placed(history: Iterable[Event]) -> list[Event]:
    """Give each event an id and a time where it has none, oldest first.

    Args:
        history: What happened, in any order.
    """
    given = []
    for number, event in enumerate(history):
        is_named = event.source_id is not None or event.natural_key() is not None
        name = event.source_id if is_named else f"told-{number}"
        at = event.at or START + number * _APART
        given.append(attrs.evolve(event, source_id=name, at=at))  # type: ignore[misc] # an attrs class by `kind`
    return sorted(given, key=_moment)


def canaries(history: Sequence[Event]) -> frozenset[str]:
    """Give what must be told nowhere: the identities and names of those a history is about."""
    found: set[str] = set()
    for event in history:
        if event.customer is not None:
            found |= {value for value in event.customer.given.values() if len(value) >= _LEAST_CANARY}
        if isinstance(event, CustomerUpdated) and event.name is not None:
            found.add(event.name)
    return frozenset(found)


def _moment(event: Event) -> dt.datetime:
    at = event.at
    assert at is not None, "it has just been dated"
    return at


def _event(kinds: Kinds, name: str, who: Who, key: str) -> Event:
    kind = kinds.get(name)
    if kind is None or kind is Custom:
        return Custom(name, {"number": 1}, customer=who, channel="web")
    return kind(customer=who, channel="web", **_fields(kind, key))


def _fields(kind: type[Any], key: str) -> dict[str, Any]:
    return {part.name: _value(part, key) for part in shape_of(kind).own}


def _value(part: Part, key: str) -> Any:
    if part.rule.item is Product:
        return [Product(sku=f"SKU-{key}", name="Mug", price=Decimal("12.50"), quantity=2)]
    if part.rule.item is not None:
        return [part.rule.item(**_fields(part.rule.item, key))]
    by_rule = {
        "text": f"{part.name} {key}", "id": f"{part.name}-{key}", "word": "web", "currency": "TRY", "direction": "in",
        "whole": 1, "seconds": 1, "boolean": True, "decimal": Decimal("12.50"), "quantity": 2,
        "money": Money("25.00", "TRY"),
        "time": START, "day": START.date(), "texts": [f"{part.name}"], "open": {"number": 1},
        "who": Who(user_id=f"canary-other-{key}"), "actor": Actor("customer"),
    }  # fmt: skip
    return by_rule[part.rule.name]
