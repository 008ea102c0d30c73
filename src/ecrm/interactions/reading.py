"""Read what happened: timelines, orders, facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from ecrm.customers.finding import find_profile, named, profiles_shown
from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables.profile import ProfileRow
from ecrm.database import Transaction
from ecrm.errors import InvalidError
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.interaction import Interaction, Timeline
from ecrm.interactions.model.order import Order
from ecrm.interactions.tables import facts as fact_table
from ecrm.interactions.tables import orders as order_table
from ecrm.interactions.tables.paging import Page, newest_of_profiles, newest_of_shop, newest_of_someone
from ecrm.shops.model import Settings
from ecrm.values import Money
from ecrm.values.who import Someone

__all__ = ["facts_of", "facts_of_many", "facts_shown", "newest_of", "orders_shown", "timeline_of"]

LONGEST_PAGE = 1_000
Before = Interaction | dt.datetime | str | None


def timeline_of(
    transaction: Transaction,
    shop: str,
    settings: Settings,
    who: Someone,
    page: tuple[int, Before],
    kinds: Collection[str] | None,
    *,
    proven_only: bool,
) -> Timeline:
    """Give a page of somebody's timeline, newest first; an empty one where nobody is known."""
    limit, before = page
    if not 1 <= limit <= LONGEST_PAGE:
        raise InvalidError.of("limit", f"ask for 1 to {LONGEST_PAGE}")
    if isinstance(kinds, str):
        raise InvalidError.of("kinds", 'give a list of event names, as ["Order Completed"]')
    cursor = _cursor(before)
    wanted = Page(limit + 1, cursor, None if kinds is None else tuple(kinds))
    if proven_only:
        profiles = _shown(transaction, shop, settings, who, proven_only=True)
        found = newest_of_profiles(transaction, shop, [row.id for row in profiles], wanted)
    else:
        found = newest_of_someone(transaction, shop, named(who, settings), wanted)
    more = len(found) > limit
    return Timeline(tuple(found[:limit]), found[limit - 1].cursor if more else None)


def newest_of(
    transaction: Transaction, shop: str, limit: int, before: Interaction | int | None, kinds: Collection[str] | None
) -> list[Interaction]:
    """Give what was stored last of a whole shop, newest first."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise InvalidError.of("limit", f"ask for 1 to {LONGEST_PAGE}")
    if isinstance(kinds, str):
        raise InvalidError.of("kinds", 'give a list of event names, as ["Order Completed"]')
    if kinds is not None and not kinds:
        return []
    position = before.position if isinstance(before, Interaction) else before
    return newest_of_shop(transaction, shop, limit, position, None if kinds is None else tuple(kinds))


def orders_shown(
    transaction: Transaction, shop: str, settings: Settings, who: Someone, *, proven_only: bool
) -> list[Order]:
    """Give somebody's orders as they stand, newest first."""
    profiles = _shown(transaction, shop, settings, who, proven_only=proven_only)
    return order_table.orders_of(transaction, shop, [row.id for row in profiles])


def facts_of(transaction: Transaction, shop: str, settings: Settings, who: Someone, book: FactBook) -> dict[str, Any]:
    """Give what is known of somebody: counts always, the rest once it is known."""
    profile = find_profile(transaction, shop, who, settings)
    if profile is None:
        return {}
    customer = profile.customer_id
    stored = fact_table.read_facts(transaction, shop, [customer], book).get(customer, {})
    amounts = {row[1]: (row[2], row[3]) for row in fact_table.read_revenue(transaction, shop, [customer])}
    facts = facts_shown(stored, amounts, settings, book) | _attributes(transaction, shop, customer)
    return dict(sorted(facts.items()))


