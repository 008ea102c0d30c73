"""Events of a source as the inbox keeps them, each with an id that is the same every time it is told.

Who translates and pulls them, and when, is in `translating` and `pulling`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from ecrm.deadlines import DeadlineError, EndedError
from ecrm.errors import InvalidError
from ecrm.interactions.events import Event
from ecrm.interactions.model.entry import LONGEST_BODY, check_named, settle
from ecrm.interactions.wire import to_wire
from ecrm.reactions.model.cause import said_of
from ecrm.values.text import storable

__all__ = ["told_of", "wires_of"]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def wires_of(events: Iterable[Any], source: str, at: dt.datetime, delivery_id: str | None = None) -> list[bytes]:
    """Give events as the inbox keeps them.

    Args:
        events: What a plugin gave.
        source: Of events that do not say theirs.
        at: When those without a time happened.
        delivery_id: What the ids are made of that events do not have; None where all must have one.

    Raises:
        InvalidError: Something is no event, names nobody, has no id it could be stored once by, or is too long.
    """
    return [
        _wire(event, source, at, None if delivery_id is None else f"{delivery_id}:{place}")
        for place, event in enumerate(events)
    ]


def told_of(error: BaseException) -> str:
    """Give what may be told of a call that failed: no words of a stranger's.

    >>> told_of(ZeroDivisionError("ayse@example.com"))
    'ZeroDivisionError'
    """
    return storable(error if isinstance(error, DeadlineError | EndedError) else said_of(error))


def _wire(event: Any, source: str, at: dt.datetime, id_: str | None) -> bytes:
    if not isinstance(event, Event):
        raise InvalidError.of("event", "translate and pull give events, as events.OrderCompleted(…)")
    wire = to_wire(event)
    wire.setdefault("source", source)
    key = event.natural_key()
    if key is None and "messageId" not in wire:
        if id_ is None:
            raise InvalidError.of("source_id", "give what is pulled an id of its own, or it could be stored twice")
        wire["messageId"] = id_
    check_named(event.event_name, event.customer)
    raw = _encode(settle(wire, key, at, _no_id)).encode()
    if len(raw) > LONGEST_BODY:
        raise InvalidError.of("properties", "send at most 1 MiB: keep large things elsewhere and link them")
    return raw


def _no_id() -> Any:
    message = "every event of a source has an id of its own"
    raise AssertionError(message)
