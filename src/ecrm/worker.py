"""The worker: receive until nothing waits, once or for ever. Later steps (react, wake, deliver) join here."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

import attrs

from ecrm.errors import EcrmError, UnavailableError
from ecrm.interactions.receiving import Received

__all__ = ["Done", "Worker"]

_LOG = logging.getLogger("ecrm.worker")


@attrs.frozen
class Done:
    """Count what a worker did.

    Args:
        received: Inbox rows that are on their timelines now.
        rejected: Inbox rows that can not be; `crm.inbox.rejected()` says why.
    """

    received: int = 0
    rejected: int = 0

    def __add__(self, other: Done) -> Done:
        return Done(self.received + other.received, self.rejected + other.rejected)

    @property
    def is_idle(self) -> bool:
        """Tell whether there was nothing to do."""
        return not (self.received or self.rejected)


class Worker:
    """Do the background duties of a CRM.

    Several workers on one database are safe, in threads, processes or machines.

    Args:
        receive: Receives one batch and tells the host of it.
        tidy: Prunes what has been kept long enough.
        wait_s: How long to wait when nothing is to do, in seconds.
    """

    def __init__(self, receive: Callable[[], Received], tidy: Callable[[], None], wait_s: float = 0.5) -> None:
        self._receive = receive
        self._tidy = tidy
        self._wait_s = wait_s
        self._stop = threading.Event()

    def run(self) -> Done:
        """Work until nothing waits; give the counts.

        Raises:
            UnavailableError: The database is away; what was done is done.
        """
        total = Done()
        while True:
            received = self._receive()
            done = Done(received.settled, received.rejected)
            total += done
            self._tidy()
            if done.is_idle:
                return total

    def run_forever(self, progress: Callable[[Done], None] | None = None) -> None:
        """Work until `stop` or, in the main thread, SIGTERM or SIGINT; a failing database is waited for."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stopped_by)
        wait_s = self._wait_s
        while not self._stop.is_set():
            try:
                done = self.run()
                wait_s = self._wait_s
                if progress is not None and not done.is_idle:
                    progress(done)
            except UnavailableError:
                wait_s = min(wait_s * 2, 30.0)
                _LOG.warning("the database is away: trying again in %.1f s", wait_s)
            except EcrmError as error:
                wait_s = min(wait_s * 2, 30.0)
                _LOG.error("%s", error)
            self._stop.wait(wait_s)

    def stop(self) -> None:
        """Ask `run_forever` to return after the batch it is in."""
        self._stop.set()

    def _stopped_by(self, _number: int, _frame: Any) -> None:
        self.stop()
