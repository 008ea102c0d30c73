"""The worker's duties as tasks of Celery, for shops that run it already: `attach(app, crm)`.

A task is a reminder, never the work itself: what is to do stands in the CRM's database, so a task that is lost, or
runs twice, loses and doubles nothing. Tasks take no arguments. The duties themselves are `ecrm.worker`'s.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ecrm.crm import CRM
from ecrm.errors import SetupError, UnavailableError
from ecrm.worker import Done

try:
    from celery import Celery, shared_task
except ModuleNotFoundError as error:
    if error.name != "celery":
        raise
    raise SetupError('Celery is not installed: pip install "ecrm[celery]"') from error

__all__ = ["TASKS", "Prompter", "attach", "beat_schedule"]

_LOG = logging.getLogger("ecrm.celery")
_HELD = "ecrm_held"
_LONGEST_S = 20.0
# Which duties a task sees to, and which task is prompted where it did something.
TASKS: Mapping[str, tuple[tuple[str, ...], str | None]] = {
    "ecrm.pull": (("pull",), "ecrm.receive"),
    "ecrm.receive": (("translate", "receive"), "ecrm.react"),
    "ecrm.react": (("react", "retry"), "ecrm.wake"),
    "ecrm.wake": (("wake",), "ecrm.deliver"),
    "ecrm.deliver": (("survey", "deliver"), "ecrm.receive"),
    "ecrm.tidy": (("perform", "tidy"), None),
}
_EVERY_S = {"ecrm.pull": 30.0, "ecrm.tidy": 60.0}


class Prompter:
    """Prompt a task soon after a commit; it may be called as often as one likes, and never raises.

    One prompt within `wait_s` is enough for all, since the task runs after it. A prompt that is lost, or comes before
    the commit, costs time only: the schedule comes round.

    Args:
        app: The Celery app.
        wait_s: How long after the call the task runs, in seconds.
        elapsed_s: Tells how time goes by, in seconds.
    """

    def __init__(self, app: Celery, wait_s: float = 0.5, elapsed_s: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._wait_s = wait_s
        self._elapsed_s = elapsed_s
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def __call__(self, task: str = "ecrm.receive") -> bool:
        """Prompt a task; tell whether a message went to the broker.

        Args:
            task: Its name.
        """
        now = self._elapsed_s()
        with self._lock:
            if now < self._until.get(task, now):
                return False
            self._until[task] = now + self._wait_s
        try:
            self._app.send_task(task, countdown=self._wait_s, ignore_result=True, retry=False)
        except Exception as error:  # noqa: BLE001 - a broker that is away must not reach the host: the schedule comes round
            _LOG.warning("%s was not prompted: %s", task, type(error).__name__)
            return False
        return True


def attach(app: Celery, crm: CRM | Callable[[], CRM], *, every_s: float = 5.0) -> Prompter:
    """Let an app's workers see to a CRM, and its beat to the schedule.

    Args:
        app: The Celery app.
        crm: The CRM, or what gives it: then each process opens its own when it first needs it.
        every_s: How long what was not prompted waits at most, in seconds; what beat does.

    Returns:
        What prompts the receiving task: call it after you committed what you emitted.

    >>> from celery import Celery
    >>> app = Celery("shop", broker="memory://")
    >>> prompt = attach(app, lambda: CRM("sqlite:///crm.db"))
    >>> sorted(app.conf.beat_schedule) == sorted(TASKS)
    True
    """
    prompt = Prompter(app)
    setattr(app, _HELD, _Held(crm, prompt))
    app.conf.beat_schedule = {**(app.conf.beat_schedule or {}), **beat_schedule(every_s)}
    return prompt


def beat_schedule(every_s: float = 5.0) -> dict[str, dict[str, Any]]:
    """Give the schedule of the tasks; one that was not begun when it is due again is dropped.

    Args:
        every_s: How often, in seconds; what asks others or prunes comes less often.
    """
    every = {name: max(every_s, _EVERY_S.get(name, every_s)) for name in TASKS}
    return {
        name: {"task": name, "schedule": wait_s, "options": {"expires": wait_s, "ignore_result": True}}
        for name, wait_s in every.items()
    }


class _Held:
    """The CRM of an app, opened when first needed, and what prompts its tasks."""

    def __init__(self, crm: CRM | Callable[[], CRM], prompt: Prompter) -> None:
        self._given = crm
        self._lock = threading.Lock()
        self._crm = crm if isinstance(crm, CRM) else None
        self.prompt = prompt

    def crm(self) -> CRM:
        with self._lock:
            if self._crm is None:
                assert not isinstance(self._given, CRM)  # noqa: S101 - then it is held already
                self._crm = self._given()
            return self._crm


def _see_to(app: Any, name: str) -> dict[str, int]:
    """See to the duties of a task until nothing waits, or for so long; then the task is prompted again."""
    held: _Held | None = getattr(app, _HELD, None)
    if held is None:
        raise SetupError("this Celery app has no CRM yet: ecrm.adapters.celery.attach(app, crm)")
    crm, (duties, then) = held.crm(), TASKS[name]
    total, started = Done(), time.monotonic()
    is_idle = False
    try:
        while not is_idle and time.monotonic() - started < _LONGEST_S:
            done = sum((crm.work_on(duty) for duty in duties), Done())
            total += done
            is_idle = done.is_idle
    except UnavailableError:
        # Nothing is lost: the schedule comes round, and the database may be back by then.
        _LOG.warning("%s was put off: the database is away", name)
        return _told(total)
    if not is_idle:
        held.prompt(name)
    if then is not None and not total.is_idle:
        held.prompt(then)
    return _told(total)


def _told(done: Done) -> dict[str, int]:
    return {"received": done.received, "rejected": done.rejected, "reacted": done.reacted, "sent": done.sent}


def _task(name: str) -> Any:
    # A worker that is killed has acknowledged nothing: the broker gives the task to another.
    @shared_task(name=name, bind=True, acks_late=True, reject_on_worker_lost=True, ignore_result=True)
    def see_to(self: Any) -> dict[str, int]:
        return _see_to(self.app, name)

    return see_to


pull, receive, react, wake, deliver, tidy = (
    _task(f"ecrm.{name}") for name in ("pull", "receive", "react", "wake", "deliver", "tidy")
)
