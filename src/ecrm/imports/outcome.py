"""What became of the lines of a file: the events they make, what they cost, and what is wrong with them.

How lines are read is in `orders`, `people` and `happenings`; adding it all up is in `ledger`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal

import attrs

from ecrm.errors import InvalidError
from ecrm.imports.column import Column, Line
from ecrm.interactions.events import Event
from ecrm.values import Who

__all__ = ["EXACT", "Fault", "NumberedLine", "Outcome", "below", "exact_sum", "faults_of", "named", "who_of"]

NumberedLine = tuple[int, Line]
EXACT = Context(prec=120)
_ZERO = Decimal(0)


@attrs.frozen
class Fault:
    """Say what is wrong with a line.

    Args:
        number: Of the line in the file.
        field: What is meant, by its place in the mapping.
        reason: What to do about it; never what stands in the line.
    """

    number: int
    field: str
    reason: str


@attrs.frozen(kw_only=True)
class Outcome:
    """Hold what became of the lines of one group.

    Args:
        numbers: The lines, by their numbers in the file.
        events: What happened by them; none where they are rejected, or say nothing.
        faults: What is wrong with them.
        notes: What is odd about lines that went in, by line.
        amounts: What they cost, by "products" or the group of what is no product.
        counts: How often each oddity was seen.
        rounding: What rounding the total to minor units added.
    """

    numbers: tuple[int, ...]
    events: tuple[Event, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()
    amounts: Mapping[str, Decimal] = attrs.field(factory=dict)
    counts: Mapping[str, int] = attrs.field(factory=dict)
    rounding: Decimal = _ZERO

    @property
    def amount(self) -> Decimal:
        """Give what all of it costs."""
        return exact_sum(self.amounts.values())


def faults_of(number: int, error: InvalidError) -> list[Fault]:
    """Say what is wrong with a line, of what refused it.

    >>> faults_of(7, InvalidError.of("orders.at", "give a time"))
    [Fault(number=7, field='orders.at', reason='give a time')]
    """
    if not error.fields:
        return [Fault(number, "line", str(error))]
    return [Fault(number, field, reason) for field, reasons in error.fields.items() for reason in reasons]


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Add up without rounding.

    >>> exact_sum([Decimal("0.1"), Decimal("0.2")])
    Decimal('0.3')
    """
    total = _ZERO
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total


class named:  # noqa: N801 - it reads as a verb, and the generator of contextlib is too slow for each cell
    """Tell of what is refused under its place in the mapping.

    >>> try:
    ...     with named("orders.at"):
    ...         raise InvalidError.of("at", "give a time")
    ... except InvalidError as error:
    ...     error.fields
    {'orders.at': ['give a time']}
    """

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InvalidError):
            messages = [message for said in error.fields.values() for message in said] or [str(error)]
            raise InvalidError(f"{self._path}: {', '.join(messages)}", {self._path: messages}) from error


class below(named):  # noqa: N801 - the same
    """Tell of each field that is refused under the part of the mapping it is in.

    >>> try:
    ...     with below("customers"):
    ...         raise InvalidError.of("birthday", "give a day")
    ... except InvalidError as error:
    ...     error.fields
    {'customers.birthday': ['give a day']}
    """

    __slots__ = ()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InvalidError) and error.fields:
            fields = {f"{self._path}.{name}": said for name, said in error.fields.items()}
            raise InvalidError(f"{self._path}: {error}", fields) from error
        super().__exit__(kind, error, trace)


def who_of(line: Line, columns: Mapping[str, Column]) -> Who | None:
    """Read who a line is about; None where it names nobody.

    Raises:
        InvalidError: An identity holds what it must not.
    """
    given = {kind: value for kind, column in columns.items() if (value := column.take(line)) is not None}
    return Who(**given) if given else None
