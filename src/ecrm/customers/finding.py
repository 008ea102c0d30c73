"""From what a caller says of somebody to the customer: a Who, an id, or a text that means one thing."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from uuid import UUID

from ecrm.customers.model.claim import Claim, claims_of
from ecrm.customers.tables import profile as profile_table
from ecrm.customers.tables.profile import ProfileRow
from ecrm.database import Transaction
from ecrm.errors import InvalidError
from ecrm.shops.model import Settings
from ecrm.values import Who, normalise_email, normalise_phone
from ecrm.values.who import Someone

__all__ = ["claims_from", "find_profile", "named", "profiles_shown", "who_from"]

DEFAULT_SOURCE = "shop"


def find_profile(transaction: Transaction, shop: str, who: Someone, settings: Settings) -> ProfileRow | None:
    """Find the profile of the strongest identity named that is known.

    Raises:
        InvalidError: The text could mean several things, or nothing.
    """
    read = named(who, settings)
    if isinstance(read, UUID):
        rows = profile_table.profiles_by_id(transaction, shop, [read])
        return rows[0] if rows else None
    found = {
        (row.kind, row.value): row
        for row in profile_table.find_profiles(transaction, shop, {(c.kind, c.value) for c in read})
    }
    return next((found[c.kind, c.value] for c in read if (c.kind, c.value) in found), None)


def named(who: Someone, settings: Settings) -> UUID | tuple[Claim, ...]:
    """Read what a caller said of somebody: an id, or claims, the strongest first.

    Raises:
        InvalidError: The text could mean several things, or a value can not be read.
    """
    found = who_from(who, settings)
    return found if isinstance(found, UUID) else claims_from(found, settings)


def claims_from(who: Who, settings: Settings) -> tuple[Claim, ...]:
    """Read the usable claims of a Who given by a caller.

    Raises:
        InvalidError: A value can not be read, or identifies nobody.
    """
    claims = claims_of({**who.given, "verified": who.verified, "source": who.source}, DEFAULT_SOURCE, settings)
    if claims.unusable:
        names = ", ".join(sorted(claims.unusable))
        message = f"{names}: it can not be read, or is a value that identifies nobody"
        raise InvalidError(message, {name: [message] for name in claims.unusable})
    return claims.usable


def who_from(who: Someone, settings: Settings) -> Who | UUID:
    """Read what a caller said: a text becomes the one thing it can mean.

    Raises:
        InvalidError: It could mean several things, or nothing.
    """
    if isinstance(who, str):
        return _who_of(who, settings)
    if not isinstance(who, Who | UUID):
        raise InvalidError.of("who", "give a Who, a customer's id, or a text")
    return who


def profiles_shown(
    transaction: Transaction, shop: str, profile: ProfileRow, *, proven_only: bool
) -> Collection[ProfileRow]:
    """Give the profiles whose history is shown: all of the customer, or those proven together.

    Args:
        transaction: To read in.
        shop: Whose.
        profile: The identity that was named; for a page a customer sees, the one proven in that session.
        proven_only: Follow only pairs that were both proven in one session.
    """
    rows = {row.id: row for row in profile_table.profiles_of(transaction, shop, [profile.customer_id])}
    if not proven_only:
        return list(rows.values())
    shown, reached = {profile.id}, {profile.id}
    while reached:
        edges = profile_table.edges_of(transaction, shop, reached)
        reached = {end for e in edges if e.is_proven for end in (e.a, e.b) if end in rows} - shown
        shown |= reached
    return [rows[id_] for id_ in shown if id_ in rows]


def _who_of(text: str, settings: Settings) -> Who | UUID:
    meanings: list[Who | UUID] = []
    with contextlib.suppress(ValueError):
        meanings.append(UUID(text))
    with contextlib.suppress(InvalidError):
        if "@" in text:
            normalise_email(text)
            meanings.append(Who(email=text))
        else:
            normalise_phone(text, settings.country)
            meanings.append(Who(phone=text))
    if len(meanings) != 1:
        message = "this text does not mean one customer: say Who(user_id=…), Who(card=…) or another identity"
        raise InvalidError.of("who", message)
    return meanings[0]
