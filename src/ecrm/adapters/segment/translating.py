"""From Segment's messages to events: names of the spec to our own kinds, everything else kept under its name.

Nothing a client sends may grant, withdraw, erase or merge: kinds of that sort are kept as the shop's own events.

Source: Segment, "Spec: Common Fields", "Spec: Identify" and "Spec: V2 Ecommerce Events".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import attrs

from ecrm.adapters.segment.messages import messages_of, who_of
from ecrm.errors import InvalidError
from ecrm.hookspecs import Delivery
from ecrm.interactions import events
from ecrm.interactions.events.shape import shape_of
from ecrm.interactions.wire import from_wire
from ecrm.values import Who

__all__ = ["TRACKED", "translate"]

TRACKED: Mapping[str, type[events.Event]] = {
    kind.NAME: kind
    for kind in (
        events.ProductsSearched, events.ProductListViewed, events.ProductViewed, events.ProductAdded,
        events.ProductRemoved, events.ProductAddedToWishlist, events.ProductShared, events.CartViewed,
        events.CheckoutStarted, events.PaymentInfoEntered, events.CouponEntered, events.CouponApplied,
        events.CouponDenied, events.CouponRemoved, events.OrderCompleted, events.OrderUpdated,
        events.OrderRefunded, events.OrderCancelled, events.ProductReviewed, events.SignedUp, events.SignedIn,
        events.SignedOut,
    )
}  # fmt: skip
_PAGE = ("title", "url", "path", "search", "referrer")
_DROPPED = frozenset({"ip", "campaign", "traits"})
_TRAITS = frozenset({"name", "firstName", "lastName", "birthday", "language", "email", "phone"})
_AMOUNTS = frozenset(
    {"total", "subtotal", "revenue", "value", "shipping", "tax", "discount", "currency", "price", "products"}
)
_LEAST = ("messageId", "timestamp", "customer", "live")
_TRIES = 5
_FIRST_YEAR = 1970
Properties = Mapping[str, Any]


@attrs.frozen
class _Frame:
    """What a message's delivery says of it.

    Args:
        received_at: When it came.
        sent_at: When its client says that it sent it.
        keeps_ip: Whether IP addresses are kept.
        is_live: False where history is imported.
    """

    received_at: dt.datetime
    sent_at: dt.datetime | None
    keeps_ip: bool
    is_live: bool


def translate(body: Any, delivery: Delivery) -> Iterator[events.Event]:
    """Give the events of a verified body.

    Args:
        body: As JSON gave it.
        delivery: With the path it came by, and when.
    """
    said = delivery.context
    path = said.get("path", "")
    received_at = dt.datetime.fromisoformat(said["received_at"])
    shared_sent_at = _time(body.get("sentAt"))
    for message in messages_of(body, path):
        sent_at = _time(message.get("sentAt")) or shared_sent_at
        frame = _Frame(received_at, sent_at, "keeps_ip" in said, path != "import")
        yield _event(message, frame)


def _event(message: Mapping[str, Any], frame: _Frame) -> events.Event:
    name, properties = _SAID[message["type"]](message)
    envelope = _envelope(message, frame)
    kind = (TRACKED if message["type"] == "track" else _OWN).get(name)
    if kind is not None and (made := _typed(kind, properties, envelope)) is not None:
        return made
    return _kept(name, properties, envelope)


def _typed(kind: type[events.Event], properties: Properties, envelope: Mapping[str, Any]) -> events.Event | None:
    """Make an event of ours; a field it can not hold is left to the context, and None says that it can not be."""
    shape = shape_of(kind)
    known = {part.wire for part in shape.own} | ({"currency"} if shape.moneys else set())
    own = {name: value for name, value in properties.items() if name in known}
    rest = {name: value for name, value in properties.items() if name not in known}
    if "products" in own:
        own["products"] = _products(own["products"])
    for _ in range(_TRIES):
        try:
            return _read(kind.NAME, own, _with_rest(envelope, rest))
        except InvalidError as error:
            if not _take_out(error.fields, own, rest):
                return None
    return None


def _take_out(bad: Collection[str], own: dict[str, Any], rest: dict[str, Any]) -> bool:
    """Take what an error names out of the properties; tell whether anything went."""
    before = len(own), str(own.get("products"))
    for path in bad:
        _, name, *inner = *path.split("."), ""
        if name == "products" and inner[0].isdigit() and "products" in own:
            _take_out_of_line(own["products"], int(inner[0]), inner[1])
        elif name == "currency":
            # Amounts in a currency that is none must not be read in the shop's.
            rest |= {part: own.pop(part) for part in _AMOUNTS & own.keys()}
        elif name in own:
            rest[name] = own.pop(name)
    if "products" in own:
        own["products"] = [line for line in own["products"] if line]
    return (len(own), str(own.get("products"))) != before


def _take_out_of_line(lines: list[dict[str, Any]], place: int, name: str) -> None:
    if place < len(lines):
        if name in lines[place]:
            del lines[place][name]
        else:
            lines[place].clear()


def _products(given: Any) -> list[dict[str, Any]]:
    known = {part.wire for part in shape_of(events.Product).parts}
    lines = [line for line in given if isinstance(line, Mapping)] if isinstance(given, list) else []
    return [{name: value for name, value in line.items() if name in known} for line in lines]


def _kept(name: str, properties: Properties, envelope: Mapping[str, Any]) -> events.Event:
    """Keep a message whole, under its own name, or under one that tells it from what ecrm itself records."""
    own = f"Segment {name}" if name in events.CORE_NAMES else name
    try:
        return _read(own, properties, envelope)
    except InvalidError as error:
        # A card number, or what JSON of ours can not hold: that it happened is kept.
        bare = {part: envelope[part] for part in _LEAST if part in envelope}
        return _read(own, {"not_kept": sorted(error.fields)[:10]}, bare)


def _read(name: str, properties: Properties, envelope: Mapping[str, Any]) -> events.Event:
    return from_wire({"event": name, "properties": dict(properties), **envelope})


def _envelope(message: Mapping[str, Any], frame: _Frame) -> dict[str, Any]:
    context: Mapping[str, Any] = message.get("context") or {}
    kept = {name: value for name, value in context.items() if name not in _DROPPED and value is not None}
    if frame.keeps_ip and context.get("ip") is not None:
        kept["ip"] = context["ip"]
    campaign = context.get("campaign")
    envelope: dict[str, Any] = {
        "messageId": None if message.get("messageId") is None else str(message["messageId"]),
        "timestamp": _moment(message, frame).isoformat(),
        "customer": _customer(who_of(message)),
        "campaign": campaign if isinstance(campaign, Mapping) and campaign else None,
        "channel": _channel(context),
        "context": kept or None,
        "live": frame.is_live,
    }
    return {name: value for name, value in envelope.items() if value is not None}


def _with_rest(envelope: Mapping[str, Any], rest: Properties) -> dict[str, Any]:
    if not rest:
        return dict(envelope)
    context = dict(envelope.get("context") or {})
    return {**envelope, "context": {**context, "more": {**context.get("more", {}), **rest}}}


def _customer(who: Who) -> dict[str, Any]:
    return {**who.given, "source": who.source}


def _channel(context: Properties) -> str | None:
    if isinstance(context.get("page"), Mapping):
        return "web"
    return "app" if isinstance(context.get("app"), Mapping) and "device" in context else None


def _moment(message: Mapping[str, Any], frame: _Frame) -> dt.datetime:
    """Say when it happened by the clock of who received it, since the client's may be wrong."""
    said = _time(message.get("timestamp")) or _time(message.get("originalTimestamp"))
    if said is None:
        return frame.received_at
    try:
        at = said if frame.sent_at is None else said + (frame.received_at - frame.sent_at)
    except OverflowError:
        return frame.received_at
    # Nothing that was received is still to happen.
    return min(at, frame.received_at) if at.year >= _FIRST_YEAR else frame.received_at


