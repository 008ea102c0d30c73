"""Who an event is about, and who did it.

How identities are normalised is in `contact`; which customer they lead to is decided by `ecrm.customers`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

import attrs

from ecrm.errors import InvalidError
from ecrm.values.personal import impersonal, personal
from ecrm.values.text import checked_id

__all__ = ["IDENTITIES", "Actor", "Someone", "Who"]

IDENTITIES = ("email", "phone", "user_id", "anonymous_id", "card", "handle")
_LONGEST_IDENTITY = 320
_RECOGNISE = "recognise the customer, reach them"
_ACTOR_KINDS = ("customer", "staff", "system")


@attrs.frozen(repr=False, init=False)
class Who:
    """Name somebody by one or more of their identities.

    Args:
        email: An e-mail address.
        phone: A phone number, local to the country of the shop or with a "+".
        user_id: The account at the source.
        anonymous_id: The visitor before signing in.
        card: The number of a loyalty card.
        handle: A name on a social network.
        source: The system that knows the account, and within which a relay address identifies; None is the
            shop itself. A handle or an anonymous id means the same everywhere: write the network into a handle.
        verified: The names of the identities proven in this session; True for all that are given.

    Raises:
        InvalidError: No identity is given, or one is empty, over 320 characters or has control characters.

    >>> Who(email="ayse@example.com", phone="0532 111 22 33", verified=["phone"])
    Who(email=…, phone=…)
    """

    email: str | None = attrs.field(metadata=personal("contact", _RECOGNISE, mask="email"))
    phone: str | None = attrs.field(metadata=personal("contact", _RECOGNISE, mask="phone"))
    user_id: str | None = attrs.field(metadata=personal("identity", _RECOGNISE, mask="id"))
    anonymous_id: str | None = attrs.field(metadata=personal("identity", _RECOGNISE, mask="id"))
    card: str | None = attrs.field(metadata=personal("identity", _RECOGNISE, mask="id"))
    handle: str | None = attrs.field(metadata=personal("contact", _RECOGNISE))
    source: str | None = attrs.field(metadata=impersonal())
    verified: frozenset[str] = attrs.field(metadata=impersonal())

    def __init__(
        self,
        email: str | None = None,
        phone: str | None = None,
        user_id: str | int | None = None,
        anonymous_id: str | None = None,
        card: str | int | None = None,
        handle: str | None = None,
        source: str | None = None,
        verified: Iterable[str] | bool = (),  # noqa: FBT001 - True reads well by name
    ) -> None:
        self.__attrs_init__(
            None if email is None else _checked_identity(email, "email"),
            None if phone is None else _checked_identity(phone, "phone"),
            None if user_id is None else checked_id(user_id, "user_id", _LONGEST_IDENTITY),
            None if anonymous_id is None else _checked_identity(anonymous_id, "anonymous_id"),
            None if card is None else checked_id(card, "card", _LONGEST_IDENTITY),
            None if handle is None else _checked_identity(handle, "handle"),
            None if source is None else _checked_identity(source, "source"),
            _NONE,
        )
        given = self.given
        if not given:
            raise InvalidError.of("customer", f"give at least one of {', '.join(IDENTITIES)}")
        if verified != ():
            object.__setattr__(self, "verified", _checked_proof(verified, given))

    @property
    def given(self) -> dict[str, str]:
        """Give the identities that are there, by name.

        >>> Who(user_id=7).given
        {'user_id': '7'}
        """
        return {name: value for name in IDENTITIES if (value := getattr(self, name)) is not None}

    def with_source(self, source: str) -> Who:
        """Say where this person is known, unless that was said already.

        >>> Who(user_id=7).with_source("pos").source
        'pos'
        """
        return self if self.source is not None else attrs.evolve(self, source=source)

    def __repr__(self) -> str:
        return f"Who({', '.join(f'{name}=…' for name in self.given)})"


_NONE: frozenset[str] = frozenset()


def _checked_identity(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise InvalidError.of(field, "give a text")
    return checked_id(value, field, _LONGEST_IDENTITY)


def _checked_proof(verified: object, given: dict[str, str]) -> frozenset[str]:
    if isinstance(verified, bool):
        return frozenset(given) if verified else _NONE
    if isinstance(verified, str) or not isinstance(verified, Iterable):
        raise InvalidError.of("verified", "give a list of identity names, or True")
    names = list(verified)
    if not all(isinstance(name, str) and name in given for name in names):
        raise InvalidError.of("verified", "name only identities that are given")
    return frozenset(names)


@attrs.frozen(repr=False)
class Actor:
    """Name who did it: the customer, a member of staff, or a system.

    Args:
        kind: "customer", "staff" or "system".
        id: Which one; up to 255 characters.

    Raises:
        InvalidError: There is no such kind, or the id is no identifier.

    >>> Actor.staff("ali")
    Actor(staff)
    """

    kind: Literal["customer", "staff", "system"] = attrs.field(metadata=impersonal())
    id: str | None = attrs.field(default=None, metadata=personal("staff", "tell who did it", mask="id"))

    def __attrs_post_init__(self) -> None:
        if self.kind not in _ACTOR_KINDS:
            raise InvalidError.of("actor.kind", f"give one of {', '.join(_ACTOR_KINDS)}")
        if self.id is not None:
            object.__setattr__(self, "id", checked_id(self.id, "actor.id"))

    @classmethod
    def customer(cls) -> Actor:
        """Name the customer themselves."""
        return cls("customer")

    @classmethod
    def staff(cls, id: str) -> Actor:  # noqa: A002 - the word of the wire
        """Name a member of staff."""
        return cls("staff", id)

    @classmethod
    def system(cls, id: str) -> Actor:  # noqa: A002 - the word of the wire
        """Name a program."""
        return cls("system", id)

    def __repr__(self) -> str:
        return f"Actor({self.kind})"


Someone = Who | UUID | str
