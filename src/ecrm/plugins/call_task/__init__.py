"""Calls that agents of a call centre are to make: filed by the channel `call_task`, worked off by people."""

from ecrm.plugins.call_task.service import CallTasks
from ecrm.plugins.call_task.tables import CallTask

__all__ = ["CallTask", "CallTasks"]
