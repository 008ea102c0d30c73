"""A plugin that declares one fact of each how, and what they should be, counted in plain Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ecrm import CRM, Actor, events
from ecrm.hookspecs import Fact, Reaction, hookimpl
from ecrm.interactions.model.interaction import Interaction
from ecrm.testing.strategies import whos

SENT = "Gift Sent"
KEPT = {"gifts.mood": "text", "gifts.score": "number"}


def _fact(name: str, type_: str, how: str, field: str = "", **more: Any) -> Fact:
    return Fact(f"gifts.{name}", type_, "gifts", "What the tests count.", how, field=field, **more)


FACTS = (
    _fact("events", "integer", "count"),
    _fact("own_on_web", "integer", "count", channel="web", by_customer=True),
    _fact("days", "integer", "days"),
    _fact("sent_days", "integer", "days", kinds=[SENT, "Points Earned"]),
    _fact("points", "number", "sum", "points"),
    _fact("pieces", "integer", "sum", "quantity"),
    _fact("fewest_points", "number", "min", "points"),
    _fact("most_pieces", "integer", "max", "quantity"),
    _fact("first_at", "time", "min", by_customer=True),
    _fact("last_on_web_at", "time", "max", channel="web"),
    _fact("last_source", "text", "last", "@source"),
    _fact("last_channel", "text", "last", "@channel"),
    _fact("last_location", "text", "last", "@location_id"),
    _fact("last_size", "text", "last", "size", kinds=[SENT]),
    _fact("last_rating", "number", "last", "rating"),
    _fact("last_pieces", "integer", "last", "quantity"),
    _fact("was_wrapped", "boolean", "last", "is_wrapped"),
    _fact("last_due", "day", "last", "due"),
    _fact("last_sent_at", "time", "last", "sent_at"),
    *(_fact(name.removeprefix("gifts."), type_, "kept") for name, type_ in KEPT.items()),
)


class Gifts:
    """The plugin."""

    name = "gifts"

    @hookimpl
    def register_facts(self) -> Iterable[Fact]:
        return FACTS

    @hookimpl
    def register_reactions(self) -> Iterable[Reaction]:
        return [Reaction("gifts_mood", lambda *_: (), kinds=["Mood Told"], keeps=list(KEPT))]


class Visits:
    """Another plugin, which counts visits and their days only."""

    name = "visits_twice"

    @hookimpl
    def register_facts(self) -> Iterable[Fact]:
        kinds = ["Store Visited"]
        return [
            Fact("visits_twice.count", "integer", "visits", "Visits, again.", "count", kinds),
            Fact("visits_twice.days", "integer", "days", "Days with a visit.", "days", kinds),
        ]


def gifts_sent() -> st.SearchStrategy[events.Custom]:
    """Make events whose properties fit the facts, or do not."""
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    times = st.integers(0, 5 * 86_400).map(lambda seconds: start + dt.timedelta(seconds=seconds))
    junk = st.sampled_from([None, True, "soon", [1], {"it": 1}, ""])
    numbers = st.integers(-5, 5) | st.decimals(-5, 5, places=3) | st.sampled_from(["1.50", "2", "-3"])
    properties = {
        "points": numbers | junk,
        "quantity": numbers | junk,
        "rating": numbers | junk,
        "size": st.sampled_from(["S", "M"]) | st.integers(1, 3),
        "is_wrapped": st.booleans() | st.sampled_from(["yes", 1]),
        "due": times.map(dt.datetime.date) | st.just("soon"),
        "sent_at": times | st.just("2026-01-01T10:00:00"),
    }
    return st.builds(
        lambda body, **envelope: events.Custom(SENT, body, **envelope),
        st.fixed_dictionaries({}, optional=properties),
        customer=whos(4),
        at=times,
        channel=st.sampled_from(["web", "store", None]),
        location_id=st.sampled_from(["b1", "b2", None]),
        actor=st.sampled_from([Actor.customer(), Actor.staff("7"), None]),
    )


def plain_count(crm: CRM, customer: Any) -> dict[str, Any]:
    """Count the plugin's facts from the timeline, each by a line of its own; what is unknown is left out."""
    all_of_it = [one for one in _timeline(crm, customer) if not one.is_voided]
    own = [one for one in all_of_it if _is_own(one)]
    sent = [one for one in all_of_it if one.kind == SENT]
    zone = crm.shop.settings.zone_info
    numbers = [number for one in all_of_it if (number := _number(one.properties.get("points"))) is not None]
    wholes = [whole for one in all_of_it if (whole := _whole(one.properties.get("quantity"))) is not None]
    counted = {
        "events": len(all_of_it),
        "own_on_web": sum(one.channel == "web" for one in own),
        "days": len({one.at.astimezone(zone).date() for one in all_of_it}),
        "sent_days": len({one.at.astimezone(zone).date() for one in all_of_it if one.kind in {SENT, "Points Earned"}}),
        "points": float(sum(numbers, Decimal(0))),
        "pieces": sum(wholes),
        "fewest_points": min((float(number) for number in numbers), default=None),
        "most_pieces": max(wholes, default=None),
        "first_at": min((one.at for one in own), default=None),
        "last_on_web_at": max((one.at for one in all_of_it if one.channel == "web"), default=None),
        "last_source": _newest(all_of_it, lambda one: one.source),
        "last_channel": _newest(all_of_it, lambda one: one.channel),
        "last_location": _newest(all_of_it, lambda one: one.context.get("location_id")),
        "last_size": _newest(sent, lambda one: _of_type(one.properties.get("size"), str)),
        "last_rating": _newest(all_of_it, lambda one: _float(one.properties.get("rating"))),
        "last_pieces": _newest(all_of_it, lambda one: _whole(one.properties.get("quantity"))),
        "was_wrapped": _newest(all_of_it, lambda one: _of_type(one.properties.get("is_wrapped"), bool)),
        "last_due": _newest(all_of_it, lambda one: _read(dt.date.fromisoformat, one.properties.get("due"))),
        "last_sent_at": _newest(all_of_it, lambda one: _aware(one.properties.get("sent_at"))),
    }
    return {f"gifts.{name}": value for name, value in counted.items() if value is not None}


def gift_facts(crm: CRM, who: Any) -> dict[str, Any]:
    """Give the plugin's facts as the CRM knows them."""
    return {name: value for name, value in crm.facts(who).items() if name.startswith("gifts.")}


def _timeline(crm: CRM, customer: Any) -> list[Interaction]:
    page = crm.timeline(customer, limit=1_000)
    assert page.next is None
    return list(page)


def _is_own(one: Interaction) -> bool:
    return one.context.get("direction") != "out" and one.context.get("actor", {}).get("kind") not in {"staff", "system"}


def _number(value: Any) -> Decimal | None:
    return None if isinstance(value, bool) else _read(lambda told: Decimal(str(told)), value)


def _float(value: Any) -> float | None:
    number = _number(value)
    return None if number is None else float(number)


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None or number != int(number) else int(number)


def _of_type(value: Any, type_: type[Any]) -> Any:
    return value if isinstance(value, type_) else None


def _aware(value: Any) -> dt.datetime | None:
    at = _read(dt.datetime.fromisoformat, value)
    return None if at is None or at.tzinfo is None else at


def _read(read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except (ArithmeticError, TypeError, ValueError):
        return None


def _newest(history: Iterable[Interaction], value_of: Callable[[Interaction], Any]) -> Any:
    known = [one for one in history if value_of(one) is not None]
    return value_of(max(known, key=lambda one: (one.at, f"{one.source}:{one.source_id}"))) if known else None
