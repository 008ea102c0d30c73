"""Read a file and sort its lines: left out, rejected, or made into what they tell, order by order.

Nothing is written to the CRM here: `importing` records the outcomes, `rehearsal` compares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from ecrm.errors import InvalidError
from ecrm.imports.column import Line
from ecrm.imports.happenings import EventReader
from ecrm.imports.ledger import Ledger
from ecrm.imports.mapping import Mapping
from ecrm.imports.oddity import oddities_of
from ecrm.imports.orderline import amount_of
from ecrm.imports.orders import OrderReader
from ecrm.imports.outcome import Fault, NumberedLine, Outcome
from ecrm.imports.people import CustomerReader
from ecrm.imports.reading import read_lines
from ecrm.imports.tables import Spool
from ecrm.interactions.events import Kinds
from ecrm.shops.model import Settings

__all__ = ["Progress", "sort_lines"]

_REMEMBERED = 65_536


class Progress(Protocol):
    """Be told how far an import is."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note.

        Args:
            step: "reading", in bytes of the file, or "recording", in groups of lines.
            done: How much is done.
            total: Of how much.
        """


def sort_lines(
    path: Path,
    mapping: Mapping,
    settings: Settings,
    ledger: Ledger,
    progress: Progress | None = None,
    kinds: Kinds | None = None,
) -> Iterator[Outcome]:
    """Read a file and make what its lines tell.

    Args:
        path: The file.
        mapping: What it means.
        settings: The shop's: zone and currency where the mapping names none.
        ledger: Takes note of every line as it is read, of what is left out and what is rejected.
        progress: Told how far it is.
        kinds: The event kinds that are known; None knows ecrm's own.

    Yields:
        What became of the lines that were not rejected.

    Raises:
        InvalidError: The file can not be read, or has not the columns of the mapping.
        UnavailableError: There is no room for temporary files.
    """
    sorter = _Sorter(mapping, settings, ledger, kinds or Kinds.core())
    with Spool() as spool:
        spool.put(sorter.kept(path, progress))
        total = spool.index()
        for done, (key, lines) in enumerate(spool.groups()):
            if progress is not None and not done % 100:
                progress("recording", done, total)
            yield from sorter.outcomes(key, lines)
        if progress is not None:
            progress("recording", total, total)


class _Sorter:
    """Sort lines by one mapping."""

    def __init__(self, mapping: Mapping, settings: Settings, ledger: Ledger, kinds: Kinds) -> None:
        zone = ZoneInfo(mapping.zone or settings.zone)
        currency = mapping.currency or settings.currency
        self._mapping = mapping
        self._ledger = ledger
        self._seen: dict[str | None, None] = {}
        orders = mapping.orders
        self._is_priced_whole = orders is not None and orders.amount is None and "price" not in orders.product
        self._orders = self._people = self._events = None
        if mapping.orders is not None:
            self._orders = OrderReader(mapping, mapping.orders, zone, currency)
        if mapping.customers is not None:
            self._people = CustomerReader(mapping, mapping.customers, zone, settings)
        if mapping.events is not None or mapping.is_wire:
            self._events = EventReader(mapping, mapping.events, zone, currency, kinds)

    def kept(self, path: Path, progress: Progress | None) -> Iterator[tuple[int, str, Line]]:
        """Yield the lines that go on, with the key of the order they are of."""
        size = path.stat().st_size if path.is_file() else 0
        told = None if progress is None else lambda done: progress("reading", done, size)
        for number, line, fault in read_lines(path, self._mapping.file, self._mapping.columns(), told):
            if line is None:
                self._ledger.add_unread(Fault(number, "line", fault))
                continue
            amount, is_readable = self._amount(line)
            self._ledger.add_line(amount, oddities_of(line, self._mapping), is_readable=is_readable)
            key = self._key(number, line, amount)
            if key is not None:
                yield number, key, line
        if progress is not None:
            progress("reading", size, size)

    def outcomes(self, key: str, lines: Sequence[NumberedLine]) -> Iterator[Outcome]:
        """Yield what became of the lines of one group, and reject the others."""
        for outcome in self._all(key, lines):
            self._ledger.add_odd(outcome.counts)
            if self._is_priced_whole:
                self._ledger.add_total(outcome.amount)
            if outcome.faults:
                self._ledger.reject(outcome.faults, outcome.amount)
            elif outcome.events:
                yield outcome

    def _all(self, key: str, lines: Sequence[NumberedLine]) -> Iterator[Outcome]:
        if self._people is not None:
            yield from (one for number, line in lines if self._is_news(one := self._people.read(number, line)))
        if self._events is not None:
            yield from (self._events.read(number, line) for number, line in lines)
        if self._orders is not None:
            yield from self._orders.read(key, lines)

    def _is_news(self, outcome: Outcome) -> bool:
        """Tell whether a customer is not told of a second time, as on every line of their orders."""
        if not outcome.events or self._orders is None:
            return True
        key = outcome.events[0].source_id
        if key in self._seen:
            return False
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[key] = None
        return True

    def _key(self, number: int, line: Line, amount: Decimal | None) -> str | None:
        mapping, ledger = self._mapping, self._ledger
        for rule in mapping.leave_out:
            if rule.when.holds(line, mapping.notation):
                ledger.leave_out(number, rule.because, amount)
                return None
        for rule in mapping.reject:
            if rule.when.holds(line, mapping.notation):
                ledger.reject([Fault(number, "reject", rule.because)], amount)
                return None
        if mapping.orders is None:
            return str(number)
        key = mapping.orders.id.take(line)
        if key is None:
            ledger.reject([Fault(number, "orders.id", "give the id of the order: there is none")], amount)
        return key

    def _amount(self, line: Line) -> tuple[Decimal | None, bool]:
        if self._mapping.orders is None:
            return None, True
        try:
            return amount_of(line, self._mapping.orders, self._mapping.notation), True
        except InvalidError:
            return None, False
