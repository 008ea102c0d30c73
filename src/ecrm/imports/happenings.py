"""Make any other event of a line: by the columns of a mapping, or of JSON that is an event already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from ecrm.errors import InvalidError
from ecrm.imports.column import Line
from ecrm.imports.mapping import EventColumns, Mapping
from ecrm.imports.notation import Notation, localise
from ecrm.imports.outcome import Outcome, below, faults_of, named, who_of
from ecrm.imports.reading import WHOLE
from ecrm.interactions.events import Event, Kinds
from ecrm.interactions.events.shape import shape_of
from ecrm.interactions.wire import from_wire, read_json

__all__ = ["EventReader"]


@attrs.frozen
class EventReader:
    """Read events of lines.

    Args:
        mapping: What the file means.
        columns: Where the events stand; None where each line is one.
        zone: Where times were read from a clock.
        currency: Of amounts that name none.
        kinds: The kinds that are known; others are kept whole.
    """

    mapping: Mapping
    columns: EventColumns | None
    zone: ZoneInfo
    currency: str | None
    kinds: Kinds

    def read(self, number: int, line: Line) -> Outcome:
        """Read the event of one line."""
        try:
            wire = _json_of(line) if self.columns is None else self._wire(self.columns, line)
            event = self._settled(from_wire(wire, self.kinds), line)
            return Outcome(numbers=(number,), events=(event,))
        except InvalidError as error:
            return Outcome(numbers=(number,), faults=tuple(faults_of(number, error)))

    def _wire(self, columns: EventColumns, line: Line) -> dict[str, Any]:
        with named("events.name"):
            name = _there(columns.name.take(line))
        with named("events.at"):
            at = self._notation(columns.at.layout).moment(_there(columns.at.take(line)), self.zone).at
        with below("events.customer"):
            who = who_of(line, columns.customer)
        single = {
            "messageId": columns.source_id,
            "channel": columns.channel,
            "location_id": columns.location_id,
        }
        wire: dict[str, Any] = {name: column.take(line) for name, column in single.items() if column is not None}
        wire = {name: value for name, value in wire.items() if value is not None}
        if who is not None:
            wire["customer"] = who.given
        return {**wire, "event": name, "timestamp": at, "properties": self._properties(name, columns, line)}

    def _properties(self, name: str, columns: EventColumns, line: Line) -> dict[str, Any]:
        kind = self.kinds.get(name)
        rules = {} if kind is None else {part.wire: part.rule.name for part in shape_of(kind).parts if part.is_own}
        given: dict[str, Any] = {}
        for field, column in columns.properties.items():
            text = column.take(line)
            if text is not None:
                with named(f"events.properties.{field}"):
                    given[field] = self._value(rules.get(field, "text"), text, column.layout, column.split)
        if "money" in rules.values() and self.currency is not None:
            given.setdefault("currency", self.currency)
        return given

    def _value(self, rule: str, text: str, layout: str, split: str) -> Any:
        notation = self._notation(layout)
        read: dict[str, Callable[[str], Any]] = {
            "whole": lambda text: int(notation.number(text)),
            "seconds": lambda text: int(notation.number(text)),
            "decimal": notation.number,
            "quantity": notation.number,
            "money": notation.number,
            "boolean": notation.truth,
            "time": lambda text: notation.moment(text, self.zone).at.isoformat(),
            "day": lambda text: notation.day(text).isoformat(),
            "texts": lambda text: [part.strip() for part in text.split(split or ",") if part.strip()],
        }
        return read[rule](text) if rule in read else text

    def _notation(self, layout: str) -> Notation:
        held = self.mapping.notation
        return attrs.evolve(held, times=(layout,), days=(layout,)) if layout else held

    def _settled(self, event: Event, line: Line) -> Event:
        """Say where it comes from, that it is long ago, and what tells it from others."""
        changes: dict[str, Any] = {"live": False}
        if event.source is None:
            changes["source"] = self.mapping.source
        if event.at is None:
            raise InvalidError.of("timestamp", "give the time it happened")
        if event.at.tzinfo is None:
            changes["at"] = localise(event.at, self.zone).at
        if event.source_id is None and event.natural_key() is None:
            told = json.dumps(line, sort_keys=True).encode()
            changes["source_id"] = f"line:{hashlib.sha256(told).hexdigest()[:32]}"
        return attrs.evolve(event, **changes)  # type: ignore[misc] # every event is an attrs class by `kind`


def _json_of(line: Line) -> object:
    """Read the JSON of a line that is an event already."""
    return read_json(line[WHOLE].encode())


def _there(text: str | None) -> str:
    if text is None:
        raise InvalidError.of("value", "give a value: there is none")
    return text
