"""Where a reaction stands, and what of it failed, as a shop sees it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import attrs

__all__ = ["Parked", "Standing"]


@attrs.frozen
class Standing:
    """Tell where a reaction stands.

    Args:
        name: Of the reaction.
        plugin: Whose it is.
        is_on: Whether the plugin is on in this shop.
        position: Up to where it has read the log.
        waiting: How many positions of the log it has not read; most are of no concern to it.
        lag_s: How long the first of these has been waiting, in seconds.
        rest_until: Until when it rests, since it did not come back in time.
        retrying: How many of its failures in this shop are tried again.
        parked: How many are given up, until `crm.retry`.
    """

    name: str
    plugin: str
    is_on: bool
    position: int
    waiting: int
    lag_s: float
    rest_until: dt.datetime | None = None
    retrying: int = 0
    parked: int = 0


@attrs.frozen
class Parked:
    """Tell of something that failed.

    Args:
        id: What `crm.retry` takes.
        reaction: The reaction or timer.
        is_timer: Whether it is a timer that was due.
        cause_id: The interaction, or the firing.
        profile_id: Whom it is about.
        error: What the plugin failed with, without personal data.
        tries: How often it was tried again.
        is_given_up: Whether it waits for `crm.retry`; else it is tried again by itself.
        next_try_at: When it is tried again.
        failed_at: When it failed last.
    """

    id: int
    reaction: str
    is_timer: bool
    cause_id: UUID
    profile_id: UUID
    error: str
    tries: int
    is_given_up: bool
    next_try_at: dt.datetime | None
    failed_at: dt.datetime
