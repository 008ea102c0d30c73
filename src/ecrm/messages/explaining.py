"""What became of a message and why, as it is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs

from ecrm.messages.tables.message import MessageRow

__all__ = ["Explained", "Receipted", "explained_of"]


@attrs.frozen
class Receipted:
    """Be one thing that became of a message.

    Args:
        status: As `delivered` or `bounced`.
        at: When.
        is_weak: Whether it may have been a program.
        reason: Why, where it did not arrive.
    """

    status: str
    at: dt.datetime
    is_weak: bool
    reason: str | None


@attrs.frozen
class Explained:
    """Say what became of a message and why.

    Args:
        id: The message's.
        state: waiting, sending, sent, suppressed, failed, parked or uncertain.
        purpose: What for.
        is_commercial: Whether it is advertising.
        channel: By which channel it went, or shall go.
        reason: Why it was to be sent.
        asked_at: When it was asked for.
        due_at: When it is looked at next.
        authorised_at: When it was last found that it may go.
        tries: How often it was handed over.
        provider_id: What the provider calls it.
        trail: What was decided about it, the oldest first: when, the state, and why.
        receipts: What the provider told of it.
    """

    id: UUID
    state: str
    purpose: str
    is_commercial: bool
    channel: str | None
    reason: str
    asked_at: dt.datetime
    due_at: dt.datetime
    authorised_at: dt.datetime | None
    tries: int
    provider_id: str | None
    trail: tuple[Mapping[str, Any], ...]
    receipts: tuple[Receipted, ...] = ()


def explained_of(row: MessageRow) -> Explained:
    """Say what became of a message, without its receipts."""
    return Explained(
        row.id, row.state, row.purpose, row.is_commercial, row.channel or row.wanted, row.message.get("reason", ""),
        row.asked_at, row.due_at, row.authorised_at, row.tries, row.provider_id, row.trail,
    )  # fmt: skip
