"""The declarations of everything that is kept: fields of events, columns of tables; and which are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs
import sqlalchemy as sa

from ecrm.database.types import Json, Key
from ecrm.interactions.events import Event
from ecrm.interactions.events.shape import Part, shape_of
from ecrm.values import Actor, Who
from ecrm.values.personal import Personal, declaration_in, declarations_of

__all__ = ["Declared", "columns", "envelope", "fields", "undeclared"]

_ACTIVITY = Personal("activity", "serve the customer, keep books")
# What can hold words must say whose they are; ids, amounts and times tell what happened.
_OPEN_RULES = frozenset({"text", "texts", "open", "day"})
_OPEN_COLUMNS = (sa.Text, sa.String, sa.LargeBinary, Key, Json)
_TENANT = "shop"


@attrs.frozen
class Declared:
    """Tell what one field declares.

    Args:
        where: `Event Name.field` or `table.column`.
        personal: What it declares; None where it tells nothing of a person.
    """

    where: str
    personal: Personal | None


def envelope() -> Iterator[Declared]:
    """Give what the envelope of every event declares: whom it names, who did it, where it came from.

    >>> {one.where: one.personal.category for one in envelope() if one.personal}["customer.email"]
    'contact'
    """
    for name, cls in (("customer", Who), ("actor", Actor)):
        for field, declared in declarations_of(cls).items():
            yield Declared(f"{name}.{field}", declared if isinstance(declared, Personal) else None)
    for part in shape_of(Event).parts:
        if isinstance(part.declared, Personal):
            yield Declared(part.wire, part.declared)


def fields(kinds: Iterable[type[Event]]) -> Iterator[Declared]:
    """Give what the fields of events declare, by their names on the wire; what is undeclared is left out."""
    for kind in kinds:
        for name, part in _parts(kind):
            declared = part.declared
            if declared is not None:
                yield Declared(f"{kind.NAME}.{name}", declared if isinstance(declared, Personal) else None)
            elif part.rule.name not in _OPEN_RULES:
                yield Declared(f"{kind.NAME}.{name}", _ACTIVITY)


def columns(tables: Iterable[sa.Table]) -> Iterator[Declared]:
    """Give what the columns of tables declare; what needs no declaration, or lacks one, is left out."""
    for table in tables:
        for column in table.columns:
            declared = declaration_in(column.info)
            if declared is not None:
                yield Declared(f"{table.name}.{column.name}", declared if isinstance(declared, Personal) else None)


def undeclared(kinds: Iterable[type[Event]], tables: Iterable[sa.Table]) -> list[str]:
    """Name every field and column that can hold words and does not say whose they are.

    >>> undeclared([], [])
    []
    """
    missing = [
        f"{kind.NAME}.{name}"
        for kind in kinds
        for name, part in _parts(kind)
        if part.declared is None and part.rule.name in _OPEN_RULES
    ]
    missing += [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if column.name != _TENANT and isinstance(column.type, _OPEN_COLUMNS) and declaration_in(column.info) is None
    ]
    return missing


def _parts(kind: type[Event]) -> Iterator[tuple[str, Part]]:
    for part in shape_of(kind).own:
        if part.rule.item is None:
            yield part.wire, part
            continue
        for inner in shape_of(part.rule.item).parts:
            yield f"{part.wire}.{inner.wire}", inner
