"""Add up what became of a file: lines, events, oddities and, to the last digit, money.

The result is a `Report`; writing single lines to a file is in `reportfile`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs

from ecrm.imports.outcome import EXACT, Fault, Outcome, exact_sum

__all__ = ["Entry", "Ledger", "Report"]

_ZERO = Decimal(0)
_MOST_SAMPLES = 10


@attrs.frozen
class Entry:
    """Hold one line of the report file.

    Args:
        what: "rejected", "left out" or "odd".
        number: Of the line in the file.
        field: What is meant, by its place in the mapping.
        reason: What to do, or why.
    """

    what: str
    number: int
    field: str
    reason: str


@attrs.frozen(kw_only=True)
class Report:
    """Hold what became of a file.

    Args:
        lines: How many there were, without the header.
        rejected_lines: How many of them went nowhere, for a fault.
        left_out_lines: How many the mapping leaves out.
        groups: How many orders, customers and others they made.
        recorded: Events that are new.
        duplicates: Events that were there already.
        events: New and known events by name.
        rejected_events: Events the CRM refused.
        odd: How often each oddity was seen.
        amounts: What all lines cost, by what became of them: "products", the groups of what is no
            product, "rejected", "left out".
        total: The sum over all lines, added up while reading, apart from `amounts`.
        unreadable_amounts: Lines whose amount can not be read, so that no sum has it.
        rounding: What rounding each order to minor units added to the sum.
        samples: The first faults.
    """

    lines: int
    rejected_lines: int
    left_out_lines: int
    groups: int
    recorded: int
    duplicates: int
    rejected_events: int
    events: Mapping[str, int]
    odd: Mapping[str, int]
    amounts: Mapping[str, Decimal]
    total: Decimal
    unreadable_amounts: int
    rounding: Decimal
    samples: tuple[Fault, ...]

    @property
    def is_balanced(self) -> bool:
        """Tell whether everything adds up to the sum over all lines, to the last digit."""
        return exact_sum(self.amounts.values()) == self.total

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was rejected."""
        return not (self.rejected_lines or self.rejected_events)

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON would hold it."""
        told = attrs.asdict(self)
        told["amounts"] = {name: f"{amount:f}" for name, amount in self.amounts.items()}
        told |= {
            "total": f"{self.total:f}",
            "rounding": f"{self.rounding:f}",
            "is_balanced": self.is_balanced,
        }
        return told


class Ledger:
    """Take note of every line, and close with a report.

    Args:
        write: Called with each line of the report file.
    """

    def __init__(self, write: Callable[[Entry], None] | None = None) -> None:
        self._write = write
        self._lines: Counter[str] = Counter()
        self._events: Counter[str] = Counter()
        self._odd: Counter[str] = Counter()
        self._amounts: dict[str, Decimal] = {}
        self._total = self._rounding = _ZERO
        self._samples: list[Fault] = []

    def add_line(self, amount: Decimal | None, odd: Iterable[str], *, is_readable: bool = True) -> None:
        """Count a line as it is read, whatever becomes of it."""
        self._lines["read"] += 1
        self._lines["unreadable amounts"] += not is_readable
        self._odd.update(odd)
        if amount is not None:
            self._total = EXACT.add(self._total, amount)

    def add_unread(self, fault: Fault) -> None:
        """Count a line that can not be read."""
        self._lines["read"] += 1
        self.reject([fault])

    def leave_out(self, number: int, because: str, amount: Decimal | None) -> None:
        """Count a line that the mapping leaves out."""
        self._lines["left out"] += 1
        if amount:
            self._add_amount("left out", amount)
        self._tell(Entry("left out", number, "leave_out", because))

    def reject(self, faults: Iterable[Fault], amount: Decimal | None = None) -> None:
        """Count lines that go nowhere, with what is wrong and what they cost."""
        told = list(faults)
        self._lines["rejected"] += len({fault.number for fault in told})
        if amount:
            self._add_amount("rejected", amount)
        self._samples += told[: _MOST_SAMPLES - len(self._samples)]
        for fault in told:
            self._tell(Entry("rejected", fault.number, fault.field, fault.reason))

    def accept(self, outcome: Outcome) -> None:
        """Count lines whose events go in, or are there."""
        self._lines["groups"] += bool(outcome.events)
        self._events.update(event.event_name for event in outcome.events)
        self._rounding = EXACT.add(self._rounding, outcome.rounding)
        for group, amount in outcome.amounts.items():
            self._add_amount(group, amount)
        for note in outcome.notes:
            self._tell(Entry("odd", note.number, note.field, note.reason))

    def add_odd(self, counts: Mapping[str, int]) -> None:
        """Count oddities."""
        self._odd.update(counts)

    def add_total(self, amount: Decimal) -> None:
        """Add to the sum what only an order as a whole costs."""
        self._total = EXACT.add(self._total, amount)

    def refuse(self, count: int) -> None:
        """Count events that the CRM refused."""
        self._lines["refused"] += count

    def close(self, recorded: int, duplicates: int) -> Report:
        """Give the report."""
        counted = self._lines
        return Report(
            lines=counted["read"],
            rejected_lines=counted["rejected"],
            left_out_lines=counted["left out"],
            groups=counted["groups"],
            recorded=recorded,
            duplicates=duplicates,
            rejected_events=counted["refused"],
            events=dict(sorted(self._events.items())),
            odd={name: count for name, count in sorted(self._odd.items()) if count},
            amounts=dict(self._amounts),
            total=self._total,
            unreadable_amounts=counted["unreadable amounts"],
            rounding=self._rounding,
            samples=tuple(self._samples),
        )

    def _add_amount(self, group: str, amount: Decimal) -> None:
        self._amounts[group] = EXACT.add(self._amounts.get(group, _ZERO), amount)

    def _tell(self, entry: Entry) -> None:
        if self._write is not None:
            self._write(entry)
