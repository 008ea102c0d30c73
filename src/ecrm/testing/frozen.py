"""A CRM whose time moves only when told, and that does on the way whatever falls due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ecrm.crm import CRM
from ecrm.errors import InvalidError, SetupError
from ecrm.testing.clock import FrozenClock
from ecrm.worker import Done

__all__ = ["FrozenCRM"]


class FrozenCRM(CRM):
    """Be a CRM on a `FrozenClock`, for tests: `advance` lets time pass as a worker would see it pass.

    Args:
        url: As of `CRM`.
        clock: The clock; None is a new one.
        **options: What else `CRM` takes.

    >>> from ecrm import Who, events
    >>> with FrozenCRM("sqlite:///frozen.db", plugins=["abandoned_cart"]) as crm:
    ...     mug = events.Product(sku="MUG")
    ...     seen = crm.record(events.CartViewed(cart_id="7", products=[mug], customer=Who(card=1)))
    ...     done = crm.advance(hours=5)
    ...     crm.timeline(Who(card=1))[0].kind
    'Cart Abandoned'
    """

    def __init__(self, url: str, *, clock: FrozenClock | None = None, **options: Any) -> None:
        super().__init__(url, clock=clock or FrozenClock(), **options)

    @property
    def clock(self) -> FrozenClock:
        """Give the clock."""
        clock = self._core.kit.now
        if not isinstance(clock, FrozenClock):
            message = "this CRM goes by another clock: give FrozenCRM(…, clock=FrozenClock())"
            raise SetupError(message)
        return clock

    def advance(self, **span: Any) -> Done:
        """Let time pass: work, go to each moment at which something falls due and work, until the span is over.

        Timers, tries of what failed, reactions that rest and pulls of sources fall due.

        Args:
            **span: By the words of `datetime.timedelta`: days, hours, minutes, seconds, …

        Returns:
            The counts of all that was done.

        Raises:
            InvalidError: The span is below zero.
        """
        length = dt.timedelta(**span)
        if length < dt.timedelta(0):
            raise InvalidError.of("span", "time goes on: give a span that is not below zero")
        done = self.work()
        for moment in self._moments(self.clock() + length):
            self.clock.move_to(moment)
            done += self.work()
        return done

    def _moments(self, end: dt.datetime) -> Iterator[dt.datetime]:
        while (due_at := self._core.next_due(self.clock())) is not None and due_at < end:
            yield due_at
        yield end
