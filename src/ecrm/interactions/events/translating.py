"""From an object of the shop's own to an event, by a mapping that the shop declares once.

A mapping says for each field of the event where its value is found: a path of attributes, a function of the
object, or, for what has parts, a mapping again. What the fields may hold is checked by the event itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ecrm.errors import InvalidError, SetupError
from ecrm.interactions.events.product import Product
from ecrm.interactions.events.shape import shape_of
from ecrm.values.money import Money
from ecrm.values.who import Who

__all__ = ["ATTRIBUTE", "Mapped", "Place", "declared_mapping", "translate"]

ATTRIBUTE = "ecrm"
Place = str | Callable[[Any], Any]
Mapped = Mapping[str, Any]


def declared_mapping(kind: type[Any], source: Any) -> Mapped:
    """Give the mapping that an object's class declares for a kind of event, as its attribute `ecrm`.

    Raises:
        SetupError: It declares none.
    """
    # The class it says it has: a framework may hand out what stands for the object until it is used.
    declared = getattr(source.__class__, ATTRIBUTE, None)
    mapping = declared.get(kind.NAME) if isinstance(declared, Mapping) else None
    if mapping is None:
        name = source.__class__.__name__
        raise SetupError(f'say how {name} becomes it: {ATTRIBUTE} = {{"{kind.NAME}": {{…}}}} in the class {name}')
    found: Mapped = mapping
    return found


def translate(kind: type[Any], source: Any, mapping: Mapped) -> dict[str, Any]:
    """Give the fields of an event as a mapping finds them in an object; what is None there is left out.

    Args:
        kind: The class of the event.
        source: The shop's own object.
        mapping: Where each field is found. `customer` is a mapping of identities, `products` a pair of where
            the lines are and of the mapping of one line, and `currency` is the currency of every amount.

    Raises:
        SetupError: The mapping names a field the event does not have, or an attribute the object does not.
    """
    shape = shape_of(kind)
    currency = _found(source, mapping["currency"]) if "currency" in mapping and shape.moneys else None
    names = {part.name for part in shape.parts}
    values: dict[str, Any] = {}
    for name, place in mapping.items():
        if name == "currency" and shape.moneys:
            continue
        if name not in names:
            raise SetupError(f"the mapping of {source.__class__.__name__} to {kind.__name__}: there is no field {name}")
        value = _value(source, name, place)
        if value is not None:
            values[name] = _money(value, currency, name) if name in shape.moneys else value
    return values


def _money(value: Any, currency: str | None, name: str) -> Money:
    if isinstance(value, Money):
        return value
    try:
        return Money(value, currency)
    except InvalidError as error:
        # Of the field of the event, and not of the Money inside it.
        raise InvalidError.of(name, "; ".join(said for each in error.fields.values() for said in each)) from error


def _value(source: Any, name: str, place: Any) -> Any:
    if isinstance(place, Mapping):
        parts = {part: _found(source, inner) for part, inner in place.items()}
        if name != "customer":
            return parts
        # A guest has no account: who names nobody is nobody.
        return Who(**parts) if any(value is not None for part, value in parts.items() if part != "source") else None
    if isinstance(place, tuple):
        where, line_mapping = place
        return [Product(**translate(Product, line, line_mapping)) for line in _lines(_found(source, where))]
    return _found(source, place)


def _lines(found: Any) -> Iterable[Any]:
    lines: Iterable[Any] = () if found is None else found
    return lines


def _found(source: Any, place: Place) -> Any:
    if callable(place):
        return place(source)
    value = source
    for step in place.split("."):
        if value is None:
            return None
        try:
            value = getattr(value, step)
        except AttributeError as error:
            message = f"{source.__class__.__name__} has no {place}, which its mapping names"
            raise SetupError(message) from error
        if callable(value):
            # A method without arguments, as a related manager's `all`, stands for what it gives.
            value = value()
    return value
