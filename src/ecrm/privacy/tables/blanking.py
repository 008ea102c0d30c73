"""Take values out of interactions and of rows that are older than a time, a bounded number at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ecrm.database import Transaction
from ecrm.database.types import Json, micros

__all__ = ["AT_ONCE", "blank_bodies", "blank_column", "blank_context", "blank_fields"]

AT_ONCE = 1_000
_SURROUNDINGS = ("context", "unusable")


def blank_fields(transaction: Transaction, *, shop: str, kind: str, names: Sequence[str], before: dt.datetime) -> int:
    """Take fields out of the bodies of one kind; give of how many interactions.

    Args:
        transaction: An open transaction.
        shop: Whose.
        kind: The event's name.
        names: Of the fields, on the wire.
        before: What happened from then on stays as it is.
    """
    return _without(transaction, ("body", names), shop, before, kind)


def blank_bodies(transaction: Transaction, *, shop: str, kind: str, before: dt.datetime) -> int:
    """Empty the bodies of one kind; give of how many interactions."""
    mark = "?" if transaction.is_sqlite else "%s"
    sql = (
        f"UPDATE ecrm_interaction SET body = '{{}}' WHERE position IN (SELECT position FROM ecrm_interaction "
        f"WHERE shop = {mark} AND at < {mark} AND kind = {mark} AND body <> '{{}}' LIMIT {AT_ONCE})"
    )
    return int(transaction.run(sql, (shop, _stored(transaction, before), kind)).rowcount)


def blank_context(transaction: Transaction, *, shop: str, before: dt.datetime) -> int:
    """Take out what the source knew beside the event, and values that could not be used; give of how many."""
    return _without(transaction, ("context", _SURROUNDINGS), shop, before, None)


def blank_column(
    transaction: Transaction, *, column: sa.Column[Any], aged_by: str, shop: str, before: dt.datetime
) -> int:
    """Empty a column of old rows; give of how many.

    Args:
        transaction: An open transaction.
        column: Of a table with a column `shop`; its rows stay, and their keys.
        aged_by: The column that holds since when a row is old.
        shop: Whose rows.
        before: What is not older stays as it is.
    """
    table = column.table
    empty, is_there = _emptied(column)
    keys = [*table.primary_key.columns]
    old = sa.select(*keys).where(table.c.shop == shop, table.c[aged_by] < before, is_there).limit(AT_ONCE)
    statement = sa.update(table).where(sa.tuple_(*keys).in_(old)).values({column.name: empty})
    return int(transaction.core(statement).rowcount)


def _emptied(column: sa.Column[Any]) -> tuple[Any, sa.ColumnElement[bool]]:
    if column.nullable:
        return sa.null(), column.is_not(None)
    if isinstance(column.type, Json):
        return {}, sa.cast(column, sa.Text) != "{}"
    return "", column != ""


def _without(
    transaction: Transaction, what: tuple[str, Sequence[str]], shop: str, before: dt.datetime, kind: str | None
) -> int:
    column, names = what
    of_kind = () if kind is None else (kind,)
    if transaction.is_sqlite:
        paths = [f'$."{name}"' for name in names]
        there = " OR ".join([f"json_type({column}, ?) IS NOT NULL"] * len(paths))
        gone = f"json_remove({column}, {', '.join('?' * len(paths))})"
        sql = _update(column, gone, there, "?", of_kind)
        values: tuple[object, ...] = (*paths, shop, micros(before), *of_kind, *paths)
    else:
        sql = _update(column, f"{column} - %s::text[]", f"jsonb_exists_any({column}, %s::text[])", "%s", of_kind)
        values = ([*names], shop, before, *of_kind, [*names])
    return int(transaction.run(sql, values).rowcount)


def _update(column: str, gone: str, there: str, mark: str, of_kind: Sequence[str]) -> str:
    same_kind = f"AND kind = {mark} " if of_kind else ""
    return (
        f"UPDATE ecrm_interaction SET {column} = {gone} WHERE position IN (SELECT position FROM ecrm_interaction "
        f"WHERE shop = {mark} AND at < {mark} {same_kind}AND ({there}) LIMIT {AT_ONCE})"
    )


def _stored(transaction: Transaction, at: dt.datetime) -> object:
    return micros(at) if transaction.is_sqlite else at
