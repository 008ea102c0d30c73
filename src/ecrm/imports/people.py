"""Make events of customers: what a line says of a person.

Each is told from others by all it says, so that the same line again is no change, and a changed line is news.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from ecrm.customers.model.claim import claims_of
from ecrm.errors import InvalidError
from ecrm.imports.column import Line
from ecrm.imports.mapping import AttributeColumn, CustomerColumns, Mapping
from ecrm.imports.notation import Notation
from ecrm.imports.outcome import Fault, Outcome, below, faults_of, named, who_of
from ecrm.interactions.events import CustomerUpdated
from ecrm.shops.model import Settings
from ecrm.values import Actor, Who

__all__ = ["CustomerReader"]


@attrs.frozen
class CustomerReader:
    """Read customers of lines.

    Args:
        mapping: What the file means.
        columns: Where the customers stand.
        zone: Where times were read from a clock.
        settings: The shop's, which say what identifies nobody.
    """

    mapping: Mapping
    columns: CustomerColumns
    zone: ZoneInfo
    settings: Settings

    def read(self, number: int, line: Line) -> Outcome:
        """Read the customer of one line; nobody where the line names none."""
        try:
            with below("customers.customer"):
                who = who_of(line, self.columns.customer)
            if who is None:
                return self._nobody(number)
            with below("customers"):
                event = self._event(who, line)
        except InvalidError as error:
            return Outcome(numbers=(number,), faults=tuple(faults_of(number, error)))
        claims = claims_of(who.given, self.mapping.source, self.settings)
        if not claims.usable:
            reason = "give an identity that means one person: these can not be read, or mean nobody"
            return Outcome(numbers=(number,), faults=(Fault(number, "customers.customer", reason),))
        notes = tuple(
            Fault(number, f"customers.customer.{name}", "it can not be read, or means nobody; the rest went in")
            for name in claims.unusable
        )
        counts = {f"unusable_{name}": 1 for name in claims.unusable}
        return Outcome(numbers=(number,), events=(event,), notes=notes, counts=counts)

    def _nobody(self, number: int) -> Outcome:
        if self.mapping.orders is not None:
            return Outcome(numbers=(number,))  # an anonymous order has nobody to tell of
        names = ", ".join(self.columns.customer)
        return Outcome(numbers=(number,), faults=(Fault(number, "customers.customer", f"give one of {names}"),))

    def _event(self, who: Who, line: Line) -> CustomerUpdated:
        columns, notation = self.columns, self.mapping.notation
        birthday = None if columns.birthday is None else columns.birthday.take(line)
        at = None if columns.at is None else columns.at.take(line)
        told: dict[str, Any] = {
            "name": None if columns.name is None else columns.name.take(line),
            "birthday": None if birthday is None else _day(birthday, notation, columns.birthday),
            "language": None if columns.language is None else columns.language.take(line),
            "attributes": _attributes(line, columns.attributes, notation),
            "tags_added": () if columns.tags is None else columns.tags.take_several(line),
            "at": None if at is None else self._moment(at),
        }
        return CustomerUpdated(
            customer=who,
            source=self.mapping.source,
            source_id=f"customer:{_digest(who, told)}",
            actor=Actor.system("import"),
            live=False,
            **told,
        )

    def _moment(self, text: str) -> datetime:
        layout = "" if self.columns.at is None else self.columns.at.layout
        notation = self.mapping.notation
        read = attrs.evolve(notation, times=(layout,)) if layout else notation
        return read.moment(text, self.zone).at


def _day(text: str, notation: Notation, column: Any) -> date:
    read = attrs.evolve(notation, days=(column.layout,)) if column.layout else notation
    with named("birthday"):
        return read.day(text)


def _attributes(line: Line, columns: Any, notation: Notation) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, held in columns.items():
        text = held.column.take(line)
        if text is not None:
            with named(f"attributes.{name}"):
                given[name] = _value(text, held, notation)
    return given


def _value(text: str, held: AttributeColumn, notation: Notation) -> Any:
    kind = held.attribute.type
    if kind == "text":
        return text
    if kind == "boolean":
        return notation.truth(text)
    if kind == "day":
        return held.attribute.check(_day(text, notation, held.column))
    number: Decimal = notation.number(text)
    if kind == "number":
        return held.attribute.check(str(number))
    if number != int(number):
        raise InvalidError.of("attribute", "give a whole number")
    return int(number)


def _digest(who: Who, told: dict[str, Any]) -> str:
    known = {name: value for name, value in told.items() if value}
    written = json.dumps([who.given, known], sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:32]
