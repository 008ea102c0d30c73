"""From the claims of events to profiles and customers, inside the record transaction.

It loads what the claims touch, lets `grouping` decide where the evidence changed, and writes the
difference. On PostgreSQL the caller holds the shop's lock, so that one transaction at a time decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import attrs

from ecrm.customers.evidence import Evidence
from ecrm.customers.model.claim import Claim
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
        owner: A profile the thread is known to belong to, and since when.
    """

    claims: tuple[Claim, ...]
    thread: Claim | None
    fallback: Claim
    at: dt.datetime
    owner: tuple[UUID, dt.datetime] | None = None


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
    evidence.load(transaction, shop, sightings_keys(sightings))
    held = [evidence.see(*_seen(sighting), sighting.at) for sighting in sightings]
    _tie_threads(evidence, sightings, held)
    evidence.load_edges(transaction, shop)
    if evidence.is_new:
        regroup(transaction, shop, evidence, settings.shared_limit, followers)
    else:
        evidence.save_sightings(transaction, shop)
    return Resolved(
        [profile.id for profile in held],
        [Claim(profile.kind, profile.value).rank for profile in held],
        {profile.id: profile.customer_id for profile in evidence.profiles.values()},
    )


def sightings_keys(sightings: Iterable[Sighting]) -> set[tuple[str, str]]:
    """Give the identities to look up for sightings."""
    keys = set()
    for sighting in sightings:
        keys.update((claim.kind, claim.value) for claim in sighting.claims)
        if sighting.thread is not None:
            keys.add((sighting.thread.kind, sighting.thread.value))
        elif not sighting.claims:
            keys.add((sighting.fallback.kind, sighting.fallback.value))
    return keys


def _seen(sighting: Sighting) -> tuple[tuple[Claim, ...]]:
    return (sighting.claims or (sighting.thread or sighting.fallback,),)


def _tie_threads(evidence: Evidence, sightings: Sequence[Sighting], held: Sequence[object]) -> None:
    # An order's own profile exists only where some event of it named nobody; then everybody named by
    # its other events is evidence of whose it is, in whatever order they came.
    for sighting, profile in zip(sightings, held, strict=True):
        thread = sighting.thread
        own = None if thread is None else evidence.profiles.get((thread.kind, thread.value))
        if own is None:
            continue
        if sighting.claims:
            evidence.tie(profile.id, own.id, sighting.at)  # type: ignore[attr-defined]
        elif sighting.owner is not None and sighting.owner[0] != own.id:
            evidence.tie(sighting.owner[0], own.id, sighting.owner[1])
