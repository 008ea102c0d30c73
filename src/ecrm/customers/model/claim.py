"""What identifies a person: the kinds of identity, and the claims an event makes.

How claims seen together make customers is in `grouping`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import attrs

from ecrm.errors import InvalidError
from ecrm.shops.model import Settings
from ecrm.values import normalise_email, normalise_phone

__all__ = ["KINDS", "Claim", "Claims", "Kind", "claims_of", "exclusive_key", "order_claim"]


@attrs.frozen
class Kind:
    """Describe a kind of identity.

    Args:
        name: As it stands in the table of profiles.
        rank: Strength; an event hangs on its claim of the lowest rank.
        is_exclusive: Whether a customer has at most one value of it (within a source).
        is_weak: Whether it only attaches to somebody and never joins two people.
        is_scoped: Whether a value means something only within its source.
        is_shareable: Whether many people may turn out to share one value.
    """

    name: str
    rank: int
    is_exclusive: bool = False
    is_weak: bool = False
    is_scoped: bool = False
    is_shareable: bool = False


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("account", 0, is_exclusive=True, is_scoped=True),
        Kind("card", 1, is_exclusive=True),
        Kind("phone", 2, is_shareable=True),
        Kind("email", 3, is_shareable=True),
        Kind("relay", 4, is_scoped=True),
        Kind("handle", 5),
        Kind("anonymous", 6, is_weak=True),
        Kind("order", 7, is_weak=True, is_scoped=True),
        Kind("nobody", 8, is_weak=True, is_scoped=True),
    )
}
_KIND_OF = {"user_id": "account", "anonymous_id": "anonymous"}
_NO_VALUES = ("null", "none", "nil", "undefined", "unknown", "n/a", "na", "yok", "0", "-1", "nan", "-", "?")
_NOBODIES = ("test", "guest", "anonymous", "anonim", "misafir", "00000000-0000-0000-0000-000000000000")
_NO_MAILBOXES = (
    "test@test.com",
    "test@example.com",
    "a@a.com",
    "a@b.com",
    "asd@asd.com",
    "no@email.com",
    "noemail@noemail.com",
    "none@none.com",
    "yok@yok.com",
    "email@email.com",
    "mail@mail.com",
    "info@example.com",
    "noreply@example.com",
)
_JUNK = frozenset({*_NO_VALUES, *_NOBODIES, *_NO_MAILBOXES})


class Claim(NamedTuple):
    """Say that somebody goes by this value of this kind."""

    kind: str
    value: str
    is_proven: bool = False

    def __repr__(self) -> str:
        return f"<Claim {self.kind}>"

    @property
    def rank(self) -> int:
        """Give the strength of its kind; lower is stronger."""
        return KINDS[self.kind].rank


@attrs.frozen
class Claims:
    """Hold what an event claims: usable claims, strongest first, and what could not be used.

    Args:
        usable: At most one of each kind.
        unusable: Values that could not be read or identify nobody, by the name they came under.
    """

    usable: tuple[Claim, ...]
    unusable: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)


def claims_of(customer: Mapping[str, Any], source: str, settings: Settings) -> Claims:
    """Read the claims of an event's `customer`.

    Args:
        customer: Names of `Who` to their values, as on the wire.
        source: The event's source; `customer["source"]` goes before it.
        settings: The shop's country reads phones, its junk and relays are heeded.

    Returns:
        The claims, normalised.

    >>> claims_of({"email": "AYSE@example.org", "user_id": "7"}, "web", Settings()).usable
    (<Claim account>, <Claim email>)
    """
    names = tuple((name, value) for name, value in customer.items() if name not in {"source", "verified"})
    verified = frozenset(customer.get("verified") or ())
    return _claims(names, verified, customer.get("source") or source, settings)


def order_claim(source: str, order_id: str) -> Claim:
    """Make the claim of an order: what its events hang on while nobody is named."""
    return Claim("order", f"{source}:{order_id}")


def exclusive_key(kind: str, value: str) -> str | None:
    """Name what a customer may have one of: an account of this source, a card; None for other kinds.

    >>> exclusive_key("account", "web:7"), exclusive_key("email", "a@b.org")
    ('account:web', None)
    """
    if not KINDS[kind].is_exclusive:
        return None
    return f"{kind}:{value.partition(':')[0]}" if KINDS[kind].is_scoped else kind


@lru_cache(maxsize=65_536)
def _claims(names: tuple[tuple[str, str], ...], verified: frozenset[str], source: str, settings: Settings) -> Claims:
    usable: list[Claim] = []
    unusable: dict[str, str] = {}
    for name, value in names:
        claim = _claim(name, value, source, settings)
        if claim is None:
            unusable[name] = value
        else:
            # The shop vouches for its own account ids: nobody types them.
            is_proven = name in verified or claim.kind == "account"
            usable.append(Claim(claim.kind, claim.value, is_proven))
    usable.sort(key=lambda claim: claim.rank)
    return Claims(tuple(usable), unusable)


def _claim(name: str, value: str, source: str, settings: Settings) -> Claim | None:
    if value.strip().lower() in _JUNK or value.strip().lower() in settings.junk:
        return None
    try:
        if name == "phone":
            found = Claim("phone", normalise_phone(value, settings.country))
        elif name == "email":
            found = Claim("email", normalise_email(value))
        else:
            found = Claim(_KIND_OF.get(name, name), value.strip())
    except InvalidError:
        return None
    if found.value in _JUNK or found.value in settings.junk:
        return None
    if found.kind == "email" and found.value.rpartition("@")[2] in settings.relays:
        found = Claim("relay", found.value)
    return Claim(found.kind, f"{source}:{found.value}") if KINDS[found.kind].is_scoped else found
