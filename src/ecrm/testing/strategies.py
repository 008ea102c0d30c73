"""Hypothesis strategies for people, events of every kind, and histories with duplicates.

They make only what is valid; bad input is made by the tests of what refuses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
from hypothesis import strategies as st

from ecrm.interactions.events import (
    CORE,
    Custom,
    Event,
    OrderCancelled,
    OrderCompleted,
    OrderRefunded,
    OrderUpdated,
    Product,
)
from ecrm.interactions.events.shape import Part, Shaped, shape_of
from ecrm.values.money import Money
from ecrm.values.who import Actor, Who

__all__ = ["events_of", "histories", "moneys", "order_events", "orders", "products", "shaped", "whos"]

_START = datetime(2026, 1, 1, tzinfo=UTC)
_PEOPLE = 5


def whos(people: int = _PEOPLE) -> st.SearchStrategy[Who]:
    """Make identities of few people, who are met again and again.

    Args:
        people: How many people there are, 1 or more.
    """

    def who_of(number: int, names: frozenset[str]) -> Who:
        known = {
            "email": f"person{number}@example.com",
            "phone": f"+90532111{number:04d}",
            "user_id": str(number),
            "anonymous_id": f"visitor-{number}",
            "card": f"card-{number}",
        }
        return Who(**{name: known[name] for name in names})

    names = st.frozensets(st.sampled_from(["email", "phone", "user_id", "anonymous_id", "card"]), min_size=1)
    return st.builds(who_of, st.integers(0, people - 1), names)


def moneys(currency: str | None = "TRY") -> st.SearchStrategy[Money]:
    """Make amounts of up to a million minor units; of hundredths where no currency is given."""
    minors = st.integers(0, 1_000_000)
    if currency is None:
        return minors.map(lambda minor: Money(Decimal(minor).scaleb(-2)))
    return minors.map(lambda minor: Money.of_minor(minor, currency))


def moments() -> st.SearchStrategy[datetime]:
    """Make times of one year, to the second, so that some are the same."""
    return st.integers(0, 365 * 24 * 3600).map(lambda seconds: _START + timedelta(seconds=seconds))


def products() -> st.SearchStrategy[Product]:
    """Make product lines of few products."""
    return st.builds(
        Product,
        sku=st.sampled_from(["SHIRT-M", "SHIRT-L", "MUG", "HAT"]),
        price=st.integers(1, 100_000).map(lambda minor: Decimal(minor).scaleb(-2)),
        quantity=st.integers(1, 5),
        cost=st.none() | st.integers(1, 50_000).map(lambda minor: Decimal(minor).scaleb(-2)),
    )


def orders(
    people: int = _PEOPLE, numbers: int = 8, currencies: Sequence[str] = ("TRY", "EUR")
) -> st.SearchStrategy[OrderCompleted]:
    """Make completed orders with few order ids, so that some are the same."""
    return st.sampled_from(currencies).flatmap(
        lambda currency: st.builds(
            OrderCompleted,
            order_id=st.integers(1, numbers).map(str),
            total=moneys(currency),
            tax=st.none() | moneys(currency),
            products=st.lists(products(), max_size=3),
            customer=whos(people),
            at=moments(),
            channel=st.sampled_from(["web", "store"]),
        )
    )


def order_events(people: int = _PEOPLE, numbers: int = 8) -> st.SearchStrategy[Event]:
    """Make everything that can happen to few orders."""
    told: dict[str, Any] = {
        "order_id": st.integers(1, numbers).map(str),
        "customer": whos(people),
        "at": moments(),
    }
    return st.one_of(
        orders(people, numbers),
        st.builds(OrderUpdated, total=moneys(), updated_at=moments(), **told),
        st.builds(OrderRefunded, total=moneys(), refund_id=st.integers(1, 3 * numbers).map(str), **told),
        st.builds(OrderCancelled, **told),
    )


def histories(people: int = _PEOPLE, longest: int = 20) -> st.SearchStrategy[list[Event]]:
    """Make histories of few people: any kinds, in any order, with duplicates.

    Args:
        people: How many people there are, 1 or more.
        longest: The most events, 1 or more.
    """
    one = order_events(people) | st.sampled_from(CORE).flatmap(lambda kind: events_of(kind, people))
    return st.lists(one, min_size=1, max_size=longest).flatmap(_with_duplicates)


def _with_duplicates(history: list[Event]) -> st.SearchStrategy[list[Event]]:
    again = st.lists(st.sampled_from(history), max_size=len(history))
    return again.flatmap(lambda repeated: st.permutations([*history, *repeated]))


def events_of(kind: type[Event], people: int = _PEOPLE) -> st.SearchStrategy[Event]:
    """Make events of one kind, with any of its fields, about one of few people."""
    if kind is Custom:
        return st.builds(Custom, st.sampled_from(["Gift Wrapped", "Fitting Booked"]), _OPEN, customer=whos(people))
    # A shop asks more of these words than an event does.
    channels, sources = (st.none() | st.sampled_from(words) for words in (["web", "store", "phone"], ["web", "pos"]))
    return shaped(
        kind, customer=whos(people), at=moments(), source_id=st.none() | _IDS, channel=channels, source=sources
    )


def shaped(kind: type[Any], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Make values of a class declared with `kind`, each field by its rule."""
    fields = {part.name: _of_part(part) for part in shape_of(kind).parts if part.name not in given}
    return st.builds(kind, **fields, **given)


_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs", "Nd"]), max_size=20)
_IDS = st.from_regex(r"[A-Za-z][A-Za-z0-9:_\-]{0,10}", fullmatch=True)
_NUMBERS = st.decimals(-(10**9), 10**9, places=4)
_LEAVES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _NUMBERS | _TEXTS
_OPEN = st.dictionaries(
    _IDS,
    st.recursive(
        _LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_IDS, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)
_BY_RULE: dict[str, st.SearchStrategy[Any]] = {
    "text": _TEXTS,
    "id": _IDS,
    "word": _IDS,
    "currency": st.sampled_from(["TRY", "EUR", "JPY"]),
    "direction": st.sampled_from(["in", "out"]),
    "whole": st.integers(-(2**63), 2**63 - 1),
    "seconds": st.integers(0, 2**63 - 1),
    "boolean": st.booleans(),
    "decimal": _NUMBERS,
    "quantity": st.integers(-100, 100) | _NUMBERS,
    "money": moneys(),
    "time": moments(),
    "day": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    "texts": st.lists(_TEXTS, max_size=3),
    "open": _OPEN,
    "who": whos(),
    "actor": st.builds(Actor, st.sampled_from(["customer", "staff", "system"]), st.none() | _IDS),
}


def _of_part(part: Part) -> st.SearchStrategy[Any]:
    if part.rule.item is not None:
        return st.lists(_item(part.rule.item), max_size=3)
    values = _BY_RULE[part.rule.name]
    if part.is_required:
        return values if part.default is attrs.NOTHING else values | st.just(part.default)
    return st.none() | values


def _item(kind: type[Any]) -> st.SearchStrategy[Shaped]:
    return shaped(kind, sku=_IDS) if kind is Product else shaped(kind)
