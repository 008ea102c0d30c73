"""One event of a known customer, stored by one statement on PostgreSQL.

The statement checks what the caller supposes: the identities are known and are one customer, they were
seen together before, the order is new. Where that does not hold nothing is stored, or all is undone.
SQLite's series of statements is in `quicksqlite`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from ecrm.customers.model.claim import Claim
from ecrm.customers.tables.lock import SHARED_SHOP_LOCK
from ecrm.customers.tables.profile import EDGE, PROFILE
from ecrm.database.rows import merged
from ecrm.database.transaction import Transaction
from ecrm.interactions.model.entry import Entry
from ecrm.interactions.model.order import Order
from ecrm.interactions.tables.facts import DAY, FACT, MERGES, REVENUE
from ecrm.interactions.tables.log import INTERACTION
from ecrm.interactions.tables.orders import ORDER
from ecrm.interactions.tables.position import HELD_POSITION, NEXT_POSITION
from ecrm.interactions.tables.quickfacts import PluginFacts, PluginPart, bind_facts, plugin_ctes

__all__ = ["Supposed", "put_known"]

_DIVISION_BY_ZERO = "22012"
_AT, _ONE, _GIVEN = "at", "1", "given"


class Supposed(NamedTuple):
    """What is to be stored where the supposition holds.

    Args:
        shop: Whose.
        entry: The event; its order, where it has one, begins with it.
        id: The interaction's id.
        now: When it is stored.
        order: The order it begins.
        day: The shop's day of that order.
        facts: Changes of the wide row, by column.
        of_plugins: Changes of the wide rows of plugins.
    """

    shop: str
    entry: Entry
    id: UUID
    now: dt.datetime
    order: Order | None
    day: dt.date | None
    facts: Mapping[str, Any]
    of_plugins: tuple[PluginFacts, ...] = ()


class _Shape(NamedTuple):
    """All that the text of the statement depends on."""

    claims: tuple[tuple[str, bool], ...]
    has_context: bool
    is_live: bool
    order: tuple[int, bool] | None
    facts: tuple[tuple[str, str], ...]
    of_plugins: tuple[PluginPart, ...] = ()


def put_known(transaction: Transaction, told: Supposed) -> tuple[int, UUID] | None:
    """Store it by one statement; give the position and profile, or None where the supposition fails."""
    entry, order, at = told.entry, told.order, told.entry.at
    values: dict[str, Any] = {
        "shop": told.shop, "at": at, "now": told.now, "id": told.id, "kind": entry.kind, "channel": entry.channel,
        "source": entry.source, "source_id": entry.source_id, "body": entry.body, "context": entry.context_json(),
    }  # fmt: skip
    for place, claim in enumerate(entry.claims.usable):
        values[f"v{place}"] = claim.value
    facts = []
    for name, value in told.facts.items():
        form = _AT if value is at else _ONE if value == 1 else _GIVEN
        facts.append((name, form))
        if form == _GIVEN:
            values[name] = _text(value)
    if order is not None:
        values |= {
            "order_id": order.order_id, "currency": order.currency, "total": str(order.total_minor),
            "revenue": str(order.revenue_minor), "items": str(order.items), "day": told.day,
            "status": order.status,
        }  # fmt: skip
    shape = _shape(told, entry.claims.usable, tuple(facts))
    if told.of_plugins:
        parts, bound = bind_facts(told.of_plugins, at)
        shape, values = shape._replace(of_plugins=parts), values | bound
    sql = _statement(shape)
    try:
        row = transaction.run(sql, values).fetchone()
    except Exception as error:
        if getattr(error, "sqlstate", None) == _DIVISION_BY_ZERO:
            return None
        raise
    return None if row is None else (row[0], row[1])


def _shape(told: Supposed, claims: Sequence[Claim], facts: tuple[tuple[str, str], ...]) -> _Shape:
    order = told.order
    return _Shape(
        tuple((claim.kind, claim.is_proven) for claim in claims),
        bool(told.entry.context),
        told.entry.is_live,
        None if order is None else (order.events[0][1], order.currency is not None),
        facts,
    )


def _text(value: Any) -> Any:
    # The driver picks a type by a number's size, and each mix of types would be prepared anew.
    return str(value) if isinstance(value, int) else value


@lru_cache(maxsize=1_024)
def _statement(shape: _Shape) -> str:
    parts = [*_seen(shape.claims), _stored(shape)]
    if shape.order is not None:
        parts += _ordered(shape.order)
    parts.append(_fact(shape))
    for place, part in enumerate(shape.of_plugins):
        parts += plugin_ctes(place, part)
    check = ", 1 / (SELECT count(*) FROM ordered)::int" if shape.order is not None else ""
    return f"WITH {', '.join(parts)} SELECT stored.position, me.profile_id{check} FROM stored, me"


def _seen(claims: tuple[tuple[str, bool], ...]) -> list[str]:
    rows = ", ".join(f"('{kind}', %(v{n})s::text, {is_proven})" for n, (kind, is_proven) in enumerate(claims))
    main, main_is_proven = claims[0]
    proven = [kind for kind, is_proven in claims[1:] if is_proven and main_is_proven]
    proof = f"AND (e.is_proven OR s.kind NOT IN ({_listed(proven)}))" if proven else ""
    tied = (
        f"AND (SELECT count(*) FROM seen s JOIN {EDGE.name} e ON e.shop = %(shop)s AND e.a = m.id AND e.b = s.id "
        f"WHERE s.customer_id = m.customer_id AND e.first_at <= %(at)s {proof}) = {len(claims) - 1}"
    )
    seen = (
        f"seen AS (UPDATE {PROFILE.name} p SET first_at = LEAST(p.first_at, %(at)s), "
        "last_at = GREATEST(p.last_at, %(at)s), is_proven = p.is_proven OR c.is_proven "
        "FROM gate, claim c WHERE p.shop = %(shop)s AND p.kind = c.kind AND p.value = c.value AND NOT p.is_junk "
        "RETURNING p.id, p.customer_id, p.kind)"
    )
    me = (
        "me AS MATERIALIZED (SELECT m.id AS profile_id, m.customer_id FROM seen m "
        f"WHERE m.kind = '{main}' {tied if len(claims) > 1 else ''})"
    )
    gate = f"gate AS MATERIALIZED (SELECT {SHARED_SHOP_LOCK}, {HELD_POSITION})"
    return [gate, f"claim(kind, value, is_proven) AS (VALUES {rows})", seen, me]


def _stored(shape: _Shape) -> str:
    context = "%(context)s::jsonb" if shape.has_context else "NULL"
    return (
        f"stored AS (INSERT INTO {INTERACTION.name} (position, shop, id, profile_id, at, recorded_at, kind, channel, "
        f"is_live, source, source_id, body, context) SELECT {NEXT_POSITION}, %(shop)s, %(id)s, profile_id, %(at)s, "
        f"%(now)s, %(kind)s, %(channel)s, {shape.is_live}, %(source)s, %(source_id)s, %(body)s::jsonb, {context} "
        "FROM me ON CONFLICT (shop, source, source_id) DO NOTHING RETURNING position)"
    )


def _ordered(order: tuple[int, bool]) -> list[str]:
    rank, has_amount = order
    columns = (
        "shop, source, order_id, profile_id, owned_since, currency, total_minor, revenue_minor, items, placed_at, "
        "updated_at, status, refunded, events"
    )
    ordered = (
        f"ordered AS (INSERT INTO {ORDER.name} ({columns}) SELECT %(shop)s, %(source)s, %(order_id)s, profile_id, "
        "%(at)s, %(currency)s, %(total)s::bigint, %(revenue)s::bigint, %(items)s::bigint, %(at)s, %(at)s, "
        f"%(status)s, '{{}}', jsonb_build_array(jsonb_build_array(%(id)s, {rank})) FROM me, stored "
        "ON CONFLICT (shop, source, order_id) DO NOTHING RETURNING 1)"
    )
    day = (
        f"day AS (INSERT INTO {DAY.name} AS t (shop, customer_id, day, orders) "
        f"SELECT %(shop)s, me.customer_id, %(day)s::date, 1 FROM me, ordered "
        f"ON CONFLICT (shop, customer_id, day) {merged('postgresql', {'orders': 'add'})} RETURNING orders)"
    )
    parts = [ordered, day]
    if has_amount:
        both = {"spent_minor": "add", "revenue_minor": "add"}
        parts.append(
            f"revenue AS (INSERT INTO {REVENUE.name} AS t (shop, customer_id, currency, spent_minor, revenue_minor) "
            "SELECT %(shop)s, me.customer_id, %(currency)s, %(total)s::bigint, %(revenue)s::bigint FROM me, ordered "
            f"ON CONFLICT (shop, customer_id, currency) {merged('postgresql', both)})"
        )
    return parts


def _fact(shape: _Shape) -> str:
    written = {_AT: "%(at)s", _ONE: "1"}
    columns = [name for name, _ in shape.facts]
    values = [written.get(form) or f"%({name})s{_cast(name)}" for name, form in shape.facts]
    if shape.order is not None:
        columns.append("orders_days")
        values.append("(day.orders = 1)::int")
    return (
        f"fact AS (INSERT INTO {FACT.name} AS t (shop, customer_id, {', '.join(columns)}) "
        f"SELECT %(shop)s, me.customer_id, {', '.join(values)} FROM me, {'stored' if shape.order is None else 'day'} "
        f"ON CONFLICT (shop, customer_id) {merged('postgresql', {name: MERGES[name] for name in columns})})"
    )


def _cast(name: str) -> str:
    return "::bigint" if MERGES[name] == "add" else ""


def _listed(kinds: Sequence[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)
