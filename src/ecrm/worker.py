"""The worker: pull, receive, react, wake and deliver until nothing is left to do, once or for ever."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from ecrm.errors import EcrmError, UnavailableError

__all__ = ["Done", "Worker"]

_LOG = logging.getLogger("ecrm.worker")


@attrs.frozen
class Done:
    """Count what a worker did.

    Args:
        received: Events of the inbox that are on their timelines.
        rejected: Inbox rows that can not be; `crm.inbox.rejected()` says why.
        translated: Deliveries of other systems that are events of the inbox.
        pulled: Events that were pulled from other systems into the inbox.
        pages: How many pages that took.
        reacted: Interactions and timers that reactions were asked about.
        surveyed: Invitations to surveys that were planned, decided about, or changed.
        messages: Messages that were due: sent, put off, or never to go; `crm.explain_message` says which and why.
        sent: Those of them that a provider has.
        failed: What failed and is tried again; `crm.parked()` and `crm.health()` say what.
    """

    received: int = 0
    rejected: int = 0
    translated: int = 0
    pulled: int = 0
    pages: int = 0
    reacted: int = 0
    surveyed: int = 0
    messages: int = 0
    sent: int = 0
    failed: int = 0

    def __add__(self, other: Done) -> Done:
        return Done(*(mine + its for mine, its in zip(attrs.astuple(self), attrs.astuple(other), strict=True)))

    @property
    def is_idle(self) -> bool:
        """Tell whether there was nothing to do."""
        return not any(attrs.astuple(self))


class Worker:
    """Do the background duties of a CRM.

    Several workers on one database are safe, in threads, processes or machines.

    Args:
        steps: What is done in a round, in its order; each does a bounded part and says what.
        tidy: Prunes what has been kept long enough.
        watch: Tells the host where anything lags.
        wait_s: How long to wait when nothing is to do, in seconds.
    """

    def __init__(
        self,
        steps: Sequence[Callable[[], Done]],
        tidy: Callable[[], None],
        watch: Callable[[], None],
        wait_s: float = 0.5,
    ) -> None:
        self._steps = steps
        self._tidy = tidy
        self._watch = watch
        self._wait_s = wait_s
        self._stop = threading.Event()

    def run(self) -> Done:
        """Work until nothing waits; give the counts.

        Raises:
            UnavailableError: The database is away; what was done is done.
        """
        total = Done()
        while True:
            done = self._round()
            total += done
            self._tidy()
            self._watch()
            if done.is_idle or self._stop.is_set():
                return total

    def _round(self) -> Done:
        done, failure = Done(), None
        for step in self._steps:
            try:
                done += step()
            except UnavailableError:
                # The others would find it away too.
                raise
            except Exception as error:  # noqa: BLE001 - one duty that fails must not keep the others: it is raised below
                failure = failure or error
        if failure is not None:
            raise failure
        return done

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
            except Exception as error:  # noqa: BLE001 - a worker goes on, whatever one duty meets
                wait_s = min(wait_s * 2, 30.0)
                _LOG.error("%s", error if isinstance(error, EcrmError) else type(error).__name__)
            self._stop.wait(wait_s)

    def stop(self) -> None:
        """Ask `run_forever` to return after the batch it is in."""
        self._stop.set()

    def _stopped_by(self, _number: int, _frame: Any) -> None:
        self.stop()
