"""A mapping as TOML holds it: its shape is checked here, its meaning by `mapping`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Names
from pathlib import Path
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError, fields, post_load, validate

from ecrm.customers.model.trait import Attribute
from ecrm.errors import InvalidError
from ecrm.imports.column import Column
from ecrm.imports.condition import Condition
from ecrm.imports.mapping import (
    AttributeColumn,
    Becoming,
    CustomerColumns,
    EventColumns,
    FileFormat,
    Mapping,
    OrderColumns,
    Rule,
)
from ecrm.imports.notation import Notation

__all__ = ["load_mapping", "read_mapping"]

_Model = TypeVar("_Model")


def load_mapping(path: Path) -> Mapping:
    """Load a mapping from a TOML file.

    Raises:
        InvalidError: It can not be read, is no TOML, or says what a mapping can not say; `fields` names
            each wrong place.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError.of("mapping", "give a TOML file in UTF-8 that can be read") from error
    return read_mapping(text)


def read_mapping(text: str) -> Mapping:
    """Read a mapping from TOML.

    Raises:
        InvalidError: It is no TOML, or says what a mapping can not say.

    >>> read_mapping('''
    ... source = "till"
    ... [customers]
    ... name = "Ad Soyad"
    ... customer.phone = "Telefon"
    ... ''').columns()
    ['Telefon', 'Ad Soyad']
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidError.of("mapping", f"write it as TOML: {error}") from error
    try:
        return _MappingSchema().load(told)  # type: ignore[no-any-return]
    except ValidationError as error:
        flat = dict(_flat(error.messages, ""))
        said = "; ".join(f"{path}: {', '.join(messages)}" for path, messages in flat.items())
        raise InvalidError(said, flat) from error


class _ColumnField(fields.Field[Column]):
    """A column by its name, or a table that says more."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Column:  # noqa: ARG002
        if isinstance(value, str):
            return Column((value,))
        told: dict[str, Any] = dict(_ColumnSchema().load(value))
        single = told.pop("column", None)
        return _made(Column, {**told, "columns": (single,) if single else tuple(told.get("columns", ()))})


class _ConditionField(fields.Field[Condition]):
    """Names of columns to what must stand in them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Condition:  # noqa: ARG002
        columns = fields.Dict(fields.String(), fields.String()).deserialize(value)
        return _made(Condition, {"columns": columns})


def _names(of: fields.Field[Any]) -> fields.Dict:
    return fields.Dict(fields.String(), of)


class _ColumnSchema(Schema):
    column = fields.String()
    columns = fields.List(fields.String())
    value = fields.String()
    join = fields.String()
    drop_suffix = fields.String()
    words = fields.Dict(fields.String(), fields.String())
    split = fields.String()
    layout = fields.String()


class _FileSchema(Schema):
    kind = fields.String(validate=validate.OneOf(["csv", "jsonl", "text", "wire"]))
    encoding = fields.String()
    delimiter = fields.String()
    columns = fields.List(fields.String())
    empty = fields.List(fields.String())
    items = fields.String()
    decimal = fields.String()
    thousands = fields.String()
    times = fields.List(fields.String())
    days = fields.List(fields.String())


class _RuleSchema(Schema):
    when = _ConditionField(required=True)
    because = fields.String(required=True)

    @post_load
    def _make(self, told: dict[str, Any], **_: Any) -> Rule:
        return _made(Rule, told)


class _BecomingSchema(Schema):
    when = _ConditionField(required=True)
    event = fields.String(required=True)
    because = fields.String()

    @post_load
    def _make(self, told: dict[str, Any], **_: Any) -> Becoming:
        return _made(Becoming, told)


class _OrdersSchema(Schema):
    id = _ColumnField(required=True)
    at = _ColumnField(required=True)
    each = fields.String(validate=validate.OneOf(["group", "line"]))
    customer = _names(_ColumnField())
    fields_ = _names(_ColumnField())
    product = _names(_ColumnField())
    amount = _ColumnField()
    apart = fields.Dict(fields.String(), fields.List(fields.String()))
    becomes = fields.List(fields.Nested(_BecomingSchema))
    refunded = _ColumnField()
    cancelled_at = _ColumnField()
    channel = _ColumnField()
    location_id = _ColumnField()
    currency = _ColumnField()
    context = _names(_ColumnField())

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Let `fields`, which a schema needs for itself, be a name in the file."""
        if field_name == "fields_":
            field_obj.data_key = "fields"

    @post_load
    def _make(self, told: dict[str, Any], **_: Any) -> OrderColumns:
        told["fields"] = told.pop("fields_", {})
        told["apart"] = {name: tuple(patterns) for name, patterns in told.get("apart", {}).items()}
        told["becomes"] = tuple(told.get("becomes", ()))
        return _made(OrderColumns, told)


