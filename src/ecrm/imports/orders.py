"""Make orders of their lines, and say what became of each line.

A bad line takes its whole order with it: an order without one of its lines would have a wrong total, and
could not be imported again once the line is repaired.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

import attrs

from ecrm.errors import InvalidError
from ecrm.imports.column import Line
from ecrm.imports.mapping import Mapping, OrderColumns
from ecrm.imports.orderevents import events_of
from ecrm.imports.orderline import PRODUCTS, OrderLine, amount_of, read_order_line
from ecrm.imports.outcome import EXACT, Fault, NumberedLine, Outcome, below, exact_sum, faults_of
from ecrm.imports.paper import Paper, read_paper

__all__ = ["OrderReader"]


@attrs.frozen
class OrderReader:
    """Read orders of their lines.

    Args:
        mapping: What the file means.
        columns: Where the orders stand.
        zone: Where times were read from a clock.
        currency: Of amounts that name none.
    """

    mapping: Mapping
    columns: OrderColumns
    zone: ZoneInfo
    currency: str | None

    def read(self, order_id: str, lines: Sequence[NumberedLine]) -> Iterator[Outcome]:
        """Read the lines that have one order id.

        Args:
            order_id: The id.
            lines: The lines, in the order of the file.

        Yields:
            One order, or one of every line where the mapping says so.
        """
        twins = _twins(lines)
        if self.columns.each == "group":
            yield self._read(order_id, lines, twins)
            return
        for index, line in enumerate(lines):
            own = [twin for twin in twins if twin.number == line[0]]
            yield self._read(order_id if not index else f"{order_id}-{index + 1}", [line], own)

    def _read(self, order_id: str, lines: Sequence[NumberedLine], twins: Sequence[Fault]) -> Outcome:
        read: list[OrderLine] = []
        faults: list[Fault] = []
        lost: list[Decimal] = []
        for number, line in lines:
            try:
                read.append(read_order_line(number, line, self.columns, self.mapping.notation))
            except InvalidError as error:
                faults += faults_of(number, error)
                lost.append(self._amount_of(line))
        numbers = tuple(number for number, _ in lines)
        counts = {"exact_duplicate_lines": len(twins)}
        outcome = Outcome(numbers=numbers, amounts=_amounts(read, lost), notes=tuple(twins), counts=counts)
        if not faults:
            try:
                return self._accepted(order_id, read, outcome)
            except InvalidError as error:
                faults = faults_of(numbers[0], error)
        return attrs.evolve(outcome, faults=(*faults, *_siblings(faults, numbers)))

    def _amount_of(self, line: Line) -> Decimal:
        try:
            return amount_of(line, self.columns, self.mapping.notation) or Decimal(0)
        except InvalidError:
            return Decimal(0)

    def _accepted(self, order_id: str, read: Sequence[OrderLine], outcome: Outcome) -> Outcome:
        paper = read_paper(order_id, read, self.mapping, self.columns, self.zone, self.currency)
        with below("orders"):
            events, total = events_of(paper, self.mapping.source)
        counts = {**outcome.counts, **_counts(paper)}
        amounts = outcome.amounts or {PRODUCTS: paper.total}
        rounding = EXACT.subtract(total.amount, paper.total)
        return attrs.evolve(outcome, events=events, counts=counts, amounts=amounts, rounding=rounding)


def _twins(lines: Sequence[NumberedLine]) -> list[Fault]:
    """Find the lines that say exactly what an earlier one says."""
    first: dict[tuple[str, ...], int] = {}
    twins: list[Fault] = []
    for number, line in lines:
        earlier = first.setdefault(tuple(line.values()), number)
        if earlier != number:
            twins.append(Fault(number, "line", f"exactly the same as line {earlier}; it went in as well"))
    return twins


def _siblings(faults: Sequence[Fault], numbers: Sequence[int]) -> list[Fault]:
    bad = {fault.number for fault in faults}
    worst = min(bad)
    return [Fault(number, "order", f"repair line {worst} of the same order") for number in numbers if number not in bad]


def _amounts(read: Sequence[OrderLine], lost: Sequence[Decimal]) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {PRODUCTS: exact_sum(lost)} if lost else {}
    for one in read:
        if one.amount is not None:
            amounts[one.group] = EXACT.add(amounts.get(one.group, Decimal(0)), one.amount)
    return amounts


def _counts(paper: Paper) -> dict[str, int]:
    is_refund = paper.event == "Order Refunded"
    return {
        "refund_lines": len(paper.lines) if is_refund else 0,
        "refunds": int(is_refund),
        "orders_without_customer": int(paper.customer is None),
        "orders_at_several_times": int(len(paper.moments) > 1),
        "times_shown_twice": sum(moment.is_twice for moment in paper.moments),
        "lines_apart": sum(one.group != PRODUCTS for one in paper.lines),
    }
