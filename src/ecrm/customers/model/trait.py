"""What was said of a person, and which of it holds: the newest trustworthy value of each field.

A trait is one value of one field from one event. Nothing is overwritten; the present customer is a fold
over all traits of their profiles, the same in any order of arrival.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import attrs

from ecrm.errors import InvalidError
from ecrm.values import search_key

__all__ = ["ATTRIBUTE_TYPES", "Attribute", "Customer", "Trait", "fold_traits", "traits_of"]

ATTRIBUTE = "attribute:"
TAG = "tag:"
_FIELDS = ("name", "birthday", "language")
ATTRIBUTE_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float, str),
    "boolean": (bool,),
    "day": (dt.date, str),
}


@attrs.frozen
class Trait:
    """Keep one value somebody gave of one field.

    Args:
        name: `name`, `birthday`, `language`, `attribute:…` or `tag:…`.
        value: As JSON holds it; None takes the field back.
        at: When it was said.
        key: Source and source id of the event, which settles ties.
        is_trusted: False where an unproven claim said it.
        source: Where it came from.
        actor: Who said it, as `kind` or `kind:id`.
    """

    name: str
    value: Any = attrs.field(repr=False)
    at: dt.datetime
    key: str
    is_trusted: bool
    source: str
    actor: str = ""


def _check_name(_: Any, __: Any, value: str) -> None:
    if not value.isidentifier():
        raise InvalidError.of("name", "use letters, digits and underscores, not beginning with a digit")


def _check_type(_: Any, __: Any, value: str) -> None:
    if value not in ATTRIBUTE_TYPES:
        raise InvalidError.of("type", f"use one of {', '.join(ATTRIBUTE_TYPES)}")


@attrs.frozen
class Attribute:
    """Declare an attribute of customers, which is a fact too.

    Args:
        name: Letters, digits and underscores.
        type: text, integer, number, boolean or day.
        unit: What it counts or measures, as EU for a shoe size; "" where it has none.
        about: What it means, in a sentence.
    """

    name: str = attrs.field(validator=_check_name)
    type: str = attrs.field(validator=_check_type)
    unit: str = ""
    about: str = ""

    def check(self, value: Any) -> Any:
        """Give the value as JSON holds it, where it is of the declared type.

        Raises:
            InvalidError: It is not.

        >>> Attribute("shoe_size", "integer", "EU").check(38)
        38
        """
        if value is None:
            return None
        fits = isinstance(value, ATTRIBUTE_TYPES[self.type])
        if not fits or (isinstance(value, bool) and self.type != "boolean"):
            raise InvalidError.of(self.name, f"give a value of type {self.type}, as it is declared")
        try:
            if self.type == "day":
                return _day(value)
            if self.type == "number":
                return _finite(value)
        except (ValueError, OverflowError) as error:
            raise InvalidError.of(self.name, f"give a value of type {self.type}, as it is declared") from error
        return value


@attrs.frozen(repr=False)
class Customer:
    """A customer as known at present: what their traits fold to.

    Args:
        id: The customer's id; ids of merged customers lead here too.
        name: How they are called.
        birthday: Their day of birth.
        language: BCP 47.
        attributes: The present value of each attribute.
        tags: The tags they carry.
    """

    id: UUID
    name: str | None = None
    birthday: dt.date | None = None
    language: str | None = None
    attributes: Mapping[str, Any] = attrs.field(factory=dict)
    tags: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"<Customer {self.id}>"

    @property
    def words(self) -> frozenset[str]:
        """Give the words a search by name finds them by."""
        return frozenset(search_key(self.name).split()) if self.name else frozenset()


def traits_of(
    properties: Mapping[str, Any],
    at: dt.datetime,
    key: str,
    source: str,
    actor: Mapping[str, Any] | None,
    *,
    is_proven: bool,
) -> list[Trait]:
    """Read the traits out of the properties of Customer Identified or Updated.

    What the customer said without proving who they are is not trusted; what the shop, its staff or a
    proven customer said is.

    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> said = traits_of({"name": "A", "tags_added": ["vip"]}, at, "k", "web", None, is_proven=False)
    >>> [trait.name for trait in said]
    ['name', 'tag:vip']
    """
    said: list[tuple[str, Any]] = [(name, properties[name]) for name in _FIELDS if name in properties]
    said += [(ATTRIBUTE + name, value) for name, value in (properties.get("attributes") or {}).items()]
    said += [(TAG + tag, True) for tag in properties.get("tags_added") or ()]
    said += [(TAG + tag, None) for tag in properties.get("tags_removed") or ()]
    who = actor or {}
    is_trusted = is_proven or who.get("kind") != "customer"
    by = ":".join(str(who[part]) for part in ("kind", "id") if who.get(part))
    return [Trait(name, value, at, key, is_trusted, source, by) for name, value in said]


def fold_traits(customer_id: UUID, traits: Iterable[Trait]) -> Customer:
    """Make the present customer: of each field the newest value among the trusted, else of all.

    >>> at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    >>> fold_traits(UUID(int=1), [Trait("language", "tr", at, "k", True, "web")]).language
    'tr'
    """
    best: dict[str, Trait] = {}
    for trait in traits:
        held = best.get(trait.name)
        if held is None or _weight(trait) > _weight(held):
            best[trait.name] = trait
    values = {name: trait.value for name, trait in best.items() if trait.value is not None}
    birthday = values.get("birthday")
    return Customer(
        customer_id,
        name=values.get("name"),
        birthday=dt.date.fromisoformat(birthday) if birthday else None,
        language=values.get("language"),
        attributes=dict(sorted(_under(values, ATTRIBUTE).items())),
        tags=frozenset(_under(values, TAG)),
    )


def _weight(trait: Trait) -> tuple[bool, dt.datetime, str]:
    return trait.is_trusted, trait.at, trait.key


def _day(value: dt.date | str) -> str:
    if isinstance(value, dt.datetime):
        raise ValueError  # noqa: TRY004 - the caller turns both into its own error
    return (value if isinstance(value, dt.date) else dt.date.fromisoformat(value)).isoformat()


def _finite(value: float | str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _under(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