class _AttributeSchema(_ColumnSchema):
    type = fields.String(required=True)
    unit = fields.String()
    about = fields.String()


class _CustomersSchema(Schema):
    customer = _names(_ColumnField())
    name = _ColumnField()
    birthday = _ColumnField()
    language = _ColumnField()
    tags = _ColumnField()
    at = _ColumnField()
    attributes = fields.Dict(fields.String(), fields.Nested(_AttributeSchema))

    @post_load
    def _make(self, told: dict[str, Any], **_: Any) -> CustomerColumns:
        attributes = {name: _attribute(name, one) for name, one in told.get("attributes", {}).items()}
        return _made(CustomerColumns, {"customer": {}, **told, "attributes": attributes})


class _EventsSchema(Schema):
    name = _ColumnField(required=True)
    at = _ColumnField(required=True)
    customer = _names(_ColumnField())
    source_id = _ColumnField()
    channel = _ColumnField()
    location_id = _ColumnField()
    properties = _names(_ColumnField())

    @post_load
    def _make(self, told: dict[str, Any], **_: Any) -> EventColumns:
        return _made(EventColumns, told)


class _MappingSchema(Schema):
    source = fields.String(required=True, validate=validate.Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}\Z"))
    zone = fields.String()
    currency = fields.String()
    file = fields.Nested(_FileSchema, load_default=dict)
    orders = fields.Nested(_OrdersSchema)
    customers = fields.Nested(_CustomersSchema)
    events = fields.Nested(_EventsSchema)
    leave_out = fields.List(fields.Nested(_RuleSchema))
    reject = fields.List(fields.Nested(_RuleSchema))

    @post_load
    def _make(self, told: dict[str, Any], **_: Any) -> Mapping:
        layout = told.pop("file")
        notation = {name: layout.pop(name) for name in ("decimal", "thousands", "times", "days") if name in layout}
        for held, name in ((notation, "times"), (notation, "days"), (layout, "columns")):
            held[name] = tuple(held.get(name, ()))
        layout["empty"] = frozenset(layout.get("empty", ()))
        for name in ("leave_out", "reject"):
            told[name] = tuple(told.get(name, ()))
        parts = {"file": _made(FileFormat, layout), "notation": _made(Notation, notation)}
        return _made(Mapping, {**told, **parts})


def _attribute(name: str, told: dict[str, Any]) -> AttributeColumn:
    declared: dict[str, Any] = {part: told.pop(part) for part in ("type", "unit", "about") if part in told}
    column = _ColumnField().deserialize(told)
    return AttributeColumn(column, _made(Attribute, {"name": name, **declared}))


def _made(model: type[_Model], told: Names[str, Any]) -> _Model:
    """Make a model, and tell what it refuses the way a schema does."""
    try:
        return model(**told)
    except InvalidError as error:
        raise ValidationError([str(error)]) from error


def _flat(messages: Any, path: str) -> list[tuple[str, list[str]]]:
    if isinstance(messages, dict):
        return [
            pair
            for name, below in messages.items()
            for pair in _flat(below, path if name == "_schema" else f"{path}.{name}".lstrip("."))
        ]
    return [(path or "mapping", [str(message) for message in messages])]
