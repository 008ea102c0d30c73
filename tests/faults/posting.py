"""A channel that writes down what it delivered before it answers, and the worker processes that send by it."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ecrm import CRM
from ecrm.errors import UnavailableError
from ecrm.hookspecs import Channel, Outgoing, Receipt, hookimpl
from faults.fuse import Fuse, fuse_transactions
from faults.ledger import Ledger
from faults.reactive import FileClock

__all__ = ["Postal", "deliver_until_burned", "deliver_until_stopped", "open_postal"]


class Postal:
    """Deliver to a ledger; what an address says, comes of it.

    Args:
        ledger: Where what was delivered is written down.
        held: The address on which this whole process is stopped, after it was written down.
        fuse: Burns beside each delivery.
    """

    name = "postal"

    def __init__(self, ledger: Ledger, held: str = "", fuse: Fuse | None = None) -> None:
        self._ledger = ledger
        self._held = held
        self._fuse = fuse or Fuse(0)

    @hookimpl
    def register_channels(self) -> list[Channel]:
        """Bring the channel."""
        return [Channel("post", "email", self.deliver, deadline_s=60)]

    def deliver(self, messages: Iterable[Outgoing], _: Any) -> Iterator[Receipt]:
        """Deliver, and be killed or stopped on the way."""
        for message in messages:
            self._fuse.burn()
            if message.to.startswith("refused"):
                yield Receipt("refused", reason="address")
                continue
            if message.to.startswith("delayed") and message.tries < 1:
                yield Receipt("delayed", reason="limit", wait_s=60)
                continue
            self._ledger.append(str(message.id))
            if message.to == self._held and f"stopped {message.id}" not in self._ledger.lines():
                self._ledger.append(f"stopped {message.id}")
                os.kill(os.getpid(), signal.SIGSTOP)
            self._fuse.burn()
            yield Receipt("accepted", provider_id=f"p-{message.id}")


def open_postal(url: str, clock: Any, postal: Postal) -> CRM:
    """Open a CRM that sends by post."""
    return CRM(url, clock=clock, plugins=[postal], on_error="raise", deployment="harness")


def deliver_until_burned(url: str, at: Path, ledger: Path, steps: int, plant: Callable[[], None] | None = None) -> None:
    """Work until nothing waits, or until so many steps in the database and at the provider are done."""
    fuse = Fuse(0)
    if plant is not None:
        plant()
    with open_postal(url, FileClock(at), Postal(Ledger(ledger), fuse=fuse)) as crm:
        fuse_transactions(fuse)
        fuse.lengthen(steps)
        crm.work()


def deliver_until_stopped(
    url: str, at: Path, ledger: Path, held: str, is_over: Any, plant: Callable[[], None] | None = None
) -> None:
    """Work again and again; stop this whole process, as SIGSTOP does, when one address was delivered to."""
    if plant is not None:
        plant()
    with open_postal(url, FileClock(at), Postal(Ledger(ledger), held)) as crm:
        while not is_over.is_set():
            with contextlib.suppress(UnavailableError):
                crm.work()
