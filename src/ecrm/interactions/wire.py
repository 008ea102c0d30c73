"""Events as JSON, in both directions.

The own fields of a kind are read by its schema; the envelope, which all kinds share, is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from ecrm.errors import InvalidError
from ecrm.interactions.events import Custom, Event, Kinds
from ecrm.interactions.events.shape import invalid
from ecrm.interactions.schema import schema_for
from ecrm.values.open_values import thaw
from ecrm.values.strict_json import read_json
from ecrm.values.text import checked_id
from ecrm.values.who import IDENTITIES, Actor, Who

__all__ = ["from_wire", "read_json", "to_wire"]

_WORDS = ("source", "channel", "direction", "location_id")
_KEPT = {"event", "properties", "messageId", "timestamp", "customer", "actor", "campaign", "context", "live"}
_SEGMENTS = {
    "userId",
    "anonymousId",
    "type",
    "receivedAt",
    "sentAt",
    "originalTimestamp",
    "integrations",
    "version",
    "schema_version",
}
_TOP = frozenset(_KEPT | _SEGMENTS | set(_WORDS))
_CUSTOMER = frozenset({*IDENTITIES, "source", "verified"})


def to_wire(event: Event) -> dict[str, Any]:
    """Write an event as JSON can hold it, in Segment's names.

    Args:
        event: Any kind.

    Returns:
        Plain values; only what is given.

    >>> to_wire(Custom("Gift Wrapped", {"paper": "red"}, customer=Who(user_id=7)))["customer"]
    {'user_id': '7'}
    """
    held = event.__dict__
    wire: dict[str, Any] = {"event": event.event_name}
    if held["source_id"] is not None:
        wire["messageId"] = held["source_id"]
    if held["at"] is not None:
        wire["timestamp"] = held["at"].isoformat()
    for name in _WORDS:
        if held[name] is not None:
            wire[name] = held[name]
    if held["customer"] is not None:
        wire["customer"] = _customer_to_wire(held["customer"])
    if held["actor"] is not None:
        wire["actor"] = _actor_to_wire(held["actor"])
    if held["campaign"] is not None:
        wire["campaign"] = thaw(held["campaign"])
    if held["context"] is not None:
        wire["context"] = thaw(held["context"])
    if not held["live"]:
        wire["live"] = False
    wire["properties"] = event.properties()
    return wire


def from_wire(mapping: object, kinds: Kinds | None = None) -> Event:
    """Read an event from what JSON gave.

    Args:
        mapping: An event as `to_wire` writes it, or as Segment's libraries send it.
        kinds: The kinds that are known; None knows ecrm's own.

    Returns:
        An event of its kind, or a `Custom` when nobody declared its name.

    Raises:
        InvalidError: `fields` names each bad field by its dotted path.

    >>> from_wire({"event": "Order Completed", "userId": 7, "properties": {"order_id": 1001}})
    OrderCompleted('Order Completed', natural_key='1001')
    """
    if not isinstance(mapping, Mapping):
        raise InvalidError.of("event", "give a mapping with event and properties")
    bad: dict[str, list[str]] = {
        str(name): ["remove it: an event has no such field"] for name in mapping if name not in _TOP
    }
    name = _name_of(mapping, bad)
    envelope = _envelope(mapping, bad)
    kind = (kinds or Kinds.core()).get(name)
    own = _properties(kind, mapping.get("properties"), bad) if name else {}
    if bad:
        raise invalid(name or "event", bad)
    try:
        return Custom(name, **own, **envelope) if kind is None else kind(**own, **envelope)
    except InvalidError as error:
        raise invalid(name, dict(_placed(error.fields))) from error


def _name_of(mapping: Mapping[str, Any], bad: dict[str, list[str]]) -> str:
    try:
        return checked_id(mapping.get("event"), "event")
    except InvalidError as error:
        bad.update(error.fields)
        return ""


def _properties(kind: type[Event] | None, given: Any, bad: dict[str, list[str]]) -> dict[str, Any]:
    given = {} if given is None else given
    if kind is None:
        return {"properties": given}
    try:
        return schema_for(kind).load(given)  # type: ignore[no-any-return]
    except ValidationError as error:
        bad.update(_flat(error.messages, "properties"))
        return {}


def _envelope(mapping: Mapping[str, Any], bad: dict[str, list[str]]) -> dict[str, Any]:
    envelope: dict[str, Any] = {name: mapping[name] for name in _WORDS if name in mapping}
    for name, wire in (("source_id", "messageId"), ("campaign", "campaign"), ("context", "context")):
        if wire in mapping:
            envelope[name] = mapping[wire]
    if mapping.get("live") is not None:
        envelope["live"] = mapping["live"]
    for name, read in (("at", _read_time), ("customer", _read_customer), ("actor", _read_actor)):
        try:
            envelope[name] = read(mapping)
        except InvalidError as error:
            bad.update(error.fields)
    return envelope


def _read_time(mapping: Mapping[str, Any]) -> datetime | None:
    text = mapping.get("timestamp")
    if text is None or isinstance(text, datetime):
        return text
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        message = "give an ISO 8601 time such as 2026-11-22T10:00:00+03:00"
        raise InvalidError.of("timestamp", message) from error


def _read_customer(mapping: Mapping[str, Any]) -> Who | None:
    given = mapping.get("customer")
    if given is not None and not isinstance(given, Mapping):
        raise InvalidError.of("customer", "give a mapping")
    names = {name: value for name, value in (given or {}).items() if value is not None}
    _refuse_others(names, _CUSTOMER, "customer")
    for wire, name in (("userId", "user_id"), ("anonymousId", "anonymous_id")):
        if mapping.get(wire) is not None and str(names.setdefault(name, mapping[wire])) != str(mapping[wire]):
            raise InvalidError.of(wire, f"give the same as in customer.{name}, or nothing")
    if not names:
        return None
    try:
        return Who(**names)
    except InvalidError as error:
        raise _below("customer", error) from error


def _read_actor(mapping: Mapping[str, Any]) -> Actor | None:
    given = mapping.get("actor")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise InvalidError.of("actor", "give a mapping")
    _refuse_others(given, frozenset({"kind", "id"}), "actor")
    return Actor(given.get("kind"), given.get("id"))  # type: ignore[arg-type]


def _refuse_others(given: Mapping[str, Any], known: frozenset[str], path: str) -> None:
    bad = {f"{path}.{name}": ["remove it: there is no such field"] for name in given if name not in known}
    if bad:
        raise invalid(path, bad)


def _below(path: str, error: InvalidError) -> InvalidError:
    placed = {name if name == path else f"{path}.{name}": said for name, said in error.fields.items()}
    return invalid(path, placed)


def _placed(fields: Mapping[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Yield messages under the paths of the wire: a kind does not know it sits in `properties`."""
    wires = {"at": "timestamp", "source_id": "messageId"}
    for path, messages in fields.items():
        first = path.partition(".")[0]
        if first in Event.ENVELOPE:
            yield wires.get(first, path), messages
        else:
            yield (path if first == "properties" else f"properties.{path}"), messages


def _flat(messages: Any, path: str) -> dict[str, list[str]]:
    if isinstance(messages, dict):
        flat: dict[str, list[str]] = {}
        for name, below in messages.items():
            flat.update(_flat(below, path if name == "_schema" else f"{path}.{name}"))
        return flat
    return {path: [str(message) for message in messages]}


def _customer_to_wire(who: Who) -> dict[str, Any]:
    wire: dict[str, Any] = who.given
    if who.source is not None:
        wire["source"] = who.source
    if who.verified:
        wire["verified"] = sorted(who.verified)
    return wire


def _actor_to_wire(actor: Actor) -> dict[str, str]:
    return {"kind": actor.kind} if actor.id is None else {"kind": actor.kind, "id": actor.id}
