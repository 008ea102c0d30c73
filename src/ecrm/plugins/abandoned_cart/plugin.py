"""What the plugin contributes: a reaction that sets a timer for each cart, and what the timer does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ecrm.effects import Due, Effect, Interaction, Questions, Record, SetTimer
from ecrm.errors import InvalidError
from ecrm.events import CartAbandoned
from ecrm.hookspecs import Reaction, Setting, Timer, hookimpl
from ecrm.plugins.abandoned_cart.cart import CART_KINDS, cart_of, lines_of, total_of

NAME = "abandoned_cart"
_LONGEST_WAIT_HOURS = 24 * 30


def _check_hours(value: int) -> None:
    if not 1 <= value <= _LONGEST_WAIT_HOURS:
        raise InvalidError.of("wait_hours", f"give 1 to {_LONGEST_WAIT_HOURS} hours")


@hookimpl
def register_settings() -> list[Setting]:
    """Contribute how long a cart may rest."""
    about = "After how many hours without activity a cart counts as left."
    return [Setting("wait_hours", "integer", about, default=4, check=_check_hours)]


@hookimpl
def register_reactions() -> list[Reaction]:
    """Contribute the reaction that waits for each cart."""
    return [Reaction("abandoned_cart", wait_for_order, kinds=CART_KINDS)]


@hookimpl
def register_timers() -> list[Timer]:
    """Contribute what is done when a cart has rested long enough."""
    return [Timer("abandoned_cart", look_at_cart)]


def wait_for_order(interaction: Interaction, ask: Questions) -> Iterator[Effect]:
    """Set the cart's timer: whatever happens to the cart puts it off."""
    wait = dt.timedelta(hours=ask.options["wait_hours"])
    cart = cart_of(interaction)
    yield SetTimer("abandoned_cart", key=cart.key, at=interaction.at + wait, details=cart.to_json(interaction.at))


def look_at_cart(due: Due, ask: Questions) -> Iterator[Effect]:
    """Derive Cart Abandoned, unless the order came or nothing is in the cart."""
    last_at = dt.datetime.fromisoformat(due.details["last_at"])
    orders = ask.timeline(due.profile_id, limit=1, kinds=["Order Completed"])
    if orders and orders[0].at >= last_at:
        return
    cart_id, checkout_id = due.details.get("cart_id"), due.details.get("checkout_id")
    # What was in the only cart before an order is bought; a cart with a name may be another than that of the order.
    bought_at = orders[0].at if orders and cart_id is None and checkout_id is None else None
    found = [one for one in _cart_events(due, ask) if bought_at is None or one.at > bought_at]
    lines = lines_of(found)
    if lines:
        yield Record(
            CartAbandoned(
                cart_id=cart_id,
                checkout_id=checkout_id,
                products=lines,
                total=total_of(found, lines),
                channel=due.details.get("channel"),
            )
        )


def _cart_events(due: Due, ask: Questions) -> Iterator[Interaction]:
    # One page: who touches a cart a thousand times and leaves it is no customer.
    page = ask.timeline(due.profile_id, limit=1_000, before=ask.now, kinds=CART_KINDS)
    yield from (one for one in reversed(page) if cart_of(one).key == due.key)
