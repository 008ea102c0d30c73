"""What the plugin contributes: two facts the core counts, and one a reaction keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from ecrm.effects import Effect, Interaction, Keep, Questions
from ecrm.errors import InvalidError
from ecrm.hookspecs import Fact, Reaction, Setting, hookimpl
from ecrm.plugins.activity.sessions import count_sessions

NAME = "activity"
_LONGEST_PAUSE_MINUTES = 24 * 60


def _check_minutes(value: int) -> None:
    if not 1 <= value <= _LONGEST_PAUSE_MINUTES:
        raise InvalidError.of("idle_minutes", f"give 1 to {_LONGEST_PAUSE_MINUTES} minutes")


@hookimpl
def register_settings() -> list[Setting]:
    """Contribute how long a session may pause."""
    # Source: Google Analytics ends a session after 30 minutes without activity.
    about = "After how many quiet minutes another session begins."
    return [Setting("idle_minutes", "integer", about, default=30, check=_check_minutes)]


@hookimpl
def register_facts() -> list[Fact]:
    """Contribute what is known of a customer's activity."""
    return [
        Fact("activity.last_channel", "text", "channel", "Where they were last active.", "last",
             field="@channel", by_customer=True),
        Fact("activity.days", "integer", "days", "Days of the shop on which they did anything.", "days",
             by_customer=True),
        Fact("activity.sessions", "integer", "sessions",
             "Visits: what they did, parted wherever they were quiet for a while.", "kept"),
    ]  # fmt: skip


@hookimpl
def register_reactions() -> list[Reaction]:
    """Contribute the reaction that keeps the number of sessions."""
    return [Reaction("activity", keep_sessions, keeps=["activity.sessions"])]


def keep_sessions(interaction: Interaction, ask: Questions) -> Iterable[Effect]:
    """Count the sessions of the customer anew, from all they did."""
    idle = dt.timedelta(minutes=ask.options["idle_minutes"])
    return [Keep("activity.sessions", count_sessions(_moments(interaction, ask), idle))]


def _moments(interaction: Interaction, ask: Questions) -> Iterator[dt.datetime]:
    before = None
    while True:
        page = ask.timeline(interaction.profile_id, limit=1_000, before=before)
        yield from (one.at for one in page if one.is_by_customer)
        before = page.next
        if before is None:
            return