def facts_of_many(
    transaction: Transaction, shop: str, settings: Settings, customers: Sequence[UUID], book: FactBook
) -> dict[UUID, dict[str, Any]]:
    """Give what is known of customers, by customer, with a few statements for all of them.

    Args:
        transaction: Where it is read.
        shop: Whose.
        settings: The shop's.
        customers: The customers.
        book: The facts there are.
    """
    stored = fact_table.read_facts(transaction, shop, customers, book)
    amounts: dict[UUID, dict[str, tuple[int, int]]] = {}
    for customer, currency, spent, revenue in fact_table.read_revenue(transaction, shop, customers):
        amounts.setdefault(customer, {})[currency] = (spent, revenue)
    found = {one: facts_shown(stored.get(one, {}), amounts.get(one, {}), settings, book) for one in customers}
    declared = customer_table.attributes_of(transaction, shop)
    for held in customer_table.find_customers(transaction, shop, customers) if declared else ():
        known = {f"attributes.{name}": held.attributes[name] for name in declared if name in held.attributes}
        found[held.id] = dict(sorted((found[held.id] | known).items()))
    return found


def facts_shown(
    counted: Mapping[str, Any], spent: Mapping[str, tuple[int, int]], settings: Settings, book: FactBook
) -> dict[str, Any]:
    """Give facts by name as a shop sees them, without attributes.

    Args:
        counted: What was counted and kept, by fact name.
        spent: Spent and revenue in minor units, by currency.
        settings: The shop's: its currency and rates.
        book: The facts there are.
    """
    facts = {**book.at_first, **{name: value for name, value in counted.items() if value is not None}}
    facts["customer.is_prospect"] = facts["orders.count"] == 0
    return dict(sorted((facts | _amounts(spent, settings)).items()))


def _shown(
    transaction: Transaction, shop: str, settings: Settings, who: Someone, *, proven_only: bool
) -> Collection[ProfileRow]:
    profile = find_profile(transaction, shop, who, settings)
    if profile is None:
        return []
    return profiles_shown(transaction, shop, profile, proven_only=proven_only)


def _cursor(before: Before) -> tuple[dt.datetime, UUID] | None:
    if before is None:
        return None
    if isinstance(before, Interaction):
        return before.at, before.id
    try:
        if isinstance(before, dt.datetime):
            return _in_utc(before), UUID(int=0)
        at, _, id_ = before.partition("~")
        return _in_utc(dt.datetime.fromisoformat(at)), UUID(id_) if id_ else UUID(int=0)
    except (ValueError, OverflowError, AttributeError) as error:
        raise InvalidError.of("before", "give timeline.next, an interaction, or a time") from error


def _in_utc(at: dt.datetime) -> dt.datetime:
    if at.tzinfo is None:
        # The zone of the machine would be read into it, and pages would depend on where they are asked for.
        raise ValueError
    return at.astimezone(dt.UTC)


def _amounts(amounts: Mapping[str, tuple[int, int]], settings: Settings) -> dict[str, Money]:
    facts: dict[str, Money] = {}
    for place, name in enumerate(("orders.spent", "orders.revenue")):
        by_currency = {currency: Money.of_minor(int(both[place]), currency) for currency, both in amounts.items()}
        facts |= {f"{name}.{currency}": money for currency, money in by_currency.items()}
        total = _reported(by_currency, settings)
        if total is not None:
            facts[name] = total
    return facts


def _reported(amounts: Mapping[str, Money], settings: Settings) -> Money | None:
    currency = settings.currency
    if currency is None or not amounts:
        return None
    rates = {**settings.rates, currency: Decimal(1)}
    if not amounts.keys() <= rates.keys():
        return None
    total = sum((money.amount * rates[code] for code, money in amounts.items()), Decimal(0))
    return Money.rounded(total, currency)


def _attributes(transaction: Transaction, shop: str, customer: UUID) -> dict[str, Any]:
    declared = customer_table.attributes_of(transaction, shop)
    if not declared:
        return {}
    held = customer_table.find_customers(transaction, shop, [customer])
    values = held[0].attributes if held else {}
    return {f"attributes.{name}": values[name] for name in declared if name in values}
