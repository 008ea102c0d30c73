"""A page of somebody's timeline, newest first: by what identifies them, or by profiles already found.

On PostgreSQL it is one statement: whose identity, their profiles, the newest of each, the newest of all.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from ecrm.customers.model.claim import Claim
from ecrm.database.transaction import Transaction
from ecrm.database.types import micros
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.tables.log import READ_COLUMNS, interaction, interaction_sqlite, voided_ids

__all__ = ["Page", "newest_of_profiles", "newest_of_shop", "newest_of_someone"]

_IS_VOID = (
    "EXISTS (SELECT 1 FROM ecrm_void v WHERE v.shop = i.shop AND v.profile_id = i.profile_id "
    "AND v.interaction_id = i.id)"
)
_PROFILE = READ_COLUMNS.index("profile_id")
_READ = ", ".join(f"i.{name}::text" if name in {"body", "context"} else f"i.{name}" for name in READ_COLUMNS)
_READ_SQLITE = ", ".join(f"i.{name}" for name in READ_COLUMNS)


class Page(NamedTuple):
    """Say which part of a timeline is wanted."""

    limit: int
    before: tuple[dt.datetime, UUID] | None
    kinds: tuple[str, ...] | None


def newest_of_someone(
    transaction: Transaction, shop: str, who: UUID | Sequence[Claim], page: Page
) -> list[Interaction]:
    """Give the newest of whoever has this id, or the first of these identities that is known."""
    if transaction.is_sqlite:
        return newest_of_profiles(transaction, shop, _profiles_sqlite(transaction, shop, who), page)
    if isinstance(who, UUID):
        me = "SELECT customer_id FROM ecrm_profile WHERE shop = %(shop)s AND id = %(who)s"
        parameters: dict[str, Any] = {"who": who}
    else:
        me = (
            "SELECT p.customer_id FROM unnest(%(names)s::text[], %(values)s::text[]) "
            "WITH ORDINALITY AS k(kind, value, n) CROSS JOIN LATERAL "
            "(SELECT customer_id FROM ecrm_profile WHERE shop = %(shop)s AND kind = k.kind "
            "AND value = k.value OFFSET 0) p ORDER BY k.n LIMIT 1"
        )
        parameters = {"names": [claim.kind for claim in who], "values": [claim.value for claim in who]}
    source = f"ecrm_profile p WHERE p.shop = %(shop)s AND p.customer_id = ({me})"
    return _run(transaction, f"SELECT p.id FROM {source}", {"shop": shop, **parameters}, page)


def newest_of_profiles(transaction: Transaction, shop: str, profiles: Sequence[UUID], page: Page) -> list[Interaction]:
    """Give the newest of these profiles."""
    if not profiles:
        return []
    if not transaction.is_sqlite:
        parameters = {"shop": shop, "profiles": list(profiles)}
        return _run(transaction, "SELECT unnest(%(profiles)s::uuid[]) AS id", parameters, page)
    where, values = _after_sqlite(page)
    sql = (
        f"SELECT {_READ_SQLITE} FROM ecrm_interaction i WHERE i.shop = ? AND i.profile_id = ?{where} "
        "ORDER BY i.at DESC, i.id DESC LIMIT ?"
    )
    pages = [transaction.run(sql, (shop, id_.bytes, *values, page.limit)) for id_ in profiles]
    rows: Iterable[Any] = pages[0] if len(pages) == 1 else heapq.merge(*pages, key=_at_and_id, reverse=True)
    profile_of = {id_.bytes: id_ for id_ in profiles}
    voided = voided_ids(transaction, shop, profiles)
    return [interaction_sqlite(row, profile_of, voided) for row in itertools.islice(rows, page.limit)]


def newest_of_shop(
    transaction: Transaction, shop: str, limit: int, before: int | None, kinds: Sequence[str] | None
) -> list[Interaction]:
    """Give what was stored last of a whole shop, by position.

    Args:
        transaction: A transaction.
        shop: Which.
        limit: How many.
        before: Only positions below this one.
        kinds: Only these event names.
    """
    mark = "?" if transaction.is_sqlite else "%s"
    values: list[Any] = [shop]
    where = f"i.shop = {mark}"
    if before is not None:
        where, values = f"{where} AND i.position < {mark}", [*values, before]
    if kinds is not None:
        where, values = f"{where} AND i.kind IN ({', '.join([mark] * len(kinds))})", [*values, *kinds]
    read = _READ_SQLITE if transaction.is_sqlite else f"{_READ}, {_IS_VOID}"
    sql = f"SELECT {read} FROM ecrm_interaction i WHERE {where} ORDER BY i.position DESC LIMIT {mark}"
    rows = transaction.run(sql, (*values, limit)).fetchall()
    if not transaction.is_sqlite:
        return [interaction(row) for row in rows]
    profile_of = {row[_PROFILE]: UUID(bytes=row[_PROFILE]) for row in rows}
    voided = voided_ids(transaction, shop, list(profile_of.values()))
    return [interaction_sqlite(row, profile_of, voided) for row in rows]


def _run(transaction: Transaction, profiles: str, parameters: dict[str, Any], page: Page) -> list[Interaction]:
    where = ""
    parameters["limit"] = page.limit
    if page.before is not None:
        where += " AND (i.at, i.id) < (%(at)s, %(id)s)"
        parameters |= {"at": page.before[0], "id": page.before[1]}
    if page.kinds is not None:
        where += " AND i.kind = ANY(%(kinds)s)"
        parameters["kinds"] = list(page.kinds)
    sql = (
        f"SELECT r.* FROM ({profiles}) AS mine CROSS JOIN LATERAL (SELECT {_READ}, {_IS_VOID} "
        f"FROM ecrm_interaction i WHERE i.shop = %(shop)s AND i.profile_id = mine.id{where} "
        "ORDER BY i.at DESC, i.id DESC LIMIT %(limit)s) r ORDER BY r.at DESC, r.id DESC LIMIT %(limit)s"
    )
    return [interaction(row) for row in transaction.run(sql, parameters)]


def _profiles_sqlite(transaction: Transaction, shop: str, who: UUID | Sequence[Claim]) -> list[UUID]:
    if isinstance(who, UUID):
        rows = transaction.run("SELECT customer_id FROM ecrm_profile WHERE shop = ? AND id = ?", (shop, who.bytes))
        found = rows.fetchone()
    else:
        sql = "SELECT customer_id FROM ecrm_profile WHERE shop = ? AND kind = ? AND value = ?"
        each = (transaction.run(sql, (shop, claim.kind, claim.value)).fetchone() for claim in who)
        found = next((row for row in each if row is not None), None)
    if found is None:
        return []
    mine = transaction.run("SELECT id FROM ecrm_profile WHERE shop = ? AND customer_id = ?", (shop, found[0]))
    return [UUID(bytes=row[0]) for row in mine.fetchall()]


def _after_sqlite(page: Page) -> tuple[str, list[Any]]:
    where, values = "", []
    if page.before is not None:
        where += " AND (i.at, i.id) < (?, ?)"
        values += [micros(page.before[0]), page.before[1].bytes]
    if page.kinds is not None:
        where += f" AND i.kind IN ({', '.join('?' * len(page.kinds))})"
        values += page.kinds
    return where, values


def _at_and_id(row: Collection[Any]) -> tuple[Any, Any]:
    id_, _, at, *_rest = row
    return at, id_
