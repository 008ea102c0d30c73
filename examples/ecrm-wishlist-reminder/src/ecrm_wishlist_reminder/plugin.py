"""What the plugin contributes."""

from __future__ import annotations

from ecrm.errors import InvalidError
from ecrm.events import Event
from ecrm.hookspecs import Fact, Follower, Reaction, Service, Setting, Tables, Timer, hookimpl
from ecrm_wishlist_reminder.reminding import WishlistReminderDue, remind_later, remind_unless_bought
from ecrm_wishlist_reminder.watches import METADATA, WATCH, Watches

NAME = "wishlist_reminder"
_LONGEST_WAIT_DAYS = 365


def _check_days(value: int) -> None:
    if not 1 <= value <= _LONGEST_WAIT_DAYS:
        raise InvalidError.of("wait_days", f"give 1 to {_LONGEST_WAIT_DAYS} days")


@hookimpl
def register_settings() -> list[Setting]:
    """Contribute what a shop may set."""
    about = "After how many days somebody is reminded of what they wished for."
    return [Setting("wait_days", "integer", about, default=7, check=_check_days)]


@hookimpl
def register_event_kinds() -> list[type[Event]]:
    """Contribute the plugin's own event."""
    return [WishlistReminderDue]


@hookimpl
def register_facts() -> list[Fact]:
    """Contribute what is counted of a customer."""
    wished = ["Product Added to Wishlist"]
    return [
        Fact("wishlist_reminder.wishes", "integer", "products", "Products put on a wishlist.", "count", wished),
        Fact("wishlist_reminder.due", "integer", "reminders", "Wishes not bought in time.", "count",
             [WishlistReminderDue.NAME]),
    ]  # fmt: skip


@hookimpl
def register_reactions() -> list[Reaction]:
    """Contribute what follows a wish."""
    return [Reaction("wishlist_reminder", remind_later, kinds=["Product Added to Wishlist"])]


@hookimpl
def register_timers() -> list[Timer]:
    """Contribute what is done when the wait is over."""
    return [Timer("wishlist_reminder", remind_unless_bought)]


@hookimpl
def register_tables() -> list[Tables]:
    """Contribute the plugin's own table."""
    return [Tables(METADATA)]


@hookimpl
def register_followers() -> list[Follower]:
    """Contribute how its rows follow their customers: merged, parted, exported, erased."""
    return [Follower.by_profile(WATCH.name)]


@hookimpl
def register_services() -> list[Service]:
    """Contribute what a shop gets by `crm.service(Watches)`."""
    return [Service(Watches, Watches)]
