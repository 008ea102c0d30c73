"""Make orders of their lines.

A bad line takes its whole order with it: an order without one of its lines would have a wrong total, and could
not be imported again once the line is repaired. Which events an order makes is in `paper`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping as Names, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from ecrm.errors import InvalidError
from ecrm.imports.column import Column
from ecrm.imports.mapping import Mapping, OrderColumns
from ecrm.imports.orderline import OrderLine, read_order_line
from ecrm.imports.outcome import Fault, NumberedLine, Outcome, exact_sum, faults_of, named
from ecrm.imports.paper import Paper, events_of
from ecrm.values import Money, Who

__all__ = ["OrderReader"]

_MONEYS = frozenset({"subtotal", "total", "revenue", "shipping", "tax", "discount"})


class OrderReader:
    """Read orders of their lines.

    Args:
        mapping: What the columns mean.
        columns: Where the orders stand.
        zone: Where times were read from a clock.
        currency: Of amounts that name none.
    """

    def __init__(self, mapping: Mapping, columns: OrderColumns, zone: ZoneInfo, currency: str | None) -> None:
        self._source = mapping.source
        self._notation = mapping.notation
        self._columns = columns
        self._zone = zone
        self._currency = currency

    def read(self, key: str, lines: Sequence[NumberedLine]) -> Iterator[Outcome]:
        """Read the lines that have one order id.

        Args:
            key: The id.
            lines: The lines, in the order of the file.

        Yields:
            One order, or one of every line where the mapping says so.
        """
        twins = _twins(lines)
        if self._columns.each == "group":
            yield self._read(key, lines, twins)
            return
        for index, line in enumerate(lines):
            own = [twin for twin in twins if twin.number == line[0]]
            yield self._read(key if not index else f"{key}-{index + 1}", [line], own)

    def _read(self, order_id: str, lines: Sequence[NumberedLine], twins: Sequence[Fault]) -> Outcome:
        read: list[OrderLine] = []
        faults: list[Fault] = []
        for number, line in lines:
            try:
                read.append(read_order_line(number, line, self._columns, self._notation))
            except InvalidError as error:
                faults += faults_of(number, error)
        amounts = _amounts(read)
        counts = Counter(exact_duplicate_lines=len(twins))
        outcome = Outcome(numbers=tuple(number for number, _ in lines), amounts=amounts, notes=tuple(twins))
        if not faults:
            try:
                return self._written(order_id, read, outcome, counts)
            except InvalidError as error:
                faults = faults_of(lines[0][0], error)
        return outcome.rejected(_with_siblings(faults, lines, order_id), counts)

    def _written(self, order_id: str, read: list[OrderLine], outcome: Outcome, counts: Counter[str]) -> Outcome:
        paper, odd = self._paper(order_id, read)
        counts.update(odd)
        events, rounding = events_of(paper, self._source)
        if not paper.customer:
            counts["orders_without_customer"] += 1
        if paper.event == "Order Refunded":
            counts.update(refund_lines=len(read), refunds=1)
        amounts = outcome.amounts or {"products": paper.exact_total}
        return outcome.accepted(events, amounts, counts, rounding)

    def _paper(self, order_id: str, read: list[OrderLine]) -> tuple[Paper, Names[str, int]]:
        columns = self._columns
        moments = [self._moment(text) for text in _values(read, columns.at)]
        if not moments:
            raise InvalidError.of("orders.at", "give a time: there is none")
        odd = {"orders_at_several_times": int(len(moments) > 1), "times_shown_twice": int(any(m[1] for m in moments))}
        becoming = self._becoming(read)
        cancelled = _one(read, columns.cancelled_at, "orders.cancelled_at")
        currency = _one(read, columns.currency, "orders.currency") or self._currency
        if currency is None:
            raise InvalidError.of("orders.currency", 'say in which currency: currency = "TRY" in the mapping')
        paper = Paper(
            order_id=order_id,
            at=min(at for at, _ in moments),
            customer=self._customer(read),
            currency=currency,
            lines=tuple(read),
            fields=self._fields(read, currency),
            event=becoming[0],
            because=becoming[1],
            refunded=_one(read, columns.refunded, "orders.refunded"),
            cancelled_at=None if cancelled is None else self._moment(cancelled)[0],
            channel=_one(read, columns.channel, "orders.channel"),
            location_id=_one(read, columns.location_id, "orders.location_id"),
            context={name: told[0] for name, column in columns.context.items() if (told := _values(read, column))},
        )
        return paper, odd
