"""A worker inside the process that serves: one thread, for shops that run nothing beside their server.

Whoever has a process to spare runs `ecrm work` instead; the worker itself is `ecrm.worker`.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref

from ecrm.crm import CRM
from ecrm.worker import Worker

__all__ = ["Background"]

_LOG = logging.getLogger("ecrm.web")
_JOIN_S = 10.0


class Background:
    """Hold the worker thread of this process.

    It is started where requests are answered, not where the program is loaded: a server that forks would lose
    it. In a child it starts anew, when asked for there. At the end of the process it finishes its batch.

    Args:
        crm: The CRM.

    >>> from ecrm import CRM
    >>> with CRM("sqlite:///shop.db") as crm:
    ...     background = Background(crm)
    ...     background.start()
    ...     background.is_running, background.stop(), background.is_running
    (True, None, False)
    """

    def __init__(self, crm: CRM) -> None:
        self._crm = crm
        self._thread: threading.Thread | None = None
        self._worker: Worker | None = None
        self._forget()
        known = weakref.ref(self)
        # What the parent's thread and lock were doing when it forked is nothing to the child.
        os.register_at_fork(after_in_child=lambda: _forgotten(known))
        atexit.register(_stopped, known)

    @property
    def is_running(self) -> bool:
        """Tell whether the thread lives in this process."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread, unless it lives or was stopped; nothing is raised."""
        if self._is_stopped or self.is_running:
            return
        with self._lock:
            if self._is_stopped or self.is_running:
                return
            try:
                self._worker = self._crm.worker()
                thread = threading.Thread(target=self._run, args=(self._worker,), name="ecrm-worker", daemon=True)
                thread.start()
            except RuntimeError as error:
                # No thread to be had, or the process is about to end: the shop's request goes on.
                _LOG.warning("the worker was not started: %s", type(error).__name__)
                return
            self._thread = thread

    def stop(self, wait_s: float = _JOIN_S) -> None:
        """Let the worker finish the batch it is in; after it the thread is not started again.

        Args:
            wait_s: How long that is waited for, in seconds.
        """
        self._is_stopped = True
        thread, worker = self._thread, self._worker
        if thread is None or worker is None:
            return
        worker.stop()
        if thread is not threading.current_thread():
            thread.join(wait_s)

    def _run(self, worker: Worker) -> None:
        try:
            worker.run_forever()
        finally:
            self._crm.database.release()

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._thread = self._worker = None
        self._is_stopped = False


def _forgotten(known: weakref.ref[Background]) -> None:
    found = known()
    if found is not None:
        found._forget()  # noqa: SLF001 - ours


def _stopped(known: weakref.ref[Background]) -> None:
    found = known()
    if found is not None:
        found.stop()