def _time(value: Any) -> dt.datetime | None:
    try:
        said = dt.datetime.fromisoformat(value)
        return said.replace(tzinfo=said.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _tracked(message: Mapping[str, Any]) -> tuple[str, Properties]:
    return str(message["event"]), message.get("properties") or {}


def _viewed(name: str) -> Any:
    def viewed(message: Mapping[str, Any]) -> tuple[str, Properties]:
        page = (message.get("context") or {}).get("page")
        around = {part: page.get(part) for part in _PAGE} if isinstance(page, Mapping) else {}
        named = {part: message.get(part) for part in ("name", "category")}
        said = {**around, **(message.get("properties") or {}), **{part: one for part, one in named.items() if one}}
        return name, {part: one for part, one in said.items() if one is not None}

    return viewed


def _identified(message: Mapping[str, Any]) -> tuple[str, Properties]:
    context = message.get("context") or {}
    traits: dict[str, Any] = message.get("traits") or {}
    full = " ".join(str(traits[part]).strip() for part in ("firstName", "lastName") if traits.get(part))
    birthday = traits.get("birthday")
    said = {
        "name": traits.get("name") or full or None,
        "birthday": birthday[:10] if isinstance(birthday, str) else None,
        "language": traits.get("language") or context.get("locale"),
        "attributes": {name: value for name, value in traits.items() if name not in _TRAITS and value is not None},
    }
    return "Customer Identified", {name: value for name, value in said.items() if value}


def _grouped(message: Mapping[str, Any]) -> tuple[str, Properties]:
    return "Group", {"group_id": message.get("groupId"), "traits": message.get("traits") or {}}


_OWN: Mapping[str, type[events.Event]] = {
    "Customer Identified": events.CustomerIdentified,
    "Page Viewed": events.PageViewed,
    "Screen Viewed": events.ScreenViewed,
}
_SAID: Mapping[str, Any] = {
    "track": _tracked,
    "page": _viewed("Page Viewed"),
    "screen": _viewed("Screen Viewed"),
    "identify": _identified,
    "alias": _identified,
    "group": _grouped,
}
