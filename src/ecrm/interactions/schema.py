"""The marshmallow schema of each kind of event, made from its fields when first needed.

A schema checks the shape of what comes from outside and makes Python values of it; what they mean is
checked by the kinds themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, cast

import attrs
from marshmallow import RAISE, Schema, ValidationError, fields, post_dump, post_load

from ecrm.errors import InvalidError
from ecrm.interactions.events.base import Event
from ecrm.interactions.events.rules import Rule
from ecrm.interactions.events.shape import Part, Shape, Shaped, shape_of
from ecrm.values.money import Money, checked_currency

__all__ = ["KindSchema", "schema_for"]


class KindSchema(Schema):
    """Load the own fields of one kind as keyword arguments, and dump them from an event.

    The fields of a line inside an event, such as a product, load as that line.
    """

    shaped_class: ClassVar[type[Shaped]]
    shaped_as: ClassVar[Shape]
    error_messages: dict[str, str] = {  # noqa: RUF012 - declared so by marshmallow
        "unknown": "remove it: this kind has no such field",
        "type": "give a mapping",
    }

    class Meta:
        """Refuse what the kind does not have."""

        unknown = RAISE

    @post_load
    def make(self, loaded: dict[str, Any], **_: object) -> Any:
        """Make keyword arguments of an event, or a line inside one."""
        given = {name: value for name, value in loaded.items() if value is not None}
        currency = given.pop("currency", None) if self.shaped_as.moneys else None
        for name in self.shaped_as.moneys:
            if name in given:
                given[name] = _money(given[name], currency, name)
        return given if issubclass(self.shaped_class, Event) else _line(self.shaped_class, given)

    @post_dump(pass_original=True)
    def leave_out_empty(self, dumped: dict[str, Any], original: Any, **_: object) -> dict[str, Any]:
        """Leave out what is not given, and say the currency once."""
        kept = {wire: value for wire, value in dumped.items() if value is not None and value != []}
        for name in self.shaped_as.moneys:
            money = getattr(original, name)
            if money is not None and money.currency is not None:
                kept["currency"] = money.currency
        return kept


def _made(kind: type[Shaped]) -> KindSchema:
    """Give the one schema of the own fields of a kind.

    >>> from ecrm.interactions.events import OrderCompleted
    >>> schema_for(OrderCompleted).load({"order_id": 1001, "total": "149.90", "currency": "TRY"})
    {'order_id': '1001', 'total': Money('149.90', 'TRY')}
    """
    shape = shape_of(kind)
    members: dict[str, Any] = {part.name: _field_of(part) for part in shape.own}
    if shape.moneys:
        members["currency"] = _Text(_CURRENCY, load_only=True, allow_none=True)
    made: type[KindSchema] = type(
        f"{kind.__name__}Schema", (KindSchema,), {**members, "shaped_class": kind, "shaped_as": shape}
    )
    return made()


class _Checked(fields.Field[Any]):
    """Check one value by its rule, as a field that readers of schemas know."""

    def __init__(self, rule: Rule, **options: Any) -> None:
        super().__init__(**options)
        self.rule = rule

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: object) -> Any:
        del data
        path = attr or ""
        try:
            if self.rule.load is not None:
                value = self.rule.load(value, path)
            return value if self.rule.name == "money" else self.rule.check(value, path)
        except InvalidError as error:
            raise ValidationError(_messages_below(path, error)) from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: object) -> Any:
        del attr, obj
        return value if value is None or self.rule.dump is None else self.rule.dump(value)


class _Text(_Checked, fields.String): ...


class _Whole(_Checked, fields.Integer): ...


class _Number(_Checked, fields.Decimal): ...


class _Boolean(_Checked, fields.Boolean): ...


class _Time(_Checked, fields.AwareDateTime): ...


class _Day(_Checked, fields.Date): ...


class _Open(_Checked, fields.Dict): ...


class _Texts(_Checked, fields.List[Any]):
    def __init__(self, rule: Rule, **options: Any) -> None:
        super().__init__(rule, cls_or_instance=fields.String(), **options)


_FIELDS: Mapping[str, type[_Checked]] = {
    "boolean": _Boolean,
    "day": _Day,
    "decimal": _Number,
    "money": _Number,
    "open": _Open,
    "quantity": _Number,
    "seconds": _Whole,
    "texts": _Texts,
    "time": _Time,
    "whole": _Whole,
}
_CURRENCY = Rule("currency", checked_currency)


def _field_of(part: Part) -> fields.Field[Any]:
    must = part.is_required and part.default is attrs.NOTHING
    options: dict[str, Any] = {
        "data_key": part.wire,
        "required": must,
        "allow_none": not must,
        "error_messages": {"required": "give a value", "null": "give a value", "invalid": "give a list"},
    }
    if part.rule.item is not None:
        return fields.List(fields.Nested(schema_for(part.rule.item)), **options)
    return _FIELDS.get(part.rule.name, _Text)(part.rule, **options)


def _money(amount: Any, currency: str | None, field: str) -> Money:
    try:
        return Money(amount, currency)
    except InvalidError as error:
        raise ValidationError(error.fields["amount"], field) from error


def _line(kind: type[Shaped], given: dict[str, Any]) -> Shaped:
    try:
        return kind(**given)
    except InvalidError as error:
        raise ValidationError(error.fields) from error


def _messages_below(path: str, error: InvalidError) -> dict[str, list[str]] | list[str]:
    if path in error.fields:
        return error.fields[path]
    return {name.removeprefix(f"{path}."): messages for name, messages in error.fields.items()}


schema_for = cast("Callable[[type[Shaped]], KindSchema]", cache(_made))
