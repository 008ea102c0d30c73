"""From the claims of events to profiles and customers, inside the record transaction.

It loads what the claims touch, lets `grouping` decide where the evidence changed, and writes the
difference. On PostgreSQL the caller holds the shop's lock, so that one transaction at a time decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import attrs

from ecrm.customers.evidence import Evidence, Held
from ecrm.customers.model.claim import KINDS, Claim
from ecrm.customers.regrouping import regroup
from ecrm.database import Transaction
from ecrm.hookspecs import Follower
from ecrm.shops.model import Settings

__all__ = ["Resolved", "Sighting", "resolve"]


@attrs.frozen
class Sighting:
    """Say what one event claims of its customer.

    Args:
        claims: Usable claims, strongest first; none where nobody is named.
        thread: What the event belongs to (an order), by which it finds its people later or earlier.
        fallback: What it hangs on where neither is there.
        at: When it happened.
        witnesses: The profiles earlier events of the thread hang on, and when those happened; only where
            nobody is named.
    """

    claims: tuple[Claim, ...]
    thread: Claim | None
    fallback: Claim
    at: dt.datetime
    witnesses: tuple[tuple[UUID, dt.datetime], ...] = ()


@attrs.frozen
class Resolved:
    """Hold the profile of each sighting, and the customers these belong to now.

    Args:
        profiles: The profile each event hangs on.
        ranks: The strength of each of those profiles; lower is stronger.
        customer_of: The customer of every profile seen.
    """

    profiles: list[UUID]
    ranks: list[int]
    customer_of: dict[UUID, UUID]


def resolve(
    transaction: Transaction,
    shop: str,
    sightings: Sequence[Sighting],
    settings: Settings,
    new_id: Callable[[], UUID],
    followers: Iterable[Follower],
) -> Resolved:
    """Find or begin the profiles of events, and join the customers that the evidence joins.

    Args:
        transaction: The record transaction.
        shop: Whose customers.
        sightings: What the events claim, one each.
        settings: The shop's, for the limit of shared identities.
        new_id: Makes UUIDv7 ids.
        followers: What follows when profiles move.

    Returns:
        A profile for each sighting, and its customer.
    """
    evidence = Evidence(new_id)
    told = [_claims(sighting) for sighting in sightings]
    seen = [evidence.note(claims, sighting.at) for claims, sighting in zip(told, sightings, strict=True)]
    threads = {(s.thread.kind, s.thread.value) for s in sightings if s.thread is not None}
    evidence.load(transaction, shop, threads)
    mains = [
        evidence.tie(held, claims, sighting.at) for held, claims, sighting in zip(seen, told, sightings, strict=True)
    ]
    _tie_threads(transaction, shop, evidence, sightings, mains)
    evidence.forget_known_edges(transaction, shop)
    if evidence.is_new:
        regroup(transaction, shop, evidence, settings.shared_limit, followers)
    else:
        evidence.save_sightings(transaction, shop)
    return Resolved(
        [held.id for held in mains],
        [KINDS[held.kind].rank for held in mains],
        {held.id: held.customer_id for held in evidence.profiles.values()},
    )


def _claims(sighting: Sighting) -> tuple[Claim, ...]:
    return sighting.claims or (sighting.thread or sighting.fallback,)


def _tie_threads(
    transaction: Transaction,
    shop: str,
    evidence: Evidence,
    sightings: Sequence[Sighting],
    mains: Sequence[Held],
) -> None:
    # An order's own profile exists only where some event of it named nobody; then everybody named by
    # its other events is evidence of whose it is, in whatever order they came.
    named: list[tuple[Sighting, Held]] = []
    for sighting, main in zip(sightings, mains, strict=True):
        own = None if sighting.thread is None else evidence.held(sighting.thread)
        if own is None:
            continue
        if sighting.claims:
            evidence.see(main, own, sighting.at)
        else:
            named.append((sighting, own))
    earlier = {id_ for sighting, _ in named for id_, _ in sighting.witnesses}
    witnesses = evidence.known_by_id(transaction, shop, earlier)
    for sighting, own in named:
        for id_, at in sighting.witnesses:
            if id_ != own.id:
                evidence.see(witnesses[id_], own, at)
