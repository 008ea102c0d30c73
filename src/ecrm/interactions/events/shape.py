"""The shape of an event: its fields with their rules, worked out once a class, when first needed.

Every class with a shape is declared with `kind`; nothing happens at import beyond attrs itself.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from inspect import get_annotations
from typing import Any, TypeVar, Union, cast, dataclass_transform, get_args, get_origin, get_type_hints

import attrs

from ecrm.errors import InvalidError, SetupError
from ecrm.interactions.events.rules import Rule, declared_by, items_rule, rule_of
from ecrm.values.money import Money
from ecrm.values.personal import Impersonal, Personal

__all__ = ["Part", "Shape", "Shaped", "kind", "shape_of"]

_Class = TypeVar("_Class")


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False, field_specifiers=(attrs.field,))
def kind(cls: type[_Class]) -> type[_Class]:
    """Declare a kind of event, or a value with fields inside one.

    The annotations say what each field may hold; see `ecrm.events.Event`.
    """
    if not _own_fields(cls) and hasattr(cls, "__attrs_attrs__"):
        return cls  # all it needs is inherited, and half of all kinds are so: it halves the time of the import
    return _define(cls)


_define = attrs.define(
    auto_attribs=True,
    frozen=True,
    kw_only=True,
    slots=False,
    eq=False,
    order=False,
    repr=False,
    match_args=False,
)


def _own_fields(cls: type[Any]) -> list[str]:
    notes = get_annotations(cls)
    return [name for name, note in notes.items() if not str(note).startswith(("ClassVar", "typing.ClassVar"))]


@attrs.frozen
class Part:
    """Keep what is known of one field: its names here and on the wire, its rule, what it declares of personal data."""

    name: str
    wire: str
    rule: Rule
    is_required: bool
    is_own: bool
    default: Any
    declared: Personal | Impersonal | None = None


@attrs.frozen
class Shape:
    """Keep the parts of a class, and what is walked through for every object."""

    parts: tuple[Part, ...]
    checks: dict[str, tuple[Callable[[Any, str], Any], str]]
    required: tuple[str, ...]
    dumps: dict[str, tuple[str, Callable[[Any], Any] | None]]
    moneys: tuple[str, ...]

    @property
    def own(self) -> tuple[Part, ...]:
        """Give the parts that are not the envelope's."""
        return tuple(part for part in self.parts if part.is_own)


class Shaped:
    """Be a frozen value whose fields are checked by their annotations."""

    def __attrs_post_init__(self) -> None:
        shape = shape_of(self.__class__)
        values = self.__dict__
        bad: dict[str, list[str]] = {}
        checks = shape.checks
        for name, value in values.items():
            if value is not None:
                check, wire = checks[name]
                try:
                    values[name] = check(value, wire)
                except InvalidError as error:
                    bad.update(error.fields)
        for name in shape.required:
            if values[name] is None:
                bad[checks[name][1]] = ["give a value"]
        if bad:
            raise invalid(self.__class__.__name__, bad)
        if shape.moneys:
            _share_currency(values, shape.moneys)

    def __eq__(self, other: object) -> bool:
        if self.__class__ is not other.__class__:
            return NotImplemented
        return self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((self.__class__, tuple(self.__dict__.values())))


def invalid(what: str, fields: dict[str, list[str]]) -> InvalidError:
    """Make the error of a value from the messages of its fields."""
    said = "; ".join(f"{path}: {', '.join(messages)}" for path, messages in fields.items())
    return InvalidError(f"{what}: {said}", fields)


def dump_own(value: Shaped) -> dict[str, Any]:
    """Write the own fields of a value in their wire names, without those that are not given."""
    shape = shape_of(value.__class__)
    values = value.__dict__
    written: dict[str, Any] = {}
    dumps = shape.dumps
    for name, held in values.items():
        if held is not None and name in dumps:
            wire, dump = dumps[name]
            plain = held if dump is None else dump(held)
            if plain is not None:
                written[wire] = plain
    for name in shape.moneys:
        money = values[name]
        if money is not None and money.currency is not None:
            written["currency"] = money.currency
            break
    return written


def _worked_out(cls: type[Any]) -> Shape:
    """Work out the shape of a class from its annotations; `shape_of` remembers it.

    Raises:
        SetupError: The class is not declared with `kind`, or a type of a field is not known.
    """
    undeclared = set(_own_fields(cls)) - {field.name for field in attrs.fields(cls)}
    if undeclared or getattr(cls, "__eq__", None) is not Shaped.__eq__:
        raise SetupError(f"{cls.__name__}: declare it with @events.kind")
    hints = _hints_of(cls)
    wires: dict[str, str] = getattr(cls, "WIRE", {})
    envelope: frozenset[str] = getattr(cls, "ENVELOPE", frozenset())
    parts = tuple(
        _part(
            cls,
            field,
            hints[field.name],
            wires.get(field.name, field.alias),
            is_own=field.name not in envelope,
        )
        for field in attrs.fields(cls)
    )
    moneys = tuple(part.name for part in parts if part.rule.name == "money")
    if moneys and any(part.wire == "currency" for part in parts):
        raise SetupError(f"{cls.__name__}: drop the field currency, since each Money brings its own")
    return Shape(
        parts,
        {part.name: (part.rule.check, part.wire) for part in parts},
        tuple(part.name for part in parts if part.is_required),
        {part.name: (part.wire, part.rule.dump) for part in parts if part.is_own},
        moneys,
    )


def _hints_of(cls: type[Any]) -> dict[str, Any]:
    try:
        return get_type_hints(cls, include_extras=True)
    except NameError as error:
        message = f"{cls.__name__}: import the types of its fields outside TYPE_CHECKING"
        raise SetupError(message) from error


def _part(cls: type[Any], field: attrs.Attribute[Any], hint: Any, wire: str, *, is_own: bool) -> Part:
    bare, is_optional = _without_none(hint)
    rule = rule_of(bare) or _items_rule_of(bare)
    if rule is None:
        raise SetupError(f"{cls.__name__}.{field.name}: use a type that ecrm.events offers")
    return Part(field.name, wire, rule, not is_optional, is_own, field.default, declared_by(bare))


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in {types.UnionType, Union}:
        return hint, False
    members = [member for member in get_args(hint) if member is not type(None)]
    is_optional = len(members) < len(get_args(hint))
    return (Decimal | int if set(members) == {Decimal, int} else members[0]), is_optional


def _items_rule_of(hint: Any) -> Rule | None:
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        if isinstance(item, type) and issubclass(item, Shaped):
            return items_rule(item, dump_own)
    return None


def _share_currency(values: dict[str, Any], names: tuple[str, ...]) -> None:
    """Fill in the currency that one amount has for those that have none."""
    moneys = {name: values[name] for name in names if values[name] is not None}
    currencies = {money.currency for money in moneys.values()}
    if len(currencies) <= 1:
        return
    currencies.discard(None)
    if len(currencies) > 1:
        raise InvalidError.of("currency", "give all amounts of one event in one currency")
    (currency,) = currencies
    for name, money in moneys.items():
        values[name] = _in_currency(money, currency, name)


def _in_currency(money: Money, currency: str, field: str) -> Money:
    try:
        return money.in_currency(currency)
    except InvalidError as error:
        raise InvalidError.of(field, "round it to the minor unit of the currency") from error


shape_of = cast("Callable[[type[Any]], Shape]", cache(_worked_out))
