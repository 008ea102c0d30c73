"""Store entries: people, interactions, orders, traits and facts, in the one transaction given.

This is the general way: a batch of any size, whatever it touches. On PostgreSQL it takes the shop's lock,
so that one such transaction a shop runs at a time, as SQLite's writer does; `quick` beside it stores the
common single event without.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from uuid import UUID

import attrs

from ecrm.customers.refresh import refresh_customers
from ecrm.customers.resolving import Resolved, Sighting, resolve
from ecrm.customers.tables import customer as customer_table
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.lock import hold_shop
from ecrm.database import Transaction
from ecrm.hookspecs import Follower
from ecrm.interactions.model.book import FactBook
from ecrm.interactions.model.entry import Entry
from ecrm.interactions.model.interaction import Interaction
from ecrm.interactions.model.order import ORDER_KINDS, Contribution, Order, OrderEvent, fold_order
from ecrm.interactions.model.tally import Tally
from ecrm.interactions.projecting import Projection, Told
from ecrm.interactions.recounting import save_tally
from ecrm.interactions.suppressing import without_erased
from ecrm.interactions.tables import log as log_table
from ecrm.interactions.tables import orders as order_table
from ecrm.shops.keyring import Keyring
from ecrm.shops.model import Settings
from ecrm.shops.secretkeys import SecretKeys

__all__ = ["Kit", "Written", "store"]

OrderKey = tuple[str, str]


def _kept_keys() -> SecretKeys:
    return SecretKeys(Keyring({}, {}), lambda: dt.datetime.now(dt.UTC))


@attrs.frozen
class Kit:
    """Hold what storing needs from outside: ids, the time, who follows a regrouping, which facts and keys there are.

    Args:
        new_id: Makes ids.
        now: Gives the time.
        followers: What follows when profiles move.
        book: Which facts there are.
        keys: What marks who was erased.
        projections: What the rooms above keep of some kinds, in the same transaction.
        projected: The kinds these ask for.
    """

    new_id: Callable[[], UUID]
    now: Callable[[], dt.datetime]
    followers: tuple[Follower, ...]
    book: FactBook = attrs.field(factory=FactBook)
    keys: SecretKeys = attrs.field(factory=_kept_keys, repr=False)
    projections: tuple[Projection, ...] = ()
    projected: frozenset[str] = attrs.field(init=False)

    @projected.default
    def _projected_default(self) -> frozenset[str]:
        return frozenset().union(*(one.kinds for one in self.projections))


@attrs.frozen
class Written:
    """Hold the outcome of a batch.

    Args:
        interactions: What was stored now, in the order given.
        duplicates: Entries that were there already, by their keys.
    """

    interactions: tuple[Interaction, ...]
    duplicates: Mapping[tuple[str, str], Interaction]


def store(transaction: Transaction, shop: str, settings: Settings, entries: Sequence[Entry], kit: Kit) -> Written:
    """Store a batch of entries.

    Args:
        transaction: An open transaction; nothing is committed here.
        shop: Whose.
        settings: The shop's.
        entries: What happened, in any order; the first of several with one key is kept.
        kit: Ids, time, followers, facts.

    Returns:
        What was stored, and what was there already.

    Raises:
        ErasedError: One of them is of somebody who was erased.
    """
    hold_shop(transaction, shop)
    fresh, there = _without_duplicates(transaction, shop, entries)
    fresh = without_erased(transaction, shop, fresh, kit.keys)
    orders = order_table.find_orders(transaction, shop, {e.order for e in fresh if e.order is not None})
    witnesses = _witnesses(transaction, shop, fresh, orders)
    sightings = [_sighting(entry, witnesses) for entry in fresh]
    resolved = resolve(transaction, shop, sightings, settings, kit.new_id, kit.followers)
    interactions = _append(transaction, shop, fresh, resolved, kit)
    _project(transaction, shop, settings, fresh, interactions, resolved, kit)
    tally = Tally(settings.day_of, kit.book)
    _fold_orders(transaction, shop, interactions, orders, resolved, tally)
    for entry, interaction in zip(fresh, interactions, strict=True):
        customer = resolved.customer_of[interaction.profile_id]
        key = ":".join(entry.key)
        tally.add_event(
            customer,
            entry.kind,
            entry.at,
            entry.channel,
            key,
            entry.properties,
            by_customer=entry.is_by_customer,
            location_id=entry.context.get("location_id"),
        )
    _keep_traits(transaction, shop, fresh, interactions, resolved)
    save_tally(transaction, shop, tally, kit.book)
    return Written(tuple(interactions), there)


def _without_duplicates(
    transaction: Transaction, shop: str, entries: Sequence[Entry]
) -> tuple[list[Entry], dict[tuple[str, str], Interaction]]:
    first: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        first.setdefault(entry.key, entry)
    there = {(i.source, i.source_id): i for i in log_table.find_stored(transaction, shop, first)}
    return [entry for key, entry in first.items() if key not in there], there


def _witnesses(
    transaction: Transaction, shop: str, entries: Sequence[Entry], orders: Mapping[OrderKey, Order]
) -> dict[OrderKey, list[OrderEvent]]:
    # Whoever was named before an event that names nobody is evidence of whose it is, as whoever is named after.
    nameless = {entry.order for entry in entries if entry.order is not None and not entry.claims.usable}
    return earlier_events(transaction, shop, [orders[key] for key in nameless if key in orders])


def _sighting(entry: Entry, witnesses: Mapping[OrderKey, Sequence[OrderEvent]]) -> Sighting:
    seen = () if entry.order is None or entry.claims.usable else witnesses.get(entry.order, ())
    named = tuple((event.profile_id, event.at) for event in seen)
    return Sighting(entry.claims.usable, entry.thread, entry.fallback, entry.at, named)


def _append(
    transaction: Transaction, shop: str, entries: Sequence[Entry], resolved: Resolved, kit: Kit
) -> list[Interaction]:
    now = kit.now()
    ids = [kit.new_id() for _ in entries]
    rows = [
        (
            id_, profile, e.at, now, e.kind, e.channel, e.is_live, e.source, e.source_id,
            e.body, e.context_json(),
        )
        for id_, profile, e in zip(ids, resolved.profiles, entries, strict=True)
    ]  # fmt: skip
    positions = log_table.append(transaction, shop, rows)
    return [
        Interaction(
            id_, e.kind, e.at, e.channel, e.source, e.source_id, profile, position, now, e.is_live,
            e.properties, e.context,
        )
        for id_, profile, position, e in zip(ids, resolved.profiles, positions, entries, strict=True)
    ]  # fmt: skip


def _project(
    transaction: Transaction,
    shop: str,
    settings: Settings,
    entries: Sequence[Entry],
    interactions: Sequence[Interaction],
    resolved: Resolved,
    kit: Kit,
) -> None:
    for projection in kit.projections:
        told = [
            Told(entry, interaction, resolved.customer_of[interaction.profile_id])
            for entry, interaction in zip(entries, interactions, strict=True)
            if entry.kind in projection.kinds
        ]
        if told:
            projection.apply(transaction, shop, settings, told)


def _fold_orders(
    transaction: Transaction,
    shop: str,
    interactions: Sequence[Interaction],
    held: Mapping[OrderKey, Order],
    resolved: Resolved,
    tally: Tally,
) -> None:
    fresh: dict[OrderKey, list[OrderEvent]] = defaultdict(list)
    for interaction, rank in zip(interactions, resolved.ranks, strict=True):
        order_id = order_id_of(interaction)
        if order_id is not None:
            fresh[interaction.source, order_id].append(order_event(interaction, rank))
    earlier = earlier_events(transaction, shop, [held[key] for key in fresh if key in held])
    folded = {key: fold_order(*key, [*earlier.get(key, ()), *events]) for key, events in fresh.items()}
    order_table.save_orders(transaction, shop, list(folded.values()))
    customer_of = _customers_of(transaction, shop, [*folded.values(), *held.values()], resolved.customer_of)
    for key, order in folded.items():
        before = held.get(key)
        tally.change_order(
            None if before is None else _contributed(before, customer_of), _contributed(order, customer_of)
        )


def order_id_of(interaction: Interaction) -> str | None:
    """Give the order an interaction is of; None where it is of none."""
    return interaction.properties.get("order_id") if interaction.kind in ORDER_KINDS else None


def order_event(interaction: Interaction, rank: int) -> OrderEvent:
    """Give what the fold needs of an interaction."""
    key = f"{interaction.source}:{interaction.source_id}"
    return OrderEvent(
        interaction.at,
        key,
        interaction.kind,
        interaction.properties,
        interaction.profile_id,
        rank,
        interaction.id,
    )


def earlier_events(transaction: Transaction, shop: str, orders: Collection[Order]) -> dict[OrderKey, list[OrderEvent]]:
    """Load the events that orders were folded from."""
    wanted = {id_: (order, rank) for order in orders for id_, rank in order.events}
    found: dict[OrderKey, list[OrderEvent]] = defaultdict(list)
    for interaction in log_table.find_interactions(transaction, shop, wanted):
        order, rank = wanted[interaction.id]
        found[order.source, order.order_id].append(order_event(interaction, rank))
    return found


def _customers_of(
    transaction: Transaction, shop: str, orders: Iterable[Order], known: Mapping[UUID, UUID]
) -> dict[UUID, UUID]:
    unknown = {order.profile_id for order in orders} - known.keys()
    found = profile_table.profiles_by_id(transaction, shop, unknown)
    return {**known, **{row.id: row.customer_id for row in found}}


def _contributed(order: Order, customer_of: Mapping[UUID, UUID]) -> tuple[UUID, Contribution]:
    return customer_of[order.profile_id], order.contribution()


def _keep_traits(
    transaction: Transaction,
    shop: str,
    entries: Sequence[Entry],
    interactions: Sequence[Interaction],
    resolved: Resolved,
) -> None:
    rows = [
        (interaction.profile_id, trait)
        for entry, interaction in zip(entries, interactions, strict=True)
        for trait in entry.traits
    ]
    if rows:
        customer_table.put_traits(transaction, shop, rows)
        refresh_customers(transaction, shop, {resolved.customer_of[profile] for profile, _ in rows})
