"""What a shop does with its calls: see which wait, and say how one ended."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from ecrm.errors import ConflictError, InvalidError, NotFoundError
from ecrm.interactions.events import CallEnded
from ecrm.plugins.call_task.tables import CallTask, close_task, load_task, open_tasks
from ecrm.values import Actor, Who

if TYPE_CHECKING:
    from ecrm.crm import CRM

__all__ = ["OUTCOMES", "CallTasks"]

OUTCOMES = ("answered", "missed", "voicemail", "given_up")
_MOST_TASKS = 1_000


class CallTasks:
    """Work off the calls of one shop: `crm.service(CallTasks)`.

    Args:
        crm: The CRM's view on the shop.
    """

    def __init__(self, crm: CRM) -> None:
        self._crm = crm
        self._shop = crm.shop.key

    def waiting(self, limit: int = 100) -> list[CallTask]:
        """Give the calls that are to be made, the oldest first.

        Args:
            limit: How many at most, 1 to 1,000.

        Raises:
            InvalidError: The limit is another.

        >>> crm.service(CallTasks).waiting()
        []
        """
        if not 1 <= limit <= _MOST_TASKS:
            raise InvalidError.of("limit", f"give 1 to {_MOST_TASKS:,}")
        with self._crm.database.read() as transaction:
            return open_tasks(transaction, self._shop, limit)

    def end(
        self,
        id_: UUID,
        outcome: str,
        *,
        agent_id: str,
        note: str | None = None,
        duration_s: Decimal | int | None = None,
    ) -> None:
        """Say how a call ended: it is kept on the customer's timeline, and waits no more.

        Args:
            id_: Of the task.
            outcome: answered, missed, voicemail or given_up.
            agent_id: Who called.
            note: What was said.
            duration_s: How long it took, in seconds.

        Raises:
            InvalidError: There is no such outcome.
            NotFoundError: There is no such call.
            ConflictError: It ended before.
        """
        if outcome not in OUTCOMES:
            raise InvalidError.of("outcome", f"use one of {', '.join(OUTCOMES)}")
        with self._crm.database.read() as transaction:
            task = load_task(transaction, self._shop, id_)
        if task is None:
            raise NotFoundError("there is no such call: look at waiting()")
        told = self._crm.record(
            CallEnded(
                customer=Who(phone=task.phone),
                channel="phone",
                direction="out",
                source="call_task",
                source_id=str(id_),
                call_id=str(id_),
                actor=Actor.staff(agent_id),
                agent_id=agent_id,
                outcome=outcome,
                note=note,
                duration_s=None if duration_s is None else Decimal(duration_s),
            )
        )
        # What was recorded before, by somebody else or before a crash, is kept once, and holds.
        with self._crm.database.write() as transaction:
            if not close_task(transaction, self._shop, id_, str(told.properties["outcome"]), told.at):
                raise ConflictError("this call ended before: look at waiting()")
