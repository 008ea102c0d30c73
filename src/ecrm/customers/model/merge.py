"""What a person is shown of who was joined, who might be, and what identifies a customer."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import attrs

__all__ = ["Identity", "Merge", "Suggestion"]


@attrs.frozen
class Merge:
    """Tell of one merge.

    Args:
        id: What `unmerge` takes.
        keep: The customer whose id stayed.
        absorb: The customer who became part of it.
        because: Why, in words.
        actor: Who decided: `system` for a rule.
        at: When.
        is_undone: Whether it has been taken back.
    """

    id: UUID
    keep: UUID
    absorb: UUID
    because: str
    actor: str
    at: dt.datetime
    is_undone: bool = False


@attrs.frozen
class Suggestion:
    """Tell of two customers who may be one, which the rules would not decide.

    Args:
        one: A customer.
        other: Another.
        because: Why they were not joined.
        at: When they were first seen together.
    """

    one: UUID
    other: UUID
    because: str
    at: dt.datetime


@attrs.frozen(repr=False)
class Identity:
    """Tell of one way a customer is recognised.

    Args:
        kind: account, card, phone, email, relay, handle, anonymous, order or nobody.
        value: Normalised; accounts and the like begin with their source.
        is_proven: Whether it was ever proven in a session, not only typed.
        first_at: When it was first seen.
        last_at: When it was last seen.
        profile_id: The profile it is.
    """

    kind: str
    value: str
    is_proven: bool
    first_at: dt.datetime
    last_at: dt.datetime
    profile_id: UUID

    def __repr__(self) -> str:
        return f"<Identity {self.kind}>"
